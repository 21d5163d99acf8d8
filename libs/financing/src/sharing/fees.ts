import { daysBetween, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { bpOf, compareExact, exact, type Exact } from './exact.ts';
import { percentText, yuanText } from './money-text.ts';

/** A fee with how it was computed. */
export interface Fee extends Text {
  readonly amount: Fen;
  readonly days: number;
}

export interface FeePeriod {
  readonly principal: Fen;
  /** Per year. */
  readonly bp: number;
  readonly from: LocalDate;
  /** The day of its end, which is not charged. */
  readonly to: LocalDate;
}

/** A year has 365 days in a fee, also a leap year. */
const YEAR_DAYS = 365;

/**
 * 担保费 = principal × rate × days ÷ 365, half up to the fen, days = end − start (domain §5.3). With `share` (再担保费) the
 * principal is the part that the re-guarantor bears; the product is rounded once. Throws RangeError for an end before the start.
 */
export function feeOf({ principal, bp, from, to }: FeePeriod, share: Exact = exact(1)): Fee {
  const days = daysBetween(from, to);
  if (days < 0) throw new RangeError(`the fee ends before it starts: ${from}, ${to}`);
  const num = share.num * BigInt(bp) * BigInt(days);
  const amount = mulDiv(principal, num, share.den * 10_000n * BigInt(YEAR_DAYS), 'half-up');
  const whole = compareExact(share, exact(1)) === 0;
  const part = whole ? '' : ` × ${percentText(bpOf(share, 'half-up'))}`;
  const formula = `${yuanText(principal)}${part} × ${percentText(bp)} × ${days}/${YEAR_DAYS} = ${yuanText(amount)}`;
  return {
    amount,
    days,
    zh: `${whole ? '担保费' : '再担保费（按分担部分）'}：${formula} 元`,
    en: `${whole ? 'guarantee fee' : 're-guarantee fee on the shared part'}: ${formula} yuan`,
  };
}

/** 平均担保费率: by principal and days; undefined where nothing was guaranteed for a day. Rounded up, so that it never looks lower. */
export function averageFeeBp(periods: readonly FeePeriod[]): number | undefined {
  let weight = 0n;
  let fees = 0n;
  for (const { principal, bp, from, to } of periods) {
    const volume = BigInt(principal) * BigInt(daysBetween(from, to));
    weight += volume;
    fees += volume * BigInt(bp);
  }
  return weight === 0n ? undefined : bpOf(exact(fees, weight * 10_000n), 'up');
}
