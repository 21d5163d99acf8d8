import type { Fen } from '#lib/kernel';
import type { Outcome, OutcomeBook } from '../deals/ports.ts';
import {
  after,
  consentTo,
  firm,
  HASH,
  MILLION,
  onPart,
  partner,
  pay,
  time,
  toActive,
  toSigned,
  toBalanced,
  type Told,
} from './fixtures/joint-story.ts';
import type { JointDeal } from './joint-body.ts';
import { noteOutcomes } from './joint-outcomes.ts';

const noted: Outcome[] = [];
const book: OutcomeBook = {
  note: (_tx, outcome) => Promise.resolve(void noted.push(outcome)),
  noteMonth: () => Promise.reject(new Error('no month of a joint case')),
};
/** What one event makes known of the loan. */
async function outcomesOf(before: JointDeal, told: Told): Promise<readonly Outcome[]> {
  noted.length = 0;
  const [change, by] = told;
  await noteOutcomes(undefined as never, book, { before, after: after(before, told), change, by });
  return noted.map(({ kind, amount, corrects }) => ({ kind, amount, corrects }) as Outcome);
}

describe('what becomes known of the loans of a joint case', () => {
  it('is a claim with its interest (代偿额为本金与正常利息之和), and what it is put right to', async () => {
    const allowed = after(toSigned(toBalanced()), [
      { event: 'share', textSha256: HASH, consents: [consentTo('guarantor', { outcomes: true })] },
      firm(),
    ]);
    const lent = after(
      after(allowed, [{ event: 'activate' }, partner('bank')]),
      pay(10 * MILLION),
      onPart('draw', 'guaranteed', 'guarantor', MILLION),
      [{ event: 'end-availability' }, time()],
    );
    const claim: Told = [
      { event: 'claim', amount: (0.8 * MILLION) as Fen, interest: 500 as Fen },
      partner('guarantor'),
    ];
    expect(await outcomesOf(lent, claim)).toEqual([{ kind: 'claimPaid', amount: 0.8 * MILLION + 500 }]);
    const claimed = after(lent, claim);
    const corrects = claimed.version;
    const right: Told = [
      { event: 'correct', corrects, amount: (0.7 * MILLION) as Fen, interest: null, reason: '' },
      partner('guarantor'),
    ];
    expect(await outcomesOf(claimed, right)).toEqual([{ kind: 'claimPaid', amount: 0.7 * MILLION + 500, corrects }]);
    // Where the firm did not agree to it, nothing is.
    const silent = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', MILLION));
    expect(await outcomesOf(after(silent, [{ event: 'end-availability' }, time()]), claim)).toEqual([]);
  });
});
