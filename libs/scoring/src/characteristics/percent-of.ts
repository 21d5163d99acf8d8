import { reduced, type Exact } from '../scorecard/exact.ts';

/** 100 × part ÷ whole, exact; a quotient whose parts stay past 2^53 ÷ 100 in lowest terms is floored to whole percent. */
export function percentOf(part: number, whole: number): Exact {
  const share = reduced(part, whole)!;
  if (typeof share === 'number') return 100 * share;
  if (Number.isSafeInteger(100 * share.num)) return reduced(100 * share.num, share.den)!;
  const parts = 100n * BigInt(share.num);
  const percent = parts / BigInt(share.den);
  return Number(parts < 0n ? percent - 1n : percent);
}
