import { fromMonthIndex, lastDay, type LocalDate } from '#lib/kernel';
import { socialSecurity, type DossierRecord, type SocialSecurity } from '#lib/data-sources';
import { monthNumber, type FeedView, type FirmAt } from './firm-at.ts';

/** One stretch of unpaid months of one insurance, as it stood on the day. */
export interface ArrearsStretch {
  readonly record: DossierRecord<SocialSecurity>;
  readonly from: number;
  readonly to: number;
  /** Absent: open on the day. A clearance after the day has not happened yet. */
  readonly clearedOn?: LocalDate;
}

export interface ArrearsReading {
  readonly view: FeedView;
  readonly stretches: readonly ArrearsStretch[];
  /** A 清缴日期 could not be read: whether that stretch is open is not known. */
  readonly unreadable: boolean;
}

/** 社保欠缴 that had begun by the day. */
export function arrearsOf(firm: FirmAt): ArrearsReading {
  const view = firm.feed('SOC.arrears');
  const stretches: ArrearsStretch[] = [];
  let unreadable = false;
  if (view.cause === undefined)
    for (const record of firm.records(socialSecurity)) {
      const { payload } = record;
      if (payload.kind !== 'arrears') continue;
      if (payload.clearedUnreadable === true) {
        unreadable = true;
        continue;
      }
      const from = monthNumber(payload.fromMonth);
      const to = payload.toMonth === undefined ? from : monthNumber(payload.toMonth);
      const cleared = payload.clearedOn !== undefined && payload.clearedOn <= firm.day.date;
      stretches.push({ record, from, to, ...(cleared ? { clearedOn: payload.clearedOn } : {}) });
    }
  return { view, stretches, unreadable };
}

export interface LateMonth {
  /** Its last day. */
  readonly ended: LocalDate;
  /** The latest clearance of any insurance of the month. */
  readonly clearedOn: LocalDate;
}

/** The distinct late months that were cleared, from `first` on. Open stretches are judged before. */
export function lateMonths(stretches: readonly ArrearsStretch[], first: number): LateMonth[] {
  const late = new Map<number, LocalDate>();
  for (const { from, to, clearedOn } of stretches) {
    if (clearedOn === undefined) continue;
    for (let month = Math.max(from, first); month <= to; month++) {
      const known = late.get(month);
      if (known === undefined || clearedOn > known) late.set(month, clearedOn);
    }
  }
  return [...late].map(([month, clearedOn]) => ({ ended: lastDay(fromMonthIndex(month)), clearedOn }));
}
