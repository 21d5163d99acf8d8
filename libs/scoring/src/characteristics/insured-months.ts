import {
  socialSecurity,
  type DossierRecord,
  type SocialSecurityConfirmation,
  type SocialSecurityMonth,
} from '#lib/data-sources';
import { reduced } from '../scorecard/exact.ts';
import type { Fraction, MissingCause } from '../value.ts';
import { closedMonth, monthNumber, type FeedView, type FirmAt } from './firm-at.ts';

/** Heads of a month for which nothing speaks, and of one whose record leaves the heads out. */
export const UNKNOWN = -1;
const UNSTATED = -2;

export type MonthRecord = DossierRecord<SocialSecurityMonth>;
export type ConfirmationRecord = DossierRecord<SocialSecurityConfirmation>;

/** The firm's insured months (参保月份), by month number, as far as they are closed and delivered. */
export interface InsuredMonths {
  readonly view: FeedView;
  /** The newest month counted: closed on the day, and delivered. */
  readonly newest: number;
  /** First month after the month of establishment; far in the past when that is unknown. */
  readonly first: number;
  /** Heads: 0 where an `all` delivery covers the month without the firm; UNKNOWN where nothing speaks. */
  heads(month: number): number;
  /** As heads, for medians: UNKNOWN also in the months that a SUSPECT jump leaves out. */
  medianHeads(month: number): number;
  record(month: number): MonthRecord | undefined;
  /** Why months are unknown: held back as SUSPECT, the record leaves the field out, or nothing covers them. */
  gapCause(from: number, to: number): MissingCause;
  /** A SUSPECT jump in these months has not stood for three further months yet: the feature is frozen. */
  isFrozen(from: number, to: number): boolean;
  /** f of the feed, halved while frozen (domain §1.4). */
  qualityOf(from: number, to: number): Fraction | undefined;
  /** A steward's confirmations that a jump was real. */
  readonly confirmations: readonly ConfirmationRecord[];
}

/** Months kept at most: the longest look-back is 24 months behind the newest. */
const KEPT = 36;

export function insuredMonths(firm: FirmAt): InsuredMonths {
  const known = firm.readings.socialSecurity as InsuredMonths | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('SOC');
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
  let confirmations = NO_CONFIRMATIONS;
  let mayJump = false;
  if (view.cause === undefined)
    for (const record of firm.records(socialSecurity)) {
      const { payload } = record;
      if (payload.kind === 'confirmation' && payload.confirmed)
        confirmations = [...confirmations, record as ConfirmationRecord];
      if (payload.kind !== 'month') continue;
      const slot = monthNumber(payload.month) - oldest;
      if (slot < 0 || slot >= KEPT) continue;
      records[slot] = record as MonthRecord;
      mayJump ||= (payload.insuredTotal ?? 0) >= JUMP_HEADS;
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
  const heads = (month: number): number => Math.max(raw(month), UNKNOWN);
  const jumps = mayJump ? jumpsOf(heads, Math.max(oldest, first - 1), newest, confirmations) : NO_JUMPS;
  const isSuspect = (month: number): boolean => jumps.some((jump) => jump <= month && month <= jump + 2);
  const isFrozen = (from: number, to: number): boolean =>
    jumps.some((jump) => jump + 2 >= newest && jump <= to && from <= jump + 2);
  return {
    view,
    newest,
    first,
    heads,
    medianHeads: jumps.length === 0 ? heads : (month) => (isSuspect(month) ? UNKNOWN : heads(month)),
    record: (month) => records[month - oldest],
    confirmations,
    isFrozen,
    qualityOf: (from, to) => (isFrozen(from, to) ? halved(view.freshness) : view.freshness),
    gapCause(from, to) {
      if (jumps.some((jump) => jump <= to && from <= jump + 2)) return 'QUARANTINED';
      for (let month = from; month <= to; month++) if (raw(month) === UNSTATED) return 'NOT_STATED';
      return 'NOT_COVERED';
    },
  };
}

/** A jump of at least this many heads, to more than three times the heads before, is SUSPECT (domain §1.4 row 2). */
const JUMP_HEADS = 10;
const NO_JUMPS: readonly number[] = [];
const NO_CONFIRMATIONS: readonly ConfirmationRecord[] = [];

/** The months of unconfirmed jumps, against the newest earlier month that is known. */
function jumpsOf(
  heads: (month: number) => number,
  from: number,
  to: number,
  confirmations: readonly ConfirmationRecord[],
): readonly number[] {
  const jumps: number[] = [];
  let before = UNKNOWN;
  for (let month = from; month <= to; month++) {
    const now = heads(month);
    if (now === UNKNOWN) continue;
    if (before !== UNKNOWN && now > 3 * before && now - before >= JUMP_HEADS)
      if (!confirmations.some(({ payload }) => monthNumber(payload.month) === month)) jumps.push(month);
    before = now;
  }
  return jumps;
}

const HALF: Fraction = { num: 1, den: 2 };

const halved = (freshness: Fraction | undefined): Fraction =>
  freshness === undefined ? HALF : (reduced(freshness.num, 2 * freshness.den) as Fraction);

/** Twice the median of the known months from `from` to `to`, and how many are known; UNKNOWN when none is. */
export function doubledMedian(months: InsuredMonths, from: number, to: number): { twice: number; known: number } {
  const sorted: number[] = [];
  for (let month = from; month <= to; month++) {
    const heads = months.medianHeads(month);
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
