import { compareExact } from '../scorecard/exact.ts';
import { provesAbsence } from './absence.ts';
import { inTenThousandYuan, timesRatio } from './amounts.ts';
import {
  citeCoverage,
  missing,
  NOT_APPLICABLE,
  valueOf,
  type CharacteristicDefinition,
  type Family,
} from './characteristic.ts';
import { doubledMedian, insuredMonths } from './insured-months.ts';
import { researchOf, type ContractRecord } from './research-years.ts';
import { staler } from './staler.ts';

/** 1,000,000 yuan of revenue: from here on intensity is measured on revenue. */
const REVENUE_BASIS = 100_000_000;
/** 100,000 yuan of R&D: below it intensity is worth no more than the second bin. */
const LOW_EXPENDITURE = 10_000_000;

const RND = { dimension: 'IN', feeds: ['RND'] } as const;
const LAST_YEAR = { zh: '最近一个应报财年', en: 'last due fiscal year' };

export const IN09: CharacteristicDefinition = {
  code: 'IN09',
  dimension: 'IN',
  zh: '研发人员占比',
  en: 'Share of R&D staff',
  definition: {
    zh: '100 × 最近一个应报财年研发人员数 ÷ 同年各月参保总人数的中位数，上限100；中位数小于3不适用',
    en: '100 × R&D staff of the last due fiscal year ÷ median insured heads of its months, at most 100; median below 3: N/A',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '同一公历年度', en: 'same calendar year' },
  feeds: ['RND', 'SOC'],
  compute(firm, cite) {
    const research = researchOf(firm);
    if (research.view.cause !== undefined) return missing(research.view.cause);
    const months = insuredMonths(firm);
    if (months.view.cause !== undefined) return missing(months.view.cause);
    const record = research.year(research.dueYear);
    if (record === undefined) return missing('NOT_COVERED');
    const { staff } = record.payload;
    if (staff === undefined) return missing('NOT_STATED');
    const from = Math.max(12 * research.dueYear, months.first);
    const to = 12 * research.dueYear + 11;
    const { twice, known } = doubledMedian(months, from, to);
    if (2 * known < to - from + 1) return missing(months.gapCause(from, to));
    cite.record(record);
    for (let month = from; month <= to; month++) {
      const paid = months.record(month);
      if (paid !== undefined) cite.record(paid);
    }
    citeCoverage(months.view, cite);
    // Established in December: the year has no month to count.
    if (twice < 6) return NOT_APPLICABLE;
    const share = timesRatio(200, staff, twice);
    const freshness = staler(research.view.freshness, months.qualityOf(from, to));
    return valueOf(compareExact(share, 100) > 0 ? 100 : share, freshness);
  },
};

export const IN10: CharacteristicDefinition = {
  ...RND,
  code: 'IN10',
  zh: '研发强度',
  en: 'R&D intensity',
  definition: {
    zh: '营业收入满100万元：100 × 研发费用 ÷ 营业收入；不满：20 × 研发费用 ÷ 成本费用总额；研发费用不足10万元的不高于2',
    en: 'revenue ≥ 1 m yuan: 100 × R&D ÷ revenue; else 20 × R&D ÷ total cost; R&D below 100,000 yuan: at most 2',
  },
  unit: { zh: '%', en: '%' },
  window: LAST_YEAR,
  compute(firm, cite) {
    const { view, dueYear, year } = researchOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const record = year(dueYear);
    if (record === undefined) return missing('NOT_COVERED');
    const { expenditure, revenue, totalCost } = record.payload;
    if (expenditure === undefined || revenue === undefined) return missing('NOT_STATED');
    const byRevenue = revenue >= REVENUE_BASIS;
    const denominator = byRevenue ? revenue : totalCost;
    if (denominator === undefined) return missing('NOT_STATED');
    cite.record(record);
    if (denominator === 0) return NOT_APPLICABLE;
    const intensity = timesRatio(byRevenue ? 100 : 20, expenditure, denominator);
    const capped = expenditure < LOW_EXPENDITURE && compareExact(intensity, 2) > 0 ? 2 : intensity;
    return valueOf(capped, view.freshness);
  },
};

export const IN11: CharacteristicDefinition = {
  ...RND,
  code: 'IN11',
  zh: '研发投入额',
  en: 'R&D expenditure',
  definition: { zh: '最近一个应报财年的研发费用', en: 'R&D expenditure of the last due fiscal year' },
  unit: { zh: '万元', en: '10k yuan' },
  window: LAST_YEAR,
  compute(firm, cite) {
    const { view, dueYear, year } = researchOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const record = year(dueYear);
    if (record === undefined) return missing('NOT_COVERED');
    const { expenditure } = record.payload;
    if (expenditure === undefined) return missing('NOT_STATED');
    cite.record(record);
    return valueOf(inTenThousandYuan(expenditure), view.freshness);
  },
};

export const IN12: CharacteristicDefinition = {
  ...RND,
  code: 'IN12',
  feeds: ['RND.contracts'],
  zh: '技术合同成交额',
  en: 'Technology contracts sold',
  definition: {
    zh: '近24个月登记的技术合同成交总额，本企业为卖方、买方非关联方、登记未注销；只取技术合同登记，不取年度自报数',
    en: 'amount of technology contracts registered in 24 months, the firm selling to an unrelated buyer, not struck',
  },
  unit: { zh: '万元', en: '10k yuan' },
  window: { zh: '近24个月', en: '24 months' },
  compute(firm, cite) {
    const { contractsView: view, contracts } = researchOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const { date, halfYearsAgo } = firm.day;
    const counted: ContractRecord[] = [];
    let sum = 0;
    for (const record of contracts) {
      const { registeredOn, cancelled, cancelledOn, buyerUscc, amount } = record.payload;
      if (buyerUscc === firm.dossier.uscc) continue;
      if (cancelledOn !== undefined ? cancelledOn <= date : cancelled === true) continue;
      if (registeredOn !== undefined && (registeredOn > date || registeredOn <= halfYearsAgo[4]!)) continue;
      if (registeredOn === undefined || amount === undefined) return missing('NOT_STATED');
      counted.push(record);
      sum += amount;
    }
    if (counted.length === 0 && !provesAbsence(firm, view, halfYearsAgo[4]!)) return missing('NOT_COVERED');
    for (const record of counted) cite.record(record);
    citeCoverage(view, cite);
    cite.flag('RELATED_UNCHECKED');
    return valueOf(inTenThousandYuan(sum), view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [IN09, IN10, IN11, IN12] };
