import { addDays, dateAt, type LocalDate } from '#lib/kernel';
import { dayAt } from '../deals/checks.ts';
import type { JointDeal, MoneyEntry } from './joint-body.ts';

/**
 * 报送期: what moved is told on the next working day (T+1), which across the longest public holiday is ten days later. So far back
 * may a movement be dated, so long waits the end of the draw period, and so long a settled case is kept for corrections.
 */
export const REPORT_DAYS = 10;

type Dated = Pick<MoneyEntry, 'on' | 'reportedOn'>;

/**
 * The day on which money moved, of a movement told today; not given: today. Throws ProblemError date-invalid 422 for a day
 * ahead, one past the reporting days, or one before the case was active.
 */
export function datedOn(given: LocalDate | null | undefined, activatedOn: LocalDate, today: LocalDate): Dated {
  if (given === undefined || given === null) return { on: today };
  const least = addDays(today, -REPORT_DAYS);
  const on = dayAt('/on', given, least > activatedOn ? least : activatedOn, today);
  return on === today ? { on } : { on, reportedOn: today };
}

/** The last day on which a settled case in run-off waits for a correction: counted from the last that was told of its money. */
export function lastDayToCorrect({ stateSince, body }: Pick<JointDeal, 'stateSince' | 'body'>): LocalDate {
  const since = dateAt(stateSince);
  const last = body.entries.at(-1);
  const told = last?.reportedOn ?? last?.on ?? since;
  return addDays(told > since ? told : since, REPORT_DAYS);
}
