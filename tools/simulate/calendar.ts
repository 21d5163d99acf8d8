import { epochDay, firstDay, fromEpochDay, fromMonthIndex, type LocalDate } from '#lib/kernel';

/** Months are counted since year 0, days since 1970-01-01 (the kernel's own counts); both are kept once looked up. */
const firstDays: number[] = [];
const texts: LocalDate[] = [];

/** First day of a month. */
export const monthStart = (month: number): number => (firstDays[month] ??= epochDay(firstDay(fromMonthIndex(month))));

/** Last day of a month. */
export const monthEnd = (month: number): number => monthStart(month + 1) - 1;

/** `YYYY-MM-DD` of a day after 1970. */
export const dayText = (day: number): LocalDate => (texts[day] ??= fromEpochDay(day));

/** A day of the calendar, months 1 … 12. */
export const dayIn = (year: number, month: number, day: number): number => monthStart(year * 12 + month - 1) + day - 1;

/** The calendar year in which a day lies. */
export const yearOfDay = (day: number): number => Number(dayText(day).slice(0, 4));

/** `YYYYMM` of a month. */
export const monthText = (month: number): string => fromMonthIndex(month).replace('-', '');
