import { divide, type Fen, type Rounding } from '#lib/kernel';

/** A ratio or an amount that is not rounded: num ÷ den, den > 0. It is compared, never shown. */
export interface Exact {
  readonly num: bigint;
  readonly den: bigint;
}

export const exact = (num: number | bigint, den: number | bigint = 1n): Exact => ({
  num: BigInt(num),
  den: BigInt(den),
});
export const exactFen = (amount: Fen): Exact => exact(amount);
export const times = (a: Exact, b: Exact): Exact => ({ num: a.num * b.num, den: a.den * b.den });

/** Negative, zero or positive as a is below, equal to or above b. */
export function compareExact(a: Exact, b: Exact): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** In whole basis points: for people only. */
export const bpOf = ({ num, den }: Exact, rounding: Rounding): number => Number(divide(num * 10_000n, den, rounding));
