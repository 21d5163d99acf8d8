import { creditHistory, type LoanOutcome } from '#lib/data-sources';
import { firstDay, type LocalDate } from '#lib/kernel';
import { CAUSE_WORDS, type FirmAt } from '#lib/scoring';
import type { Fact } from '#lib/whitelist';
import type { OwnLoan } from '../line/existing-loans.ts';
import { outcomesInForce } from '../line/loan-balance.ts';

/**
 * 无贷户, only from an authorised query or the firm's own report. That there was a loan stays true, whether a query says so, a
 * drawing that a bank reported, or a deal of our own; that there was none grows old.
 */
export function noLoanRecord(firm: FirmAt, own: readonly Pick<OwnLoan, 'moved'>[]): Fact<boolean> {
  const asked = firm
    .records(creditHistory)
    .flatMap(({ payload }) => (payload.hasLoan === undefined ? [] : [{ ...payload, on: payload.queriedOn }]))
    .sort((a, b) => (a.on < b.on ? -1 : 1));
  const drawn = outcomesInForce(firm).flatMap(drawnOn);
  const drawnHere = own.flatMap(({ moved }) => moved.flatMap(({ on, amount }) => (amount > 0 ? [on] : [])));
  const newestLoan = [...asked.flatMap(({ hasLoan, on }) => (hasLoan ? [on] : [])), ...drawn, ...drawnHere]
    .sort()
    .at(-1);
  if (newestLoan !== undefined) return { known: true, value: false, date: newestLoan };
  const newest = asked.at(-1);
  const { cause = newest === undefined ? 'NOT_AUTHORISED' : undefined } = firm.feed('CRD');
  if (cause === undefined) return { known: true, value: true, date: newest!.on };
  const { zh, en } = CAUSE_WORDS[cause === 'NOT_COVERED' ? 'NOT_AUTHORISED' : cause];
  return { known: false, why: { zh: `CRD ${zh}`, en: `CRD ${en}` } };
}

/** The day on which a record of source 16 proves a loan: every month of one does. */
const drawnOn = (outcome: LoanOutcome): readonly LocalDate[] =>
  outcome.kind === 'month'
    ? [outcome.drawnOn ?? firstDay(outcome.month)]
    : (outcome.event === 'drawn' || outcome.event === 'repaid') && outcome.amount !== 0
      ? [outcome.occurredOn]
      : [];
