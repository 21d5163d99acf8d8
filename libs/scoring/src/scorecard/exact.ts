import type { Fraction } from '../value.ts';

/** A whole number, or a fraction of two whole numbers. */
export type Exact = number | Fraction;

/**
 * Reads an exact number: a safe integer, `num/den`, or a decimal text or number (5.5 is 55/10).
 * Undefined for anything else.
 */
export function parseExact(raw: unknown): Exact | undefined {
  if (typeof raw === 'number' && Number.isSafeInteger(raw)) return raw;
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const text = String(raw);
  const quotient = /^(-?\d{1,15})\/(\d{1,15})$/.exec(text);
  if (quotient) return reduced(Number(quotient[1]), Number(quotient[2]));
  const decimal = /^(-?\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (!decimal) return undefined;
  const digits = decimal[2] ?? '';
  return reduced(Number(`${decimal[1]}${digits}`), 10 ** digits.length);
}

/** num ÷ den in lowest terms, a plain integer where den becomes 1; undefined when den is 0. */
export function reduced(num: number, den: number): Exact | undefined {
  if (den === 0) return undefined;
  const divisor = greatestCommonDivisor(Math.abs(num), den);
  return den === divisor ? num / divisor : { num: num / divisor, den: den / divisor };
}

export function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Sign of a − b, exactly. */
export function compareExact(a: Exact, b: Exact): number {
  const left = typeof a === 'number' ? WHOLE(a) : a;
  const right = typeof b === 'number' ? WHOLE(b) : b;
  const x = left.num * right.den;
  const y = right.num * left.den;
  if (Number.isSafeInteger(x) && Number.isSafeInteger(y)) return Math.sign(x - y);
  const exact = BigInt(left.num) * BigInt(right.den) - BigInt(right.num) * BigInt(left.den);
  return exact > 0n ? 1 : exact < 0n ? -1 : 0;
}

const WHOLE = (num: number): Fraction => ({ num, den: 1 });

/** The sum in lowest terms. Throws RangeError when it leaves the safe integers. */
export function addExact(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const left = typeof a === 'number' ? WHOLE(a) : a;
  const right = typeof b === 'number' ? WHOLE(b) : b;
  const scale = right.den / greatestCommonDivisor(left.den, right.den);
  const den = left.den * scale;
  const num = left.num * scale + right.num * (den / right.den);
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) throw new RangeError('sum of fractions is too large');
  return reduced(num, den)!;
}
