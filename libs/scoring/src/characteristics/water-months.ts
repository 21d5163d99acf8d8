import type { LocalDate } from '#lib/kernel';
import { water, type DossierRecord, type WaterBill } from '#lib/data-sources';
import type { MissingCause } from '../value.ts';
import { closedMonth, monthNumber, type FeedView, type FirmAt } from './firm-at.ts';

export interface OwnBill {
  readonly record: DossierRecord<WaterBill>;
  /** Months that it covers, both included. */
  readonly from: number;
  readonly to: number;
}

/** Water of a month of which nothing is known. */
export const UNKNOWN_VOLUME = -1;

/** The newest months kept: three months and the same three a year before. */
const KEPT = 15;

/** The firm's water (用水) on its own accounts, month by month; a shared account is not used. */
export interface WaterMonths {
  readonly view: FeedView;
  /** Bills of own accounts whose month had ended by the day. Empty: the firm has no own account. */
  readonly bills: readonly OwnBill[];
  /** The newest month billed. */
  readonly newest: number;
  /** First month after the month of establishment; far in the past when that is unknown. */
  readonly first: number;
  /**
   * Volume in two-hundredths of a cubic metre, so that half of a bill for two months stays whole. 0 where an `all`
   * delivery covers a month without a bill; UNKNOWN_VOLUME where nothing speaks, or a meter was not read.
   */
  volume(month: number): number;
  /** Some meter showed water, whatever is unknown of the others. */
  isActive(month: number): boolean;
  /** A bill, or the coverage of an `all` delivery, speaks for the month. */
  isKnown(month: number): boolean;
  gapCause(from: number, to: number): MissingCause;
}

export function waterMonths(firm: FirmAt): WaterMonths {
  const known = firm.readings.water as WaterMonths | undefined;
  if (known !== undefined) return known;
  const reading = readMonths(firm, firm.feed('WAT'));
  firm.readings.water = reading;
  return reading;
}

function readMonths(firm: FirmAt, view: FeedView): WaterMonths {
  const own: DossierRecord<WaterBill>[] = [];
  let newest = 0;
  if (view.cause === undefined)
    for (const record of firm.records(water)) {
      const month = monthNumber(record.payload.month);
      if (record.payload.shared === true || month > firm.day.closedMonth) continue;
      own.push(record);
      if (month > newest) newest = month;
    }
  const oldest = newest - KEPT + 1;
  const sums = new Float64Array(KEPT);
  const billed = new Uint8Array(KEPT);
  const unread = new Uint8Array(KEPT);
  const bills: OwnBill[] = [];
  let rhythms: Map<string, 1 | 2> | undefined;
  for (const record of own) {
    const { payload } = record;
    let months = payload.cycle ?? rhythms?.get(payload.account);
    if (months === undefined) {
      months = rhythm(own, payload.account);
      (rhythms ??= new Map()).set(payload.account, months);
    }
    const to = monthNumber(payload.month);
    bills.push({ record, from: to - months + 1, to });
    for (let slot = Math.max(0, to - months + 1 - oldest); slot <= to - oldest; slot++) {
      billed[slot] = 1;
      if (payload.volume === undefined || payload.estimated === true) unread[slot] = 1;
      else sums[slot]! += (2 * payload.volume) / months;
    }
  }
  const spans = (view.coverage?.periods ?? []).map(({ from, to }) => ({
    from: from.endsWith('-01') ? monthNumber(from) : monthNumber(from) + 1,
    to: closedMonth(to),
  }));
  const isKnown = (month: number): boolean =>
    billed[month - oldest] === 1 || spans.some((span) => span.from <= month && month <= span.to);
  return {
    view,
    bills,
    newest,
    first: firm.establishedOn === undefined ? 0 : monthNumber(firm.establishedOn) + 1,
    volume: (month) => (unread[month - oldest] === 1 || !isKnown(month) ? UNKNOWN_VOLUME : (sums[month - oldest] ?? 0)),
    isActive: (month) => (sums[month - oldest] ?? 0) > 0,
    isKnown,
    gapCause(from, to) {
      for (let month = from; month <= to; month++) if (unread[month - oldest] === 1) return 'NOT_STATED';
      return 'NOT_COVERED';
    },
  };
}

/**
 * 抄表周期 where the company does not state it: an account whose bills never stand in neighbouring months and somewhere
 * stand two apart is read every second month.
 */
function rhythm(bills: readonly DossierRecord<WaterBill>[], account: string): 1 | 2 {
  const months = new Set<number>();
  for (const { payload } of bills) if (payload.account === account) months.add(monthNumber(payload.month));
  let apart = false;
  for (const month of months) {
    if (months.has(month - 1)) return 1;
    if (months.has(month - 2)) apart = true;
  }
  return apart ? 2 : 1;
}

/** 欠缴 of one bill, as it stood on the day. `cured` names the day of payment where it is known. */
export type BillArrears =
  | { readonly state: 'none' | 'open' | 'unknown' }
  | { readonly state: 'cured'; readonly on?: LocalDate };

const NONE: BillArrears = { state: 'none' };
const OPEN: BillArrears = { state: 'open' };

/**
 * A bill is overdue from the day that the company states, else from the end of the month after its own. A payment or an
 * arrears date after the day has not happened yet.
 */
export function arrearsOfBill(bill: WaterBill, date: LocalDate): BillArrears {
  const { status, paidOn, arrearsSince, arrearsAmount, amount } = bill;
  if (paidOn !== undefined && paidOn <= date) return isOverdueOn(bill, paidOn) ? { state: 'cured', on: paidOn } : NONE;
  if (paidOn === undefined) {
    if (status === 'paid') return arrearsSince !== undefined && arrearsSince <= date ? { state: 'cured' } : NONE;
    if (status === 'overdue') return arrearsSince === undefined || arrearsSince <= date ? OPEN : NONE;
    if (arrearsAmount === 0 || amount === 0) return NONE;
    if (status === undefined && arrearsAmount === undefined) return { state: 'unknown' };
  }
  return isOverdueOn(bill, date) ? OPEN : NONE;
}

const isOverdueOn = ({ month, arrearsSince }: WaterBill, day: LocalDate): boolean =>
  arrearsSince === undefined ? monthNumber(day) > monthNumber(month) + 1 : day >= arrearsSince;
