import type { LocalDate } from '#lib/kernel';
import { monthNumber, type AssessmentDay } from './firm-at.ts';

/** Closed calendar months after the month of establishment that the look-back needs (L of domain §2). */
const CLOSED_MONTHS: Readonly<Record<string, number>> = {
  TG01: 3,
  TG03: 6,
  OV01: 6,
  OV02: 6,
  TG04: 13,
  TG02: 15,
  OV03: 15,
};
/** One fiscal year whose report was due: 汇算清缴 by 31 May, annual report by 30 June. The day itself counts. */
const ONE_FISCAL_YEAR: Readonly<Record<string, string>> = {
  IN09: '05-31',
  IN10: '05-31',
  IN11: '05-31',
  OV07: '06-30',
};

const year = (date: LocalDate): number => Number(date.slice(0, 4));

/** Closed calendar months after the month of establishment. */
export const closedMonthsOfAge = (establishedOn: LocalDate, day: AssessmentDay): number =>
  day.closedMonth - monthNumber(establishedOn);

/** False: the characteristic is never N/A by age. */
export const hasAgeRule = (code: string): boolean =>
  CLOSED_MONTHS[code] !== undefined || ONE_FISCAL_YEAR[code] !== undefined || code === 'OV08' || code === 'CC08';

/**
 * The first of the four states: not applicable by age, from the establishment date alone, before any feed is looked
 * at. A characteristic without a rule here is never N/A by age.
 */
export function isNotApplicableByAge(code: string, establishedOn: LocalDate, day: AssessmentDay): boolean {
  const months = CLOSED_MONTHS[code];
  if (months !== undefined) return closedMonthsOfAge(establishedOn, day) < months;
  const due = ONE_FISCAL_YEAR[code];
  if (due !== undefined) return newestDueYear(day.date, due) < year(establishedOn);
  // Two due years, the earlier one full: the firm stood before 2 January of it.
  if (code === 'OV08') return `${newestDueYear(day.date, '06-30') - 1}-01-01` < establishedOn;
  // 年报: the first 30 June after the year of establishment must have passed.
  if (code === 'CC08') return day.date <= `${year(establishedOn) + 1}-06-30`;
  return false;
}

/** The newest fiscal year whose report was due by the day. */
export const newestDueYear = (date: LocalDate, due: string): number => year(date) - (date.slice(5) >= due ? 1 : 2);
