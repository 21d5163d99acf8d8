import fc from 'fast-check';
import { nextAttempt, TRIED_FOR_MS } from './retry.ts';

const at = (ms: number): Date => new Date(Date.UTC(2026, 6, 6) + ms);
const first = at(0);

describe('when to try again', () => {
  it('is the same for the same attempt, later by up to a tenth, and never past the 72 hours', () => {
    const waits = [10, 60, 300, 1800, 3600];
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 90 }), fc.nat(TRIED_FOR_MS - 1), (noticeId, attempts, ms) => {
        const failure = { noticeId, attempts, firstTriedAt: first, failedAt: at(ms) };
        const next = nextAttempt(failure)!;
        expect(nextAttempt(failure)).toEqual(next);
        const wait = waits[Math.min(attempts, 5) - 1]! * 1000;
        const later = next.getTime() - at(ms).getTime();
        expect(later).toBeLessThan(wait * 1.1);
        if (next < at(TRIED_FOR_MS)) expect(later).toBeGreaterThanOrEqual(wait);
        expect(next <= at(TRIED_FOR_MS)).toBe(true);
      }),
    );
  });

  it('is over once the attempt at 72 hours, or after a standstill past them, has failed', () => {
    const failure = { noticeId: 'n', attempts: 3, firstTriedAt: first };
    expect(nextAttempt({ ...failure, failedAt: at(TRIED_FOR_MS - 1) })).toEqual(at(TRIED_FOR_MS));
    expect(nextAttempt({ ...failure, failedAt: at(TRIED_FOR_MS) })).toBeUndefined();
    expect(nextAttempt({ ...failure, failedAt: at(2 * TRIED_FOR_MS) })).toBeUndefined();
  });

  it('differs from notice to notice', () => {
    const next = (noticeId: string) => nextAttempt({ noticeId, attempts: 9, firstTriedAt: first, failedAt: first });
    expect(new Set(['a', 'b', 'c', 'd'].map((id) => next(id)!.getTime())).size).toBe(4);
  });
});
