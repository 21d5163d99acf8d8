import { reduced, type Exact } from '../scorecard/exact.ts';

/** 万元 as 分. */
const TEN_THOUSAND_YUAN = 1_000_000;

/** An amount in 分 as 万元, exact. */
export const inTenThousandYuan = (fen: number): Exact => reduced(fen, TEN_THOUSAND_YUAN)!;

/**
 * factor × part ÷ whole, exact, for amounts in 分; whole > 0. Where the product leaves the safe integers (past 90 trillion
 * 分 for 100) it is rounded down to a whole number.
 */
export function timesRatio(factor: number, part: number, whole: number): Exact {
  if (Number.isSafeInteger(factor * part)) return reduced(factor * part, whole)!;
  return Number((BigInt(factor) * BigInt(part)) / BigInt(whole));
}
