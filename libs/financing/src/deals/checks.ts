import {
  lastDay,
  parseLocalDate,
  parseLocalMonth,
  ProblemError,
  type Fen,
  type LocalDate,
  type LocalMonth,
} from '#lib/kernel';

/** 10¹³ fen: up to here every split is exact. */
export const MOST_FEN = 10_000_000_000_000;

/** A refusal that names the field at fault by its pointer. */
export const refusal = (code: string, status: number, pointer: string, zh: string, en: string): ProblemError =>
  new ProblemError({ code, status, zh, en, errors: [{ pointer, code, zh, en }] });

/** Amounts come from outside: throws ProblemError amount-invalid 422 for a fraction, a negative one, or one past 10¹³ fen. */
export function amountAt(pointer: string, value: unknown, least = 1): Fen {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= MOST_FEN) return value as Fen;
  throw refusal(
    'amount-invalid',
    422,
    pointer,
    `金额应为${least}至${MOST_FEN}分的整数`,
    `an amount is a whole number of fen from ${least} to ${MOST_FEN}`,
  );
}

/** A day that exists and is not before `from` nor after `to`. Throws ProblemError date-invalid 422. */
export function dayAt(pointer: string, value: unknown, from?: LocalDate, to?: LocalDate): LocalDate {
  const day = typeof value === 'string' ? parseLocalDate(value) : undefined;
  if (day !== undefined && day >= (from ?? day) && day <= (to ?? day)) return day;
  const range = `${from ?? '…'} – ${to ?? '…'}`;
  throw refusal('date-invalid', 422, pointer, `日期有误，应在 ${range}`, `not a day of ${range}`);
}

/** Words that somebody is to stand for. Throws ProblemError text-missing 422. */
export function textAt(pointer: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 1000) return value;
  throw refusal(
    'text-missing',
    422,
    pointer,
    '须写明内容，不超过1000字',
    'words are expected, at most 1,000 characters',
  );
}

/** Evidence is named by its SHA-256. Throws ProblemError hash-invalid 422. */
export function hashAt(pointer: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw refusal('hash-invalid', 422, pointer, '应为 SHA-256 摘要（64位十六进制）', 'a SHA-256 in hex is expected');
}

/** A whole number of a range. Throws ProblemError number-invalid 422. */
export function wholeAt(pointer: string, value: unknown, from: number, to: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return value as number;
  throw refusal(
    'number-invalid',
    422,
    pointer,
    `应为${from}至${to}的整数`,
    `a whole number from ${from} to ${to} is expected`,
  );
}

/** A month that has ended by `today`. Throws ProblemError month-invalid 422. */
export function monthAt(pointer: string, value: unknown, today: LocalDate): LocalMonth {
  const month = typeof value === 'string' ? parseLocalMonth(value) : undefined;
  if (month !== undefined && lastDay(month) < today) return month;
  throw refusal(
    'month-invalid',
    422,
    pointer,
    '应为已结束的月份 YYYY-MM',
    'a month YYYY-MM that has ended is expected',
  );
}
