import { fen, firstDay, lastDay, type Fen, type LocalDate } from '#lib/kernel';
import { loanOutcomes, type LoanMonth, type LoanOutcome, type OutcomeEvent } from '#lib/data-sources';
import type { FirmAt } from '#lib/scoring';

/** What source 16 says of the firm by the day of the run, without events that another of the same partner replaced. */
export function outcomesInForce(firm: FirmAt): readonly LoanOutcome[] {
  const all = firm.records(loanOutcomes).map(({ payload }) => payload);
  const corrected = new Set(
    all.flatMap((one) =>
      one.kind === 'event' && one.corrects !== undefined ? [`${one.partner}|${one.corrects}`] : [],
    ),
  );
  return all.filter((one) => one.kind === 'month' || !corrected.has(`${one.partner}|${one.eventId}`));
}

/** 一笔贷款 as the records of source 16 tell it: balances of month ends, and what happened in between. */
export interface ReportedLoan {
  readonly months: readonly LoanMonth[];
  readonly events: readonly OutcomeEvent[];
}

/** undefined: an amount is not stated. */
type Balance = number | undefined;

/**
 * 余额 at the end of a day, undefined where an amount is not stated: the newest month told by then and what moved after
 * it; before the first month told, that month less what moved in between. A loan of which only later payments are told
 * had at least those to pay.
 */
export function balanceOn(loan: ReportedLoan, day: LocalDate): Fen | undefined {
  const moves = movesOf(loan);
  const told = [...loan.months].sort((a, b) => (a.month < b.month ? -1 : 1));
  const before = told.findLast(({ month }) => lastDay(month) <= day);
  const after = told.find(({ month }) => lastDay(month) > day);
  const within = (from: LocalDate | '', to: LocalDate) => moves.filter(({ occurredOn: on }) => from < on && on <= to);
  const balance =
    before !== undefined
      ? moved(balanceOf(before), within(lastDay(before.month), day))
      : after === undefined
        ? moved(openingOf(moves), within('', day))
        : firstDrawn(loan, after) > day
          ? 0
          : movedBack(balanceOf(after), within(day, lastDay(after.month)));
  return balance === undefined ? undefined : fen(Math.max(0, balance));
}

const MOVES: readonly OutcomeEvent['event'][] = ['drawn', 'repaid', 'closed'];

const movesOf = ({ events }: ReportedLoan): readonly OutcomeEvent[] =>
  events.filter(({ event }) => MOVES.includes(event)).sort((a, b) => (a.occurredOn < b.occurredOn ? -1 : 1));

const balanceOf = ({ status, balance, principal }: LoanMonth): Balance =>
  status === 'settled' ? 0 : (balance ?? principal);

const firstDrawn = ({ events }: ReportedLoan, { drawnOn, month }: LoanMonth): LocalDate =>
  events.reduce(
    (day, { event, occurredOn }) => (event === 'drawn' && occurredOn < day ? occurredOn : day),
    drawnOn ?? firstDay(month),
  );

const signed = ({ event, amount }: OutcomeEvent): Balance =>
  amount === undefined ? undefined : event === 'drawn' ? amount : 0 - amount;

const plus = (a: Balance, b: Balance): Balance => (a === undefined || b === undefined ? undefined : a + b);

const moved = (from: Balance, moves: readonly OutcomeEvent[]): Balance =>
  moves.reduce((owed, move) => (move.event === 'closed' ? 0 : plus(owed, signed(move))), from);

/** What was closed in between may have been anything before. */
const movedBack = (to: Balance, moves: readonly OutcomeEvent[]): Balance =>
  moves.reduce((owed, move) => {
    const by = move.event === 'closed' ? undefined : signed(move);
    return plus(owed, by === undefined ? undefined : -by);
  }, to);

/** What must have been drawn before all that is told, for the payments that are told. */
function openingOf(moves: readonly OutcomeEvent[]): number {
  let [sum, least] = [0, 0];
  for (const move of moves) {
    const by = signed(move);
    if (move.event === 'closed' || by === undefined) break;
    sum += by;
    least = Math.min(least, sum);
  }
  return Math.max(0, -least);
}
