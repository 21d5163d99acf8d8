import { compareExact } from '../scorecard/exact.ts';
import type { Fraction } from '../value.ts';

/** The lower of two freshness factors f; absent is 1. */
export function staler(a: Fraction | undefined, b: Fraction | undefined): Fraction | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareExact(a, b) <= 0 ? a : b;
}
