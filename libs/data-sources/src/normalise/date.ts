import { addDays, dateAt, dateOf, fromEpochDay, monthOf, monthOfDate } from '#lib/kernel';
import type { LocalDate, LocalMonth } from '#lib/kernel';
import type { Issue, IssueCode } from '../issue.ts';
import { valueOf } from './text.ts';

/** What a text says of time: a day, only a month, or nothing readable. `serial`: it was a spreadsheet's day number. */
export type ParsedDate =
  | { readonly kind: 'day'; readonly date: LocalDate; readonly serial?: true }
  | { readonly kind: 'month'; readonly month: LocalMonth }
  | { readonly kind: 'unreadable' };

const UNREADABLE: ParsedDate = { kind: 'unreadable' };
/** Excel's day 0, 1899-12-30 (1900 system, its false leap day included), in days since 1970. */
const EXCEL_EPOCH_DAY = -25_569;
const SERIAL_FROM = 20_000;
const SERIAL_TO = 60_000;

const SEPARATED = /^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const CHINESE = /^(\d{4}) ?年 ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?日?)?(?: ?\d{1,2}:\d{2}(?::\d{2})?)?$/;
/** A spreadsheet's day number with the time of day as its fraction, which is dropped. */
const SERIAL_WITH_TIME = /^\d{5}\.\d+$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/**
 * Reads every form of domain §1.3 from clean text: 2024-01-05, 2024/1/5, 2024.01.05, 20240105, 2024年1月5日, with or
 * without a time of day; 2024-01, 2024年1月, 202401 (month precision, kept as such); spreadsheet serials 20000–60000;
 * epoch milliseconds; ISO instants (their day in Asia/Shanghai). A two-digit year is unreadable.
 */
export function parseDate(clean: string): ParsedDate {
  if (/^\d+$/.test(clean)) return parseDigits(clean);
  if (SERIAL_WITH_TIME.test(clean)) return parseDigits(clean.slice(0, 5));
  const m = SEPARATED.exec(clean);
  if (m) return dayOrMonth(m[1]!, m[3]!, m[4]);
  const zh = CHINESE.exec(clean);
  if (zh) return dayOrMonth(zh[1]!, zh[2]!, zh[3]);
  if (INSTANT.test(clean)) {
    const instant = new Date(clean);
    if (!Number.isNaN(instant.getTime())) return day(dateAt(instant));
  }
  return UNREADABLE;
}

function parseDigits(digits: string): ParsedDate {
  switch (digits.length) {
    case 5: {
      const serial = Number(digits);
      if (serial < SERIAL_FROM || serial > SERIAL_TO) return UNREADABLE;
      return { kind: 'day', date: fromEpochDay(EXCEL_EPOCH_DAY + serial), serial: true };
    }
    case 6:
      return dayOrMonth(digits.slice(0, 4), digits.slice(4), undefined);
    case 8:
      return dayOrMonth(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6));
    case 12:
    case 13:
      return day(dateAt(new Date(Number(digits))));
    default:
      return UNREADABLE;
  }
}

function dayOrMonth(y: string, m: string, d: string | undefined): ParsedDate {
  if (d !== undefined) return day(dateOf(Number(y), Number(m), Number(d)));
  const month = monthOf(Number(y), Number(m));
  return month === undefined ? UNREADABLE : { kind: 'month', month };
}

const day = (date: LocalDate | undefined): ParsedDate => (date === undefined ? UNREADABLE : { kind: 'day', date });

/** `YYYY-MM-DD` of an existing day after 1900: the form that most feeds use, read without a pattern or an object. */
function isIsoDay(text: string): text is LocalDate {
  if (text.length !== 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  for (let i = 0; i < 10; i++) {
    if (i === 4 || i === 7) continue;
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return false;
  }
  const d = (text.charCodeAt(8) - 48) * 10 + text.charCodeAt(9) - 48;
  const m = (text.charCodeAt(5) - 48) * 10 + text.charCodeAt(6) - 48;
  // Days past the 28th differ by month: the calendar decides. The years 19xx and 20xx hold every real event.
  return d >= 1 && d <= 28 && m >= 1 && m <= 12 && (text.startsWith('20') || text.startsWith('19'));
}

export interface DateRule {
  /** The day of receipt: an event later than the day after it is refused (DQ06). */
  readonly receivedOn: LocalDate;
  /** Expiry dates may lie ahead. */
  readonly mayBeAhead?: boolean;
}

/**
 * The day in a cell. Undefined for a null word (no issue), for text that is no date, or only a month, where a day is
 * needed (DQ05, the month as suggestion), and for a date too far ahead (DQ06). A serial is converted, with DQ07.
 */
export function readDate(
  raw: string | undefined,
  column: string,
  rule: DateRule,
  issues: Issue[],
): LocalDate | undefined {
  if (raw === undefined || raw === '') return undefined;
  if (isIsoDay(raw) && raw <= rule.receivedOn) return raw;
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const parsed = parseDate(clean);
  if (parsed.kind === 'day') return inRange(parsed, clean, column, rule, issues);
  refuse(issues, 'DQ05', column, clean, parsed.kind === 'month' ? parsed.month : undefined);
  return undefined;
}

/** As readDate for a column where a month alone is worth keeping. */
export function readDayOrMonth(
  raw: string | undefined,
  column: string,
  rule: DateRule,
  issues: Issue[],
): Exclude<ParsedDate, { kind: 'unreadable' }> | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const parsed = parseDate(clean);
  if (parsed.kind === 'month') {
    if (parsed.month <= monthOfDate(addDays(rule.receivedOn, 1))) return parsed;
    refuse(issues, 'DQ06', column, clean);
  } else {
    const date = readDate(clean, column, rule, issues);
    if (date !== undefined) return { kind: 'day', date };
  }
  return undefined;
}

/** The month in a cell: any form of parseDate; of a day its month. Refused as readDate; the current month is allowed. */
export function readMonth(
  raw: string | undefined,
  column: string,
  rule: DateRule,
  issues: Issue[],
): LocalMonth | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const parsed =
    clean.length === 7 && isIsoDay(`${clean}-01`) ? ({ kind: 'month', month: clean } as const) : parseDate(clean);
  if (parsed.kind === 'unreadable') {
    refuse(issues, 'DQ05', column, clean);
    return undefined;
  }
  if (parsed.kind === 'day' && parsed.serial)
    issues.push({ code: 'DQ07', column, raw: clean, suggestion: parsed.date });
  const month = (parsed.kind === 'day' ? monthOfDate(parsed.date) : parsed.month) as LocalMonth;
  if (rule.mayBeAhead || month <= monthOfDate(rule.receivedOn)) return month;
  refuse(issues, 'DQ06', column, clean);
  return undefined;
}

function inRange(
  parsed: ParsedDate & { kind: 'day' },
  clean: string,
  column: string,
  rule: DateRule,
  issues: Issue[],
): LocalDate | undefined {
  if (!rule.mayBeAhead && parsed.date > addDays(rule.receivedOn, 1)) {
    refuse(issues, 'DQ06', column, clean);
    return undefined;
  }
  if (parsed.serial) issues.push({ code: 'DQ07', column, raw: clean, suggestion: parsed.date });
  return parsed.date;
}

function refuse(issues: Issue[], code: IssueCode, column: string, raw: string, suggestion?: string): void {
  issues.push(suggestion === undefined ? { code, column, raw } : { code, column, raw, suggestion });
}
