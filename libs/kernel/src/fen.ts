import { divide, type Rounding } from './rounding.ts';

declare const fenBrand: unique symbol;
/** An amount of money in 分 (1/100 yuan): a safe integer, may be negative. */
export type Fen = number & { readonly [fenBrand]: 'Fen' };

/** Checks and brands. Throws RangeError for a fraction, NaN or a number past ±(2^53 − 1). */
export function fen(value: number): Fen {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole, safe number of fen: ${value}`);
  return (value === 0 ? 0 : value) as Fen;
}

export function addFen(...amounts: readonly Fen[]): Fen {
  let sum = 0;
  for (const amount of amounts) sum = fen(sum + amount);
  return fen(sum);
}

/**
 * amount × num ÷ den, computed in BigInt and rounded once.
 * num and den are whole numbers; throws RangeError for a fraction, a zero den or a result that is not a safe integer.
 */
export function mulDiv(amount: Fen, num: number | bigint, den: number | bigint, rounding: Rounding): Fen {
  return fen(Number(divide(BigInt(amount) * BigInt(num), BigInt(den), rounding)));
}
