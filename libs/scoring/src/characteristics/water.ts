import { compareExact, reduced, type Exact } from '../scorecard/exact.ts';
import type { CharacteristicValue, MissingCause } from '../value.ts';
import type { KnockOutState } from '../score.ts';
import {
  citeCoverage,
  missing,
  NOT_APPLICABLE,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';
import { arrearsOfBill, UNKNOWN_VOLUME, waterMonths, type OwnBill, type WaterMonths } from './water-months.ts';

const WAT = { feeds: ['WAT'] } as const;

function citeBills(months: WaterMonths, from: number, to: number, cite: Cite): void {
  for (const bill of months.bills) if (bill.to >= from && bill.from <= to) cite.record(bill.record);
  citeCoverage(months.view, cite);
}

/** A feed that speaks for the firm and has no bill of an account of its own: not applicable. */
function withoutAccount(months: WaterMonths, cite: Cite): CharacteristicValue {
  citeCoverage(months.view, cite);
  return NOT_APPLICABLE;
}

export const OV02: CharacteristicDefinition = {
  ...WAT,
  code: 'OV02',
  dimension: 'OV',
  zh: '用水活跃月数',
  en: 'Months with water use',
  definition: {
    zh: '截至最新账单的12个月中用水量大于0的月数；双月账单计两个月；估抄与未知月份不计，按 12 × 活跃月数 ÷ 已知月数 折算；无独立户号不适用',
    en: 'of 12 months up to the newest bill those with water; a bill for two months counts for both; 12 × active ÷ known',
  },
  unit: { zh: '个月', en: 'months' },
  window: { zh: '最近12个已结束月份', en: 'newest 12 closed months' },
  compute(firm, cite) {
    const months = waterMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    if (months.bills.length === 0) return withoutAccount(months, cite);
    const { newest } = months;
    const from = Math.max(newest - 11, months.first);
    const length = newest - from + 1;
    if (length < 6) return missing('NOT_COVERED');
    let active = 0;
    let known = 0;
    for (let month = from; month <= newest; month++)
      if (months.isActive(month)) {
        active += 1;
        known += 1;
      } else if (months.volume(month) !== UNKNOWN_VOLUME) known += 1;
    if (2 * known < length) return missing(months.gapCause(from, newest));
    citeBills(months, from, newest, cite);
    return valueOf(reduced(12 * active, known)!, months.view.freshness);
  },
};

interface Trend {
  /** 100 × (now ÷ before − 1), not clipped above; undefined: the base is 0. */
  readonly growth: Exact | undefined;
}

/** The last three months against the same three a year before, over the months known in both; at least two of three. */
function trendOf(months: WaterMonths): Trend | MissingCause {
  const { newest } = months;
  if (newest - 14 < months.first) return 'NOT_COVERED';
  let pairs = 0;
  let now = 0;
  let before = 0;
  for (let month = newest - 2; month <= newest; month++) {
    const [later, earlier] = [months.volume(month), months.volume(month - 12)];
    if (later === UNKNOWN_VOLUME || earlier === UNKNOWN_VOLUME) continue;
    pairs += 1;
    now += later;
    before += earlier;
  }
  if (pairs < 2)
    return months.gapCause(newest - 2, newest) === 'NOT_STATED'
      ? 'NOT_STATED'
      : months.gapCause(newest - 14, newest - 12);
  return { growth: reduced(100 * (now - before), before) };
}

function citeTrend(months: WaterMonths, cite: Cite): void {
  citeBills(months, months.newest - 2, months.newest, cite);
  citeBills(months, months.newest - 14, months.newest - 12, cite);
}

export const OV03: CharacteristicDefinition = {
  ...WAT,
  code: 'OV03',
  dimension: 'OV',
  zh: '用水趋势',
  en: 'Trend of water use',
  definition: {
    zh: '100 ×（截至最新账单3个月用水量 ÷ 上年同期3个月 − 1），限于[−100, 500]；只比两年均已知的月份，少于2个为缺失；上年为0不适用',
    en: '100 × (3 months up to the newest bill ÷ the same 3 a year ago − 1), clipped to [−100, 500], over months known in both',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '最近3个月与上年同期', en: 'last 3 months and the same 3 a year ago' },
  compute(firm, cite) {
    const months = waterMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    if (months.bills.length === 0) return withoutAccount(months, cite);
    const trend = trendOf(months);
    if (typeof trend === 'string') return missing(trend);
    citeTrend(months, cite);
    const { growth } = trend;
    if (growth === undefined) return NOT_APPLICABLE;
    return valueOf(compareExact(growth, 500) > 0 ? 500 : growth, months.view.freshness);
  },
};

export const CC03: CharacteristicDefinition = {
  ...WAT,
  code: 'CC03',
  dimension: 'CC',
  zh: '水费欠缴',
  en: 'Water arrears',
  definition: {
    zh: '本企业独立户号：有未清欠缴；近12个月内清缴过欠缴；无。欠费起始日未载明时，账单月次月末后未缴为欠缴',
    en: 'own accounts: open; cured within 12 months; none. Overdue from the stated day, else after the end of the next month',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近12个月', en: '12 months' },
  compute(firm, cite) {
    const months = waterMonths(firm);
    const { view, bills, newest } = months;
    if (view.cause !== undefined) return missing(view.cause);
    if (bills.length === 0) return withoutAccount(months, cite);
    const { date, halfYearsAgo } = firm.day;
    const open: OwnBill[] = [];
    const cured: OwnBill[] = [];
    let unknown = false;
    for (const bill of bills) {
      const found = arrearsOfBill(bill.record.payload, date);
      const recent = bill.to > newest - 12;
      if (found.state === 'open') open.push(bill);
      else if (found.state === 'unknown') unknown ||= recent;
      else if (found.state === 'cured')
        if (found.on === undefined ? recent : found.on > halfYearsAgo[2]!) cured.push(bill);
    }
    const from = Math.max(newest - 11, months.first - 1);
    if (open.length === 0 && cured.length === 0) {
      if (unknown) return missing('NOT_STATED');
      let known = 0;
      for (let month = from; month <= newest; month++) if (months.isKnown(month)) known += 1;
      if (2 * known < newest - from + 1) return missing('NOT_COVERED');
      citeBills(months, from, newest, cite);
      return valueOf('none', view.freshness);
    }
    for (const { record } of open.length > 0 ? open : cured) cite.record(record);
    citeCoverage(view, cite);
    return valueOf(open.length > 0 ? 'open' : 'cured', view.freshness);
  },
};

/** W04: half of the water of a year ago, or less. */
function waterFell(firm: FirmAt, cite: Cite): KnockOutState {
  const months = waterMonths(firm);
  if (months.view.cause !== undefined) return 'unknown';
  if (months.bills.length === 0) return 'no';
  const trend = trendOf(months);
  if (typeof trend === 'string') return 'unknown';
  if (trend.growth === undefined || compareExact(trend.growth, -50) > 0) return 'no';
  citeTrend(months, cite);
  return 'yes';
}

export const FAMILY: Family = {
  characteristics: [OV02, OV03, CC03],
  warnings: [
    {
      code: 'W04',
      feeds: ['WAT'],
      zh: '近3个月用水量较上年同期下降50%以上',
      en: 'water use fell by 50 % or more against the year before',
      find: waterFell,
    },
  ],
};
