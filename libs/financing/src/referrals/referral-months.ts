import { addDays, lastDay, monthOfDate, type LocalDate, type LocalMonth } from '#lib/kernel';
import type { LoanStatus } from '#lib/data-sources';
import { amountAt, monthAt, refusal, wholeAt } from '../deals/checks.ts';
import type { Effect } from '../deals/deal.ts';
import { choiceOf } from './choice.ts';
import { accountOf, type LoanEntry } from './loan-account.ts';
import {
  LOAN_CLASSES,
  type LoanMonthReport,
  type Referral,
  type ReferralBody,
  type ReferralChange,
} from './referral-terms.ts';
import type { ReferralState } from './referral-table.ts';

type MonthChange = Extract<ReferralChange, { readonly event: 'report-month' | 'correct-month' }>;
type Next = Effect<ReferralState, ReferralBody>;

/** States in which a loan is over: what is still reported are months up to the one of its last movement. */
const ENDED: readonly ReferralState[] = ['RENEWED', 'REPAID', 'WRITTEN_OFF', 'CLOSED'];

/** 贷后月报 of a month that was not reported yet. Throws ProblemError month-reported 409, and as `reportOf`. */
export function reported(referral: Referral, change: MonthChange, today: LocalDate): Next {
  const report = reportOf(referral, change, today);
  const { months } = referral.body;
  if (months.some(({ month }) => month === report.month))
    throw refusal(
      'month-reported',
      409,
      '/month',
      `${report.month} 已报送，更正须用 correct-month`,
      `${report.month} was reported already: correct-month puts it right`,
    );
  return asReported(referral, report, [...months, report]);
}

/** 月报更正: the report takes the place of the one of its month. Throws ProblemError correction-unknown 422, and as `reportOf`. */
export function reportedAnew(referral: Referral, change: MonthChange, today: LocalDate): Next {
  const report = reportOf(referral, change, today);
  const { months } = referral.body;
  if (!months.some(({ month }) => month === report.month))
    throw refusal(
      'correction-unknown',
      422,
      '/month',
      `${report.month} 尚未报送`,
      `${report.month} was not reported yet`,
    );
  return asReported(
    referral,
    report,
    months.map((known) => (known.month === report.month ? report : known)),
  );
}

function reportOf({ state, body }: Referral, change: MonthChange, today: LocalDate): LoanMonthReport {
  const month = monthAt('/month', change.month, today);
  const last = lastMovement(body.entries);
  if (ENDED.includes(state) && (last === undefined || month > last))
    throw refusal(
      'month-invalid',
      422,
      '/month',
      `贷款已于 ${last ?? '…'} 了结，此后没有月报`,
      `the loan ended in ${last ?? '…'}: later months are not reported`,
    );
  const balance = amountAt('/balance', change.balance, 0);
  return {
    month,
    balance,
    daysPastDue: wholeAt('/daysPastDue', change.daysPastDue, 0, 36_600),
    loanClass: choiceOf('/loanClass', change.loanClass, LOAN_CLASSES),
    differsBy: balance - accountOf(before(body.entries, month)).outstanding,
  };
}

const before = (entries: readonly LoanEntry[], month: LocalMonth): readonly LoanEntry[] =>
  entries.filter(({ on }) => on <= lastDay(month));

const lastMovement = (entries: readonly LoanEntry[]): LocalMonth | undefined =>
  entries
    .map(({ on }) => monthOfDate(on))
    .sort()
    .at(-1);

/**
 * What the newest thing known says of its days past due: an older month that comes late changes nothing of it. One day past due
 * is overdue, none is in order again (domain §6.4), whether an event of its own says so or the report of the month.
 */
function asReported({ state, body }: Referral, report: LoanMonthReport, months: readonly LoanMonthReport[]): Next {
  const { daysPastDue } = report;
  const end = lastDay(report.month);
  const known = body.daysPastDueOn ?? null;
  if (ENDED.includes(state) || (known !== null && end < known)) return { to: state, body: { ...body, months } };
  const overdueSince = daysPastDue === 0 ? null : (body.overdueSince ?? addDays(end, 1 - daysPastDue));
  const next = { ...body, months, daysPastDue, daysPastDueOn: end, overdueSince };
  if (state !== 'PERFORMING' && state !== 'OVERDUE') return { to: state, body: next };
  return { to: daysPastDue > 0 ? 'OVERDUE' : 'PERFORMING', body: next };
}

/** The report that a change made. */
export const monthOf = ({ body }: Referral, change: MonthChange): LoanMonthReport =>
  body.months.find(({ month }) => month === change.month)!;

/** 账户状态 at the end of the month that is reported: what the report says, and what had happened to the loan by then. */
export function statusAt({ state, body }: Referral, { month, daysPastDue }: LoanMonthReport): LoanStatus {
  const entries = before(body.entries, month);
  const { drawn, repaid, recovered, carried } = accountOf(entries);
  const nothingLeft = drawn - repaid - recovered - carried <= 0;
  if (entries.some(({ kind }) => kind === 'written-off')) return nothingLeft ? 'settled' : 'writtenOff';
  if (ENDED.includes(state) && nothingLeft) return 'settled';
  if (state === 'RESTRUCTURED') return 'restructured';
  // A loan that defaulted by its loss may have no day past due, and is not in order.
  return daysPastDue > 0 || state === 'DEFAULTED' ? 'overdue' : 'normal';
}
