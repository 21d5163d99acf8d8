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
