import { divide, fen, mulDiv, type Fen } from '#lib/kernel';
import type { Measured } from '#lib/scoring';
import type { LineParameters } from './line-parameters.ts';

/** Formulas of the bases (domain §5.1). Everything is multiplied out first and rounded down once, to the 分. */

const ONE = 10_000n;

/** Contributions of some months: 缴费基数合计 over the insured heads of the same months. */
export interface ContributionBase {
  readonly sum: Fen;
  readonly heads: number;
}

/** B1 = median heads × mean contribution base × months × share [P]. `medianHeads` may be a half. */
export function payrollBase(
  medianHeads: Measured,
  { sum, heads }: ContributionBase,
  { months, shareBp }: LineParameters['payroll'],
): Fen {
  if (heads === 0) return fen(0);
  const [num, den] = parts(medianHeads);
  return mulDiv(sum, num * BigInt(months) * BigInt(shareBp), den * BigInt(heads) * ONE, 'down');
}

/** B2, B3, B4, B6 = amount × share. */
export const shareOf = (amount: Fen, shareBp: number): Fen => mulDiv(amount, shareBp, ONE, 'down');

/** Tax of one year in 分; the two kinds only where they are told apart. */
export type TaxYear = { readonly total: Fen } | { readonly vat: Fen; readonly cit: Fen };

/** B5 = mean tax × times, a year at a time; grade M (新设立) no more than its cap [V S20: one bank's public rule]. */
export function taxBase(years: readonly TaxYear[], grade: string, tax: LineParameters['tax']): Fen {
  const weighed = years.reduce(
    (sum, year) =>
      sum +
      ('total' in year
        ? BigInt(year.total) * BigInt(tax.totalTimes)
        : BigInt(year.vat) * BigInt(tax.vatTimes) + BigInt(year.cit) * BigInt(tax.citTimes)),
    0n,
  );
  const mean = fen(Number(divide(weighed, BigInt(years.length), 'down')));
  return grade === 'M' && mean > tax.gradeMCapFen ? tax.gradeMCapFen : mean;
}

/** 流动资金测算 of the official annex [V S38]. Ratios in basis points, turnover in days. */
export interface WorkingCapital {
  readonly annualSales: Fen;
  readonly marginBp: number;
  readonly growthBp: number;
  readonly inventoryDays: number;
  readonly receivableDays: number;
  readonly payableDays: number;
  readonly prepaidDays: number;
  readonly advanceDays: number;
  readonly ownFunds: Fen;
}

/**
 * B7 = sales × (1 − margin) × (1 + growth) ÷ turns − own funds, turns = 360 ÷ (inventory + receivable − payable + prepaid
 * − advance days). Existing loans are left out here: the line deducts them. Nothing is needed when the days are not above 0.
 */
export function workingCapitalBase(stated: WorkingCapital, { daysInYear }: LineParameters['workingCapital']): Fen {
  const { inventoryDays, receivableDays, payableDays, prepaidDays, advanceDays } = stated;
  const days = inventoryDays + receivableDays - payableDays + prepaidDays - advanceDays;
  if (days <= 0) return fen(0);
  const factor = (ONE - BigInt(stated.marginBp)) * (ONE + BigInt(stated.growthBp)) * BigInt(days);
  const need = mulDiv(stated.annualSales, factor, ONE * ONE * BigInt(daysInYear), 'down');
  return fen(need - stated.ownFunds);
}

function parts(measured: Measured): readonly [num: bigint, den: bigint] {
  if (typeof measured === 'string') throw new RangeError(`not a number: ${measured}`);
  return typeof measured === 'number' ? [BigInt(measured), 1n] : [BigInt(measured.num), BigInt(measured.den)];
}
