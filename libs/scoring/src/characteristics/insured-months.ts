import { socialSecurity, type DossierRecord, type SocialSecurity, type SocialSecurityMonth } from '#lib/data-sources';
import { closedMonth, monthNumber, type FeedView, type FirmAt } from './firm-at.ts';
import type { MissingCause } from '../value.ts';

/** Heads of a month for which nothing speaks, and of one whose record leaves the heads out. */
export const UNKNOWN = -1;
const UNSTATED = -2;

export type MonthRecord = DossierRecord<SocialSecurityMonth>;

/** The firm's insured months (参保月份), by month number, as far as they are closed and delivered. */
export interface InsuredMonths {
  readonly view: FeedView;
  /** The newest month counted: closed on the day, and delivered. */
  readonly newest: number;
  /** First month after the month of establishment; far in the past when that is unknown. */
  readonly first: number;
  /** Heads: 0 where an `all` delivery covers the month without the firm; UNKNOWN where nothing speaks. */
  heads(month: number): number;
  record(month: number): MonthRecord | undefined;
  /** Why months are unknown: the record leaves the field out, or nothing covers them. */
  gapCause(from: number, to: number): MissingCause;
}

const isMonth = (payload: SocialSecurity): payload is SocialSecurityMonth => payload.kind === 'month';

/** Months kept at most: the longest look-back is 24 months behind the newest. */
const KEPT = 36;

export function insuredMonths(firm: FirmAt): InsuredMonths {
  const known = firm.readings.socialSecurity as InsuredMonths | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('SOC', socialSecurity, isMonth);
  const reading = readMonths(firm, view);
  firm.readings.socialSecurity = reading;
  return reading;
}

function readMonths(firm: FirmAt, view: FeedView): InsuredMonths {
  const delivered = view.through === undefined ? 0 : closedMonth(view.through);
  const newest = Math.min(firm.day.closedMonth, delivered);
  const first = firm.establishedOn === undefined ? 0 : monthNumber(firm.establishedOn) + 1;
  const oldest = newest - KEPT + 1;
  const records: (MonthRecord | undefined)[] = [];
  if (view.cause === undefined)
    for (const record of firm.records(socialSecurity)) {
      if (record.payload.kind !== 'month') continue;
      const slot = monthNumber(record.payload.month) - oldest;
      if (slot >= 0 && slot < KEPT) records[slot] = record as MonthRecord;
    }
  // Months wholly inside a covered period: absence there means zero.
  const spans = (view.coverage?.periods ?? []).map(({ from, to }) => ({
    from: from.endsWith('-01') ? monthNumber(from) : monthNumber(from) + 1,
    to: closedMonth(to),
  }));
  const covered = (month: number): boolean => spans.some((span) => span.from <= month && month <= span.to);
  const raw = (month: number): number => {
    const record = records[month - oldest];
    if (record !== undefined) return record.payload.insuredTotal ?? UNSTATED;
    return covered(month) ? 0 : UNKNOWN;
  };
  return {
    view,
    newest,
    first,
    heads: (month) => Math.max(raw(month), UNKNOWN),
    record: (month) => records[month - oldest],
    gapCause(from, to) {
      for (let month = from; month <= to; month++) if (raw(month) === UNSTATED) return 'NOT_STATED';
      return 'NOT_COVERED';
    },
  };
}

/** Twice the median of the known months from `from` to `to`, and how many are known; UNKNOWN when none is. */
export function doubledMedian(months: InsuredMonths, from: number, to: number): { twice: number; known: number } {
  const sorted: number[] = [];
  for (let month = from; month <= to; month++) {
    const heads = months.heads(month);
    if (heads === UNKNOWN) continue;
    let at = sorted.length;
    while (at > 0 && sorted[at - 1]! > heads) at -= 1;
    sorted.splice(at, 0, heads);
  }
  const known = sorted.length;
  if (known === 0) return { twice: UNKNOWN, known };
  const middle = known >> 1;
  return { twice: known % 2 === 1 ? 2 * sorted[middle]! : sorted[middle - 1]! + sorted[middle]!, known };
}
