import { fen, localMonth } from '#lib/kernel';
import { changed } from '../deals/deal.ts';
import { by, day, GOOD, PERFORMING, problemOf, through, WAYS } from './referral-example.ts';
import { statusAt } from './referral-months.ts';
import type { Referral, ReferralChange } from './referral-terms.ts';
import { REFERRAL } from './referral.ts';

describe('a loan, reported month by month', () => {
  const AUGUST = new Date('2026-08-06T10:00:00+08:00');
  const month = (of: string, daysPastDue: number, balance = 600_000_00): ReferralChange => ({
    event: 'report-month',
    month: localMonth(of),
    balance: fen(balance),
    daysPastDue,
    loanClass: 'pass',
  });
  const said = (deal: Referral, ...changes: readonly ReferralChange[]): Referral =>
    changes.reduce((now, change) => changed(REFERRAL, now, change, { ...by('BANK'), at: AUGUST }), deal);
  const anew = (change: ReferralChange): ReferralChange => ({ ...change, event: 'correct-month' }) as ReferralChange;
  const stands = ({ state, body }: Referral) => [state, body.daysPastDue, body.overdueSince];

  it('is overdue from the first day past due, and in order again without one', () => {
    const overdue = said(WAYS.PERFORMING, month('2026-07', 3));
    expect(stands(overdue)).toEqual(['OVERDUE', 3, '2026-07-29']);
    expect(stands(said(overdue, anew(month('2026-07', 0))))).toEqual(['PERFORMING', 0, null]);
    expect(stands(said(WAYS.RESTRUCTURED, month('2026-07', 3)))).toEqual(['RESTRUCTURED', 3, '2026-07-29']);
  });

  it('an older month that comes late changes nothing of what is newer', () => {
    expect(stands(said(WAYS.OVERDUE, month('2026-06', 0)))).toEqual(['OVERDUE', 95, '2026-07-04']);
    const newer = said(WAYS.PERFORMING, month('2026-07', 0), month('2026-06', 20));
    expect([...stands(newer), newer.body.months.length]).toEqual(['PERFORMING', 0, null, 2]);
    expect(stands(said(newer, anew(month('2026-06', 40))))).toEqual(['PERFORMING', 0, null]);
  });

  it('is put right by an event of its own, which takes the place of the report', () => {
    const once = said(WAYS.PERFORMING, month('2026-07', 0, 590_000_00));
    expect(once.body.months[0]).toMatchObject({ balance: 590_000_00, differsBy: -10_000_00 });
    expect(said(once, anew(month('2026-07', 0))).body.months).toMatchObject([{ balance: 600_000_00, differsBy: 0 }]);
    const again = (change: ReferralChange) => problemOf(() => said(once, change));
    expect(again(month('2026-07', 0))).toEqual({ code: 'month-reported', pointer: '/month' });
    expect(again(anew(month('2026-06', 0)))).toEqual({ code: 'correction-unknown', pointer: '/month' });
  });

  it.each(['RENEWED', 'REPAID', 'WRITTEN_OFF', 'CLOSED'] as const)('%s: up to the month in which it ended', (state) => {
    const over = said(WAYS[state], month('2026-06', 0, 0), month('2026-07', 0, 0));
    expect([over.state, over.body.months.length]).toEqual([state, 2]);
    const later = new Date('2026-09-06T10:00:00+08:00');
    const august = () => changed(REFERRAL, over, month('2026-08', 0, 0), { ...by('BANK'), at: later });
    expect(problemOf(august)).toEqual({ code: 'month-invalid', pointer: '/month' });
  });

  it('says how the account stood at the end of the month: in order, past due, settled or written off', () => {
    const status = (deal: Referral, ...changes: readonly ReferralChange[]): string => {
      const after = said(deal, ...changes);
      return statusAt(after, after.body.months.at(-1)!);
    };
    const july = (deal: Referral, daysPastDue = 0) => status(deal, month('2026-07', daysPastDue));
    expect([july(WAYS.PERFORMING), july(WAYS.OVERDUE, 30), july(WAYS.RESTRUCTURED)]).toEqual([
      'normal',
      'overdue',
      'restructured',
    ]);
    expect([july(WAYS.REPAID), july(WAYS.CLOSED), july(WAYS.RENEWED)]).toEqual(['settled', 'settled', 'settled']);
    // A loan that was restructured with a loss and written off has no day past due, and is a default all the same.
    const loss = through(...PERFORMING, { ...GOOD.restructure, withLoss: true } as ReferralChange, {
      event: 'default',
      cause: 'loss',
      on: day('2026-07-05'),
    });
    expect(july(loss)).toBe('overdue');
    const off = [by('BANK', 'a'), by('BANK', 'b')].reduce(
      (deal, who) => changed(REFERRAL, deal, GOOD['write-off'], who),
      loss,
    );
    expect(july(off)).toBe('writtenOff');
    const recovered = said(off, { event: 'recover', amount: fen(600_000_00), on: day('2026-08-05') });
    expect(july(recovered)).toBe('writtenOff');
    const inAugust = changed(REFERRAL, recovered, month('2026-08', 0, 0), {
      ...by('BANK'),
      at: new Date('2026-09-06T10:00:00+08:00'),
    });
    expect(statusAt(inAugust, inAugust.body.months.at(-1)!)).toBe('settled');
  });
});
