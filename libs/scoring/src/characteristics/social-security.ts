import { daysBetween, firstDay, fromMonthIndex, lastDay, wholeMonthsBetween } from '#lib/kernel';
import type { SocialSecurityMonth } from '#lib/data-sources';
import { compareExact, reduced, type Exact } from '../scorecard/exact.ts';
import type { CharacteristicValue, Fraction } from '../value.ts';
import { arrearsOf, lateMonths } from './arrears.ts';
import {
  citeCoverage,
  type Family,
  type Finding,
  missing,
  NOT_APPLICABLE,
  UNDECIDED,
  valueOf,
} from './characteristic.ts';
import type { CharacteristicDefinition, Cite } from './characteristic.ts';
import { monthNumber, type AssessmentDay, type FirmAt } from './firm-at.ts';
import { doubledMedian, insuredMonths, UNKNOWN, type InsuredMonths } from './insured-months.ts';
import { staler } from './staler.ts';

const SOC = { feeds: ['SOC'] } as const;

function citeMonths(months: InsuredMonths, from: number, to: number, cite: Cite): void {
  for (let month = from; month <= to; month++) {
    const record = months.record(month);
    if (record !== undefined) cite.record(record);
  }
  for (const record of months.confirmations) {
    const month = monthNumber(record.payload.month);
    if (month <= to && from <= month + 2) cite.record(record);
  }
  citeCoverage(months.view, cite);
  if (months.isFrozen(from, to)) cite.flag('SUSPECT');
}

export const TG01: CharacteristicDefinition = {
  ...SOC,
  code: 'TG01',
  dimension: 'TG',
  zh: '参保人数水平',
  en: 'Insured headcount',
  definition: {
    zh: '最近6个已结束月份参保总人数的中位数（企业月份不足6个时取3–5个）；已知月份少于一半为缺失；突增超过3倍且达10人的当月及其后两月未经核实不计',
    en: 'median insured heads of the newest 6 closed months (3–5 if the firm has no more); fewer than half known: missing; the month of a jump above 3 times and 10 heads and the two after it are left out until confirmed',
  },
  unit: { zh: '人', en: 'heads' },
  window: { zh: '最近6个已结束月份', en: 'newest 6 closed months' },
  compute(firm, cite) {
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const { newest } = months;
    const from = Math.max(newest - 5, months.first);
    const length = newest - from + 1;
    if (length < 3) return missing('NOT_COVERED');
    const { twice, known } = doubledMedian(months, from, newest);
    if (2 * known < length) return missing(months.gapCause(from, newest));
    citeMonths(months, from, newest, cite);
    return valueOf(reduced(twice, 2)!, months.qualityOf(from, newest));
  },
};

export const TG02: CharacteristicDefinition = {
  ...SOC,
  code: 'TG02',
  dimension: 'TG',
  zh: '参保人数增长',
  en: 'Headcount growth',
  definition: {
    zh: '100 ×（最近3个月中位数 ÷ 上年同期3个月中位数 − 1），限于[−100, 500]；上年中位数小于3不适用',
    en: '100 × (median of the newest 3 closed months ÷ median of the same 3 a year before − 1), clipped to [−100, 500]',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '最近3个月与12个月前的3个月', en: 'newest 3 closed months and the same 3 a year before' },
  compute(firm, cite) {
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const { newest } = months;
    if (newest - 14 < months.first) return missing('NOT_COVERED');
    const now = doubledMedian(months, newest - 2, newest);
    const before = doubledMedian(months, newest - 14, newest - 12);
    if (now.known < 2) return missing(months.gapCause(newest - 2, newest));
    if (before.known < 2) return missing(months.gapCause(newest - 14, newest - 12));
    citeMonths(months, newest - 2, newest, cite);
    citeMonths(months, newest - 14, newest - 12, cite);
    if (before.twice < 6) return NOT_APPLICABLE;
    const growth = reduced(100 * (now.twice - before.twice), before.twice)!;
    const quality = staler(months.qualityOf(newest - 2, newest), months.qualityOf(newest - 14, newest - 12));
    return valueOf(compareExact(growth, 500) > 0 ? 500 : growth, quality);
  },
};

export const TG03: CharacteristicDefinition = {
  ...SOC,
  code: 'TG03',
  dimension: 'TG',
  zh: '人员回撤',
  en: 'Headcount drawdown',
  definition: {
    zh: '12个月内3个月中位数相对其此前最高值的最大跌幅 ×100；只少一人按不足15计',
    en: 'largest fall of the 3-month medians below their running maximum within 12 months; a fall of one head stays below 15',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '最近12个已结束月份', en: 'newest 12 closed months' },
  compute(firm, cite) {
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const { newest } = months;
    const from = Math.max(newest - 11, months.first);
    const length = newest - from + 1;
    if (length < 6) return missing('NOT_COVERED');
    let known = 0;
    for (let month = from; month <= newest; month++) if (months.medianHeads(month) !== UNKNOWN) known += 1;
    if (2 * known < length) return missing(months.gapCause(from, newest));
    const fall = drawdown(months, from, newest);
    if (fall === undefined) return missing(months.gapCause(from, newest));
    citeMonths(months, from, newest, cite);
    return fall === 'nobody' ? NOT_APPLICABLE : valueOf(fall, months.qualityOf(from, newest));
  },
};

/** A 3-month median stands on at least two known months. All medians are doubled, so that halves stay whole. */
function drawdown(months: InsuredMonths, from: number, to: number): Exact | 'nobody' | undefined {
  let highest = UNKNOWN;
  let worst: Exact = 0;
  for (let end = from + 2; end <= to; end++) {
    const { twice, known } = doubledMedian(months, end - 2, end);
    if (known < 2) continue;
    if (twice >= highest) {
      highest = twice;
      continue;
    }
    let fall = reduced(100 * (highest - twice), highest)!;
    if (highest - twice <= 2 && compareExact(fall, 14) > 0) fall = 14;
    if (compareExact(fall, worst) > 0) worst = fall;
  }
  if (highest === UNKNOWN) return undefined;
  return highest === 0 ? 'nobody' : worst;
}

export const OV01: CharacteristicDefinition = {
  ...SOC,
  code: 'OV01',
  dimension: 'OV',
  zh: '社保缴纳连续性',
  en: 'Regular social-insurance payment',
  definition: {
    zh: '最近12个已结束月份中按时到账的月数，未知或未到期的月份不计，按 12 × 按时月数 ÷ 已知月数 折算；到账日期不晚于次月末为按时',
    en: 'of the newest 12 closed months those paid by the end of the following month; 12 × paid ÷ months known and due',
  },
  unit: { zh: '个月', en: 'months' },
  window: { zh: '最近12个已结束月份', en: 'newest 12 closed months' },
  compute(firm, cite) {
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const { newest } = months;
    const from = Math.max(newest - 11, months.first);
    const length = newest - from + 1;
    if (length < 6) return missing('NOT_COVERED');
    let known = 0;
    let onTime = 0;
    let insured = false;
    let unstated = false;
    for (let month = from; month <= newest; month++) {
      const heads = months.heads(month);
      if (heads > 0) insured = true;
      const paid = paidOnTime(months.record(month)?.payload, month, firm.day);
      if (paid === undefined ? heads === 0 : paid !== 'open') known += 1;
      if (paid === true) onTime += 1;
      if (paid === 'open') unstated = true;
    }
    if (2 * known < length) return missing(unstated ? 'NOT_STATED' : 'NOT_COVERED');
    citeMonths(months, from, newest, cite);
    if (!insured) return NOT_APPLICABLE;
    // Months that nothing speaks for are left out of both sides, as months before the firm stood are.
    return valueOf(reduced(12 * onTime, known)!, months.view.freshness);
  },
};

/**
 * Undefined: no record of the month. `open`: not known, because the record states no payment, or because it is unpaid
 * and its deadline, the end of the following month, still lies ahead. A payment after the day has not happened yet.
 */
function paidOnTime(
  payload: SocialSecurityMonth | undefined,
  month: number,
  day: AssessmentDay,
): boolean | 'open' | undefined {
  if (payload === undefined) return undefined;
  const { paid, paidOn } = payload;
  // The deadline is the last day of a month, so months decide.
  if (paidOn !== undefined && paidOn <= day.date) return monthNumber(paidOn) <= month + 1;
  if (paidOn === undefined && paid !== false) return 'open';
  return day.closedMonth < month + 1 ? 'open' : false;
}

export const CC02: CharacteristicDefinition = {
  code: 'CC02',
  dimension: 'CC',
  zh: '社保欠缴',
  en: 'Social-insurance arrears',
  definition: {
    zh: '近24个月：有未清欠缴；偶有迟缴（不超过2个月且各自月末后31日内清缴）；其余为较多；无',
    en: '24 months: open = any not cleared; few = at most 2 late months, each cleared within 31 days of its end; many; none',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近24个月', en: '24 months' },
  feeds: ['SOC', 'SOC.arrears'],
  compute(firm, cite) {
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const { view, stretches, unreadable } = arrearsOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const freshness = staler(months.view.freshness, view.freshness);
    const late = lateMonths(stretches, firm.day.closedMonth - 23);
    const open = stretches.some((stretch) => stretch.clearedOn === undefined);
    if (!open && unreadable) return missing('NOT_STATED');
    if (late.length === 0 && !open) return nothingLate(firm, months, cite, freshness);
    for (const stretch of stretches) cite.record(stretch.record);
    citeCoverage(view, cite);
    if (open) return valueOf('open', freshness);
    const few = late.length <= 2 && late.every((month) => daysBetween(month.ended, month.clearedOn) <= 31);
    return valueOf(few ? 'few' : 'many', freshness);
  },
};

function nothingLate(
  firm: FirmAt,
  months: InsuredMonths,
  cite: Cite,
  freshness: Fraction | undefined,
): CharacteristicValue {
  const { view, stretches } = arrearsOf(firm);
  const from = Math.max(months.newest - 23, months.first - 1);
  const length = months.newest - from + 1;
  let known = 0;
  let insured = false;
  for (let month = from; month <= months.newest; month++) {
    const heads = months.heads(month);
    if (heads !== UNKNOWN) known += 1;
    if (heads > 0) insured = true;
  }
  // Before its first closed month a firm has nobody insured either.
  if (!insured && (length <= 1 || 2 * known >= length)) {
    citeMonths(months, from, months.newest, cite);
    return NOT_APPLICABLE;
  }
  // «None» needs a delivery that speaks for the whole window; a list of debtors says nothing of the others.
  const window = firstDay(fromMonthIndex(firm.day.closedMonth - 23));
  const start = firm.establishedOn !== undefined && firm.establishedOn > window ? firm.establishedOn : window;
  if (stretches.length === 0 && (view.from === undefined || view.from > start)) return missing('NOT_COVERED');
  citeCoverage(view, cite);
  return valueOf('none', freshness);
}

/** W03: the newest month has 30 % fewer heads than three months before, and more than one head fewer. */
export function headcountFell(firm: FirmAt, cite: Cite): boolean {
  const months = insuredMonths(firm);
  if (months.view.cause !== undefined) return false;
  const [now, before] = [months.heads(months.newest), months.heads(months.newest - 3)];
  if (now === UNKNOWN || before === UNKNOWN || before - now <= 1 || 10 * now > 7 * before) return false;
  for (const month of [months.newest - 3, months.newest]) {
    const record = months.record(month);
    if (record !== undefined) cite.record(record);
  }
  return true;
}

/** K05: a stretch of arrears that has been open for three whole months since the end of its first month. */
function arrearsOpen(firm: FirmAt): Finding {
  const { view, stretches, unreadable } = arrearsOf(firm);
  if (view.cause !== undefined) return UNDECIDED;
  const records = stretches
    .filter(({ clearedOn, from }) => {
      const ended = lastDay(fromMonthIndex(from));
      return clearedOn === undefined && ended <= firm.day.date && wholeMonthsBetween(ended, firm.day.date) >= 3;
    })
    .map((stretch) => stretch.record);
  if (records.length > 0) return { state: 'yes', records, coverage: [] };
  if (unreadable || view.coverage === undefined) return UNDECIDED;
  return { state: 'no', records: [], coverage: view.coverage.entries };
}

export const FAMILY: Family = {
  characteristics: [TG01, TG02, TG03, OV01, CC02],
  knockOuts: [
    {
      code: 'K05',
      feeds: ['SOC.arrears'],
      zh: '社保欠缴满3个月未清',
      en: 'social-insurance arrears open for 3 months',
      cure: { zh: '清缴并正常缴费1个月', en: 'paid, and one clean month' },
      find: arrearsOpen,
    },
  ],
  warnings: [
    {
      code: 'W03',
      feeds: ['SOC'],
      zh: '3个月内参保人数下降30%以上',
      en: 'insured headcount fell by 30 % or more in 3 months',
      find: (firm, cite) =>
        firm.feed('SOC').cause !== undefined ? 'unknown' : headcountFell(firm, cite) ? 'yes' : 'no',
    },
  ],
  needsTable: {
    TG07: { feed: 'SOC', table: { zh: '各市社保平均缴费基数表', en: 'mean contribution base by city' } },
  },
};
