import { addMonths, monthIndex } from '#lib/kernel';
import { bids, governmentServices, socialSecurity, socialSecurityAggregates, talentPlans } from '#lib/data-sources';
import { insuredMonths, waterMonths } from '#lib/scoring';
import { coded, LEVEL } from './words.ts';
import { monthsTo, newestFirst, yuan, type Writing } from './writing.ts';

const MONTHS = 24;
const WATER_MONTHS = 15;

/** 6 团队: insured heads of 24 months, retention, talents. Counts only. */
export function teamOf(writing: Writing): object {
  const months = insuredMonths(writing.firm);
  const [newest] = newestFirst(writing.records(socialSecurityAggregates), ({ month }) => month);
  return {
    headcount: insuredSeries(writing).map(({ month, heads }) => ({ month, heads })),
    byInsurance: months.newest === 0 ? null : byInsurance(writing, months.newest),
    retention:
      newest === undefined
        ? null
        : {
            month: newest.payload.month,
            headsBefore: newest.payload.headsBefore ?? null,
            retained: newest.payload.retained ?? null,
            suppressed: newest.payload.suppressed ?? [],
            baseBand: newest.payload.baseBand ?? null,
            alumni: newest.payload.alumni ?? null,
          },
    talents: newestFirst(writing.records(talentPlans), ({ asOf }) => asOf).map(({ payload }) => ({
      level: coded(LEVEL, payload.level),
      count: payload.count ?? null,
      asOf: payload.asOf,
    })),
    sources: ['SOC', 'SOCX', 'TAL'].map((feed) => writing.feed(feed)),
  };
}

/** 7 活跃: the calendar of social insurance, water, matters, bids. */
export function vitalityOf(writing: Writing): object {
  const since = addMonths(writing.asOf, -12);
  const matters = writing.records(governmentServices).filter(({ payload }) => (payload.appliedOn ?? '') > since);
  const won = newestFirst(writing.records(bids), ({ wonOn }) => wonOn).filter(
    ({ payload }) => payload.cancelled !== true && (payload.wonOn ?? '') > addMonths(writing.asOf, -MONTHS),
  );
  const byCategory = [...new Set(matters.map(({ payload }) => payload.category ?? 'other'))].sort();
  return {
    calendar: insuredSeries(writing),
    water: waterLine(writing),
    matters: {
      since,
      count: writing.counted('GOV', matters.length),
      byCategory: byCategory.map((category) => ({
        category,
        count: matters.filter(({ payload }) => (payload.category ?? 'other') === category).length,
      })),
    },
    bids: won.slice(0, 20).map(({ payload }) => ({
      wonOn: payload.wonOn ?? null,
      buyer: payload.buyer ?? null,
      role: payload.role ?? null,
      amount: yuan(payload.amount),
    })),
    sources: ['SOC', 'WAT', 'GOV', 'BID'].map((feed) => writing.feed(feed)),
  };
}

/** The cells of 24 closed months. `heads` null: nothing is known; 0: covered, and nobody is insured. */
function insuredSeries(
  writing: Writing,
): { month: string; heads: number | null; paid: boolean | null; paidOn: string | null }[] {
  const months = insuredMonths(writing.firm);
  if (months.newest === 0) return [];
  return monthsTo(months.newest, MONTHS).flatMap(({ index, month }) => {
    if (index < months.first) return [];
    const heads = months.heads(index);
    const payload = months.record(index)?.payload;
    return [{ month, heads: heads < 0 ? null : heads, paid: payload?.paid ?? null, paidOn: payload?.paidOn ?? null }];
  });
}

function byInsurance(writing: Writing, newest: number): object | null {
  const found = writing
    .records(socialSecurity)
    .find(({ payload }) => payload.kind === 'month' && monthIndex(payload.month) === newest);
  if (found?.payload.kind !== 'month') return null;
  const { month, pension, medical, unemployment, injury } = found.payload;
  const count = (heads: number | undefined): number | null => heads ?? null;
  return {
    month,
    pension: count(pension),
    medical: count(medical),
    unemployment: count(unemployment),
    injury: count(injury),
  };
}

/** Hundredths of a cubic metre by month; null: not known. Empty: the firm has no own account. */
function waterLine(writing: Writing): object[] {
  const months = waterMonths(writing.firm);
  if (months.bills.length === 0) return [];
  return monthsTo(months.newest, WATER_MONTHS).flatMap(({ index, month }) => {
    if (index < months.first) return [];
    const volume = months.volume(index);
    return [{ month, volume: volume < 0 ? null : Math.round(volume / 2), known: months.isKnown(index) }];
  });
}
