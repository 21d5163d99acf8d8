import { ProblemError, type Fen, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/** More than any partner gives, and small enough that every sum of a case stays exact (fen). */
export const LARGEST_AMOUNT = 100_000_000_000_000;

/** What is wrong, each with its place: a change is refused with all of it. */
export type Faults = ProblemDetail[];

export const fault = (faults: Faults, pointer: string, code: string, zh: string, en: string): void =>
  void faults.push({ pointer, code, zh, en });

/** Throws when something was found. */
export function refuse(faults: readonly ProblemDetail[], code: string, words: Text, status = 422): void {
  if (faults.length > 0) throw new ProblemError({ code, status, zh: words.zh, en: words.en, errors: faults });
}

export function refusal(code: string, zh: string, en: string, more: Refusal = {}): ProblemError {
  const { status = 409, errors = [{ code, zh, en }], extra } = more;
  return new ProblemError({ code, status, zh, en, errors, ...(extra === undefined ? {} : { extra }) });
}

interface Refusal {
  readonly status?: number;
  readonly errors?: readonly ProblemDetail[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

export const isAmount = (value: number, least = 1): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= LARGEST_AMOUNT;

/** Throws ProblemError amount-invalid 422: whole fen, above zero (`least` 0: or none), no more than anybody gives. */
export function checkAmount(pointer: string, value: number, least: 0 | 1 = 1): Fen {
  if (isAmount(value, least)) return value as Fen;
  const zh = `金额须为${least === 0 ? '非负' : '正'}整数分，且不超过 ${LARGEST_AMOUNT}`;
  const en = `an amount is a whole number of fen, ${least} or more and at most ${LARGEST_AMOUNT}`;
  throw refusal('amount-invalid', zh, en, { status: 422, errors: [{ pointer, code: 'amount-invalid', zh, en }] });
}

/** Throws ProblemError joint-amount-exceeded 409 where more is asked than there is. */
export function checkLimit(pointer: string, amount: number, limit: number, what: Text): void {
  if (amount <= limit) return;
  const zh = `超出${what.zh} ${limit} 分`;
  const en = `more than ${what.en}: ${limit} fen`;
  const errors = [{ pointer, code: 'joint-amount-exceeded', zh, en }];
  throw refusal('joint-amount-exceeded', zh, en, { errors, extra: { limit } });
}

/** A case keeps so many words, answers and entries of money; more is no case but a mistake. */
export function checkRoom(list: readonly unknown[], most: number, what: Text): void {
  if (list.length >= most) throw refusal('joint-full', `${what.zh}已达上限 ${most}`, `no more than ${most} ${what.en}`);
}
