import { fen, mulDiv, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { compareExact, exact, bpOf } from '../sharing/exact.ts';
import { percentText, yuanText } from '../sharing/money-text.ts';
import type { CapacityRules } from './capacity-rules.ts';

/** What a guarantor sets aside for a year: figures, not bookings. Least amounts, rounded up. */
export interface Reserves extends Text {
  /** 未到期责任准备金. */
  readonly unearned: Fen;
  /** 担保赔偿准备金 to be added this year. */
  readonly claimAddition: Fen;
  /** Up to where it grows. */
  readonly claimTarget: Fen;
}

/** 50 % of the year's fees; 1 % of the year-end liability each year until the reserve comes to 10 % of it (domain §7 R26). */
export function reservesOf(
  rules: CapacityRules,
  {
    feesOfYear,
    liability,
    claimReserve,
  }: { readonly feesOfYear: Fen; readonly liability: Fen; readonly claimReserve: Fen },
): Reserves {
  const unearned = mulDiv(feesOfYear, rules.unearnedPercent, 100, 'up');
  const claimTarget = mulDiv(liability, rules.claimReserveUntilPercent, 100, 'up');
  const yearly = mulDiv(liability, rules.claimReservePercent, 100, 'up');
  const claimAddition = fen(Math.min(yearly, Math.max(0, claimTarget - claimReserve)));
  return {
    unearned,
    claimAddition,
    claimTarget,
    zh: `未到期责任准备金${yuanText(unearned)}元；担保赔偿准备金应提${yuanText(claimAddition)}元，累计至${yuanText(claimTarget)}元`,
    en: `unearned reserve ${yuanText(unearned)} yuan; claim reserve to add ${yuanText(claimAddition)} yuan, until ${yuanText(claimTarget)} yuan`,
  };
}

export interface MixCase {
  readonly principal: Fen;
  /** 支小支农; null: not known, which counts as no. */
  readonly smallOrAgricultural: boolean | null;
}

export interface MixCheck extends Text {
  readonly rule: 'SMALL_SHARE' | 'SMALL_CASES';
  readonly state: 'pass' | 'fail' | 'unknown';
  /** Rounded down, for people; the comparison is exact. */
  readonly shareBp: number | null;
}

/** 支小支农占比 of a government guarantor (财金〔2025〕11号): at least 80 % of the amount, of that at least 50 % in cases up to 5 m. */
export function policyMix(rules: CapacityRules, cases: readonly MixCase[]): readonly [MixCheck, MixCheck] {
  const sum = (some: readonly MixCase[]): bigint =>
    some.reduce((total, { principal }) => total + BigInt(principal), 0n);
  const small = cases.filter(({ smallOrAgricultural }) => smallOrAgricultural === true);
  const inSmallCases = small.filter(({ principal }) => principal <= rules.smallCaseMost);
  const most = yuanText(rules.smallCaseMost);
  return [
    mix('SMALL_SHARE', sum(small), sum(cases), rules.smallSharePercent, '支小支农占比', 'small and agricultural'),
    mix(
      'SMALL_CASES',
      sum(inSmallCases),
      sum(small),
      rules.smallCasePercent,
      `其中单户${most}元及以下占比`,
      `of it in cases up to ${most} yuan`,
    ),
  ];
}

function mix(rule: MixCheck['rule'], part: bigint, whole: bigint, percent: number, zh: string, en: string): MixCheck {
  const least = percentText(percent * 100);
  if (whole === 0n)
    return { rule, state: 'unknown', shareBp: null, zh: `${zh}：—，不低于${least}`, en: `${en}: —, at least ${least}` };
  const share = exact(part, whole);
  const shareBp = bpOf(share, 'floor');
  const state = compareExact(share, exact(percent, 100)) >= 0 ? 'pass' : 'fail';
  const shown = percentText(shareBp);
  return { rule, state, shareBp, zh: `${zh}${shown}，不低于${least}`, en: `${en} ${shown}, at least ${least}` };
}
