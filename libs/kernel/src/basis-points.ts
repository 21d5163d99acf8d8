import { divide } from './rounding.ts';

declare const bpBrand: unique symbol;
/** A ratio in basis points: 10,000 is one. A safe integer. */
export type BasisPoints = number & { readonly [bpBrand]: 'BasisPoints' };

/** Checks and brands. Throws RangeError for a fraction, NaN or a number past ±(2^53 − 1). */
export function basisPoints(value: number): BasisPoints {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of basis points: ${value}`);
  return (value === 0 ? 0 : value) as BasisPoints;
}

/** num ÷ den in basis points, half up. Throws RangeError when den is 0. */
export function ratioBp(num: number | bigint, den: number | bigint): BasisPoints {
  return basisPoints(Number(divide(BigInt(num) * 10_000n, BigInt(den), 'half-up')));
}
