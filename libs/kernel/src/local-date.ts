/** Calendar dates and months of Asia/Shanghai as plain text, so that `<` compares them and JSON keeps them. */
declare const dateBrand: unique symbol;
declare const monthBrand: unique symbol;
/** A calendar day `YYYY-MM-DD` (Asia/Shanghai), years 1900–9999. */
export type LocalDate = string & { readonly [dateBrand]: 'LocalDate' };
/** A calendar month `YYYY-MM` (Asia/Shanghai). */
export type LocalMonth = string & { readonly [monthBrand]: 'LocalMonth' };

const DAY_MS = 86_400_000;
/** 1900-01-01 and 9999-12-31 as days since 1970-01-01: past them the text would have another width and `<` would lie. */
const FIRST_DAY = -25_567;
const LAST_DAY = 2_932_896;
/** China has had no daylight saving since 1991 and one zone only: UTC+8 for every instant this system handles. */
const SHANGHAI_MS = 8 * 3_600_000;

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The date of these numbers, or undefined when there is no such day. */
export function dateOf(year: number, month: number, day: number): LocalDate | undefined {
  if (!Number.isInteger(year) || year < 1900 || year > 9999) return undefined;
  if (!Number.isInteger(month) || month < 1 || month > 12) return undefined;
  if (!Number.isInteger(day) || day < 1 || day > daysInMonth(year, month)) return undefined;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` as LocalDate;
}

export function monthOf(year: number, month: number): LocalMonth | undefined {
  return dateOf(year, month, 1)?.slice(0, 7) as LocalMonth | undefined;
}

/** Parses strict `YYYY-MM-DD`; undefined for anything else. */
export function parseLocalDate(text: string): LocalDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  return dateOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
}

/** Parses strict `YYYY-MM`; undefined for anything else. */
export function parseLocalMonth(text: string): LocalMonth | undefined {
  if (!/^\d{4}-\d{2}$/.test(text)) return undefined;
  return monthOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
}

/** As parseLocalDate, throwing RangeError: for literals and values that were checked before. */
export function localDate(text: string): LocalDate {
  const date = parseLocalDate(text);
  if (date === undefined) throw new RangeError(`not a date: ${text}`);
  return date;
}

export function localMonth(text: string): LocalMonth {
  const month = parseLocalMonth(text);
  if (month === undefined) throw new RangeError(`not a month: ${text}`);
  return month;
}

/** Days since 1970-01-01. */
export function epochDay(date: LocalDate): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
}

/** Throws RangeError for a fraction of a day and outside the years 1900–9999. */
export function fromEpochDay(day: number): LocalDate {
  if (!(Number.isInteger(day) && day >= FIRST_DAY && day <= LAST_DAY)) throw new RangeError(`no such day: ${day}`);
  return new Date(day * DAY_MS).toISOString().slice(0, 10) as LocalDate;
}

export const addDays = (date: LocalDate, days: number): LocalDate => fromEpochDay(epochDay(date) + days);
export const daysBetween = (from: LocalDate, to: LocalDate): number => epochDay(to) - epochDay(from);

/** Months since year 0; the difference of two is their distance in calendar months. */
export const monthIndex = (date: LocalDate | LocalMonth): number =>
  Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;

/** Throws RangeError for a fraction and outside the years 1900–9999. */
export function fromMonthIndex(index: number): LocalMonth {
  if (!(Number.isInteger(index) && index >= 1900 * 12 && index < 10_000 * 12)) {
    throw new RangeError(`no such month: ${index}`);
  }
  return `${pad(Math.floor(index / 12), 4)}-${pad((index % 12) + 1, 2)}` as LocalMonth;
}

export const addMonthsToMonth = (month: LocalMonth, months: number): LocalMonth =>
  fromMonthIndex(monthIndex(month) + months);

export const monthOfDate = (date: LocalDate): LocalMonth => date.slice(0, 7) as LocalMonth;
export const firstDay = (month: LocalMonth): LocalDate => `${month}-01` as LocalDate;

export function lastDay(month: LocalMonth): LocalDate {
  const days = daysInMonth(Number(month.slice(0, 4)), Number(month.slice(5, 7)));
  return `${month}-${pad(days, 2)}` as LocalDate;
}

/** The same day of another month; past its end, its last day (31 January + 1 month is 28 or 29 February). */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const month = fromMonthIndex(monthIndex(date) + months);
  const end = lastDay(month);
  return Number(date.slice(8, 10)) >= Number(end.slice(8, 10)) ? end : (`${month}-${date.slice(8, 10)}` as LocalDate);
}

/**
 * Whole months from `from` to `to`, a month being complete when its day is reached; a missing day (the 31st of a
 * 30-day month) is reached on the month's last day. Negative when `to` lies before `from`.
 */
export function wholeMonthsBetween(from: LocalDate, to: LocalDate): number {
  const months = monthIndex(to) - monthIndex(from);
  if (to >= from) return addMonths(from, months) <= to ? months : months - 1;
  return addMonths(from, months) >= to ? months : months + 1;
}

/**
 * Whole months from `from` to a later `to`, a month being complete only when the day itself is reached: from the 31st
 * to the 30th of a 30-day month it is not (企业年龄, domain §2 TG08). Negative when `to` lies before `from`.
 */
export function monthsByDayReached(from: LocalDate, to: LocalDate): number {
  const months = monthIndex(to) - monthIndex(from);
  return to.slice(8) >= from.slice(8) ? months : months - 1;
}

/** The calendar day in Asia/Shanghai of an instant. */
export const dateAt = (instant: Date): LocalDate =>
  new Date(instant.getTime() + SHANGHAI_MS).toISOString().slice(0, 10) as LocalDate;

/** ISO 8601 with milliseconds and the offset +08:00. */
export const instantText = (instant: Date): string =>
  `${new Date(instant.getTime() + SHANGHAI_MS).toISOString().slice(0, 23)}+08:00`;
