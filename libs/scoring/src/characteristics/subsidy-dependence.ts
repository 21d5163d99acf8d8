import { localDate, type LocalDate } from '#lib/kernel';
import { subsidies, type DossierRecord, type ResearchYear, type Subsidy } from '#lib/data-sources';
import type { KnockOutState } from '../score.ts';
import { provesAbsence } from './absence.ts';
import { timesRatio } from './amounts.ts';
import {
  citeCoverage,
  missing,
  NOT_APPLICABLE,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';
import { researchOf, type YearRecord } from './research-years.ts';
import { staler } from './staler.ts';

/**
 * Subsidies against what they help to pay for. R&D and cost are declared by fiscal year, so «the same 24 months» are the
 * two last due fiscal years for both sides; a firm that was established later has only the one it lived in.
 */
interface Dependence {
  readonly view: FeedView;
  /** First day of the window. */
  readonly from: LocalDate;
  /** 分 paid in the window, projects withdrawn or clawed back left out; undefined: a payment leaves amount or day out. */
  readonly paid: number | undefined;
  readonly payments: readonly DossierRecord<Subsidy>[];
  /** The declared years; undefined where one of them is missing, or none was due in the firm's life. */
  readonly years: readonly YearRecord[] | undefined;
}

function read(firm: FirmAt): Dependence {
  const known = firm.readings.subsidyDependence as Dependence | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('SUB');
  const research = researchOf(firm);
  const { date, halfYearsAgo } = firm.day;
  const { dueYear } = research;
  const born = firm.establishedOn === undefined ? 0 : Number(firm.establishedOn.slice(0, 4));
  const wanted = [dueYear - 1, dueYear].filter((year) => year >= born);
  const found = wanted.map((year) => research.year(year)).filter((record) => record !== undefined);
  // No year was due in the firm's life: whether it was paid at all is still worth knowing.
  const from = wanted.length === 0 ? halfYearsAgo[4]! : localDate(`${wanted[0]}-01-01`);
  const to = wanted.length === 0 ? date : localDate(`${dueYear}-12-31`);
  const payments: DossierRecord<Subsidy>[] = [];
  let paid: number | undefined = 0;
  if (view.cause === undefined)
    for (const record of standing(firm)) {
      const { paidOn, paidAmount, status } = record.payload;
      if (paidOn === undefined ? status !== 'paid' && (paidAmount ?? 0) === 0 : paidOn < from || paidOn > to) continue;
      payments.push(record);
      paid = paid === undefined || paidOn === undefined || paidAmount === undefined ? undefined : paid + paidAmount;
    }
  const isComplete = wanted.length > 0 && found.length === wanted.length;
  const reading: Dependence = { view, from, paid, payments, years: isComplete ? found : undefined };
  firm.readings.subsidyDependence = reading;
  return reading;
}

/** Records of projects that were neither withdrawn nor clawed back: what was returned is no support. */
function standing(firm: FirmAt): readonly DossierRecord<Subsidy>[] {
  const all = firm.records(subsidies);
  const isReturned = ({ payload }: DossierRecord<Subsidy>): boolean =>
    payload.status === 'withdrawn' || payload.status === 'clawedBack';
  if (!all.some(isReturned)) return all;
  const returned = new Set(all.filter(isReturned).map((record) => record.payload.projectNo));
  return all.filter((record) => !returned.has(record.payload.projectNo));
}

/** The sum over the years; undefined where a year leaves the field out. */
function total(years: readonly YearRecord[] | undefined, field: 'expenditure' | 'totalCost'): number | undefined {
  let sum: number | undefined = years === undefined ? undefined : 0;
  for (const { payload } of years ?? []) {
    const value: ResearchYear[typeof field] = payload[field];
    sum = sum === undefined || value === undefined ? undefined : sum + value;
  }
  return sum;
}

function citeAll({ view, payments, years }: Dependence, cite: Cite): void {
  for (const record of payments) cite.record(record);
  for (const record of years ?? []) cite.record(record);
  citeCoverage(view, cite);
}

export const PR05: CharacteristicDefinition = {
  code: 'PR05',
  dimension: 'PR',
  zh: '补助依赖度',
  en: 'Dependence on subsidies',
  definition: {
    zh: '100 × 最近两个应报财年实际拨付的补助 ÷ 同期研发费用；研发费用未知时 ÷ 成本费用总额；撤销或追回的项目不计',
    en: '100 × subsidies paid in the last two due fiscal years ÷ R&D of the same years; R&D unknown: ÷ total cost',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '近24个月', en: '24 months' },
  feeds: ['SUB', 'RND'],
  compute(firm, cite) {
    const { view: research } = researchOf(firm);
    const reading = read(firm);
    const { view, from, paid, years } = reading;
    const cause = view.cause ?? research.cause;
    if (cause !== undefined) return missing(cause);
    if (paid === undefined) return missing('NOT_STATED');
    if (paid === 0 && !provesAbsence(firm, view, from)) return missing('NOT_COVERED');
    const denominator = total(years, 'expenditure') ?? total(years, 'totalCost');
    if (denominator === undefined && paid > 0) return missing(years === undefined ? 'NOT_COVERED' : 'NOT_STATED');
    citeAll(reading, cite);
    if (denominator === 0) return NOT_APPLICABLE;
    const freshness = staler(view.freshness, research.freshness);
    return valueOf(paid === 0 ? 0 : timesRatio(100, paid, denominator!), freshness);
  },
};

/** W09: more than 60 % of the total cost of the same years was paid by subsidies. */
function subsidiesCarryCost(firm: FirmAt, cite: Cite): KnockOutState {
  const { view: research } = researchOf(firm);
  const reading = read(firm);
  if (reading.view.cause !== undefined || research.cause !== undefined || reading.paid === undefined) return 'unknown';
  if (reading.paid === 0) return 'no';
  const cost = total(reading.years, 'totalCost');
  if (cost === undefined) return 'unknown';
  if (5n * BigInt(reading.paid) <= 3n * BigInt(cost)) return 'no';
  citeAll(reading, cite);
  return 'yes';
}

export const FAMILY: Family = {
  characteristics: [PR05],
  warnings: [
    {
      code: 'W09',
      feeds: ['SUB', 'RND'],
      zh: '补助超过成本费用的60%',
      en: 'subsidies above 60 % of cost',
      find: subsidiesCarryCost,
    },
  ],
};
