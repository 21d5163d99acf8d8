import { addMonths } from '#lib/kernel';
import { otherRights, patents, researchDevelopment, softwareCopyrights, trademarks } from '#lib/data-sources';
import { patentStateOn } from '#lib/scoring';
import { coded, PATENT_STATE, PATENT_TYPE } from './words.ts';
import { yuan, type Writing } from './writing.ts';

const YEARS = 5;

/** 5 创新: rights by type and status, filings of five years, research by fiscal year, registered contracts of two. */
export function innovationOf(writing: Writing): object {
  const { asOf } = writing;
  const years = Array.from({ length: YEARS }, (_, i) => Number(asOf.slice(0, 4)) - YEARS + 1 + i);
  return {
    patents: patentsOf(writing, years),
    softwareCopyrights: {
      count: writing.counted('CPR', writing.records(softwareCopyrights).length),
      byYear: perYear(years, writing.records(softwareCopyrights), ({ registeredOn }) => registeredOn),
      source: writing.feed('CPR'),
    },
    trademarks: {
      marks: writing.counted('TM', new Set(writing.records(trademarks).map(({ payload }) => payload.regNo)).size),
      source: writing.feed('TM'),
    },
    otherRights: { count: writing.counted('ICL', writing.records(otherRights).length), source: writing.feed('ICL') },
    research: writing
      .records(researchDevelopment)
      .flatMap(({ payload }) => (payload.kind === 'year' ? [payload] : []))
      .sort((a, b) => b.year - a.year)
      .slice(0, YEARS)
      .map((year) => ({
        year: year.year,
        expenditure: yuan(year.expenditure),
        revenue: yuan(year.revenue),
        staff: year.staff ?? null,
        declaredOn: year.declaredOn ?? null,
      })),
    researchSource: writing.feed('RND'),
    contracts: contractsOf(writing),
  };
}

function patentsOf(writing: Writing, years: readonly number[]): object {
  const records = writing.records(patents);
  const rows = Object.keys(PATENT_TYPE).flatMap((type) => {
    const own = records.filter(({ payload }) => payload.type === type);
    return own.length === 0
      ? []
      : [
          {
            type: coded(PATENT_TYPE, type),
            count: own.length,
            original: own.filter(({ payload }) => payload.original ?? payload.assignedOn === undefined).length,
            byState: Object.keys(PATENT_STATE).map((state) => ({
              state: coded(PATENT_STATE, state),
              count: own.filter(({ payload }) => patentStateOn(payload, writing.asOf) === state).length,
            })),
          },
        ];
  });
  const marked = (mark: 'pledged' | 'licensed' | 'awarded' | 'pct'): number =>
    records.filter(({ payload }) => payload[mark] === true).length;
  return {
    count: writing.counted('PAT', records.length),
    rows,
    filedByYear: perYear(years, records, ({ filedOn }) => filedOn),
    grantedByYear: perYear(years, records, ({ grantedOn }) => grantedOn),
    marks: { pledged: marked('pledged'), licensed: marked('licensed'), awarded: marked('awarded'), pct: marked('pct') },
    classes: ipcSections(records.map(({ payload }) => payload.ipcMain)),
    source: writing.feed('PAT'),
  };
}

/** 主分类号 by class (G06N), the most frequent first. */
function ipcSections(codes: readonly (string | undefined)[]): object[] {
  const counts = new Map<string, number>();
  for (const code of codes)
    if (code !== undefined) counts.set(code.slice(0, 4), (counts.get(code.slice(0, 4)) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 10)
    .map(([ipc, count]) => ({ ipc, count }));
}

function perYear<P extends object>(
  years: readonly number[],
  records: readonly { readonly payload: P }[],
  day: (payload: P) => string | undefined,
): object[] {
  // Without a record the count above says whether that is a zero.
  if (records.length === 0) return [];
  return years.map((year) => ({
    year,
    count: records.filter(({ payload }) => day(payload)?.startsWith(String(year)) === true).length,
  }));
}

function contractsOf(writing: Writing): object {
  const since = addMonths(writing.asOf, -24);
  const recent = writing
    .records(researchDevelopment)
    .flatMap(({ payload }) => (payload.kind === 'contract' ? [payload] : []))
    .filter(({ registeredOn, cancelled }) => registeredOn !== undefined && registeredOn > since && cancelled !== true);
  const amount = recent.reduce((sum, contract) => sum + (contract.technologyAmount ?? contract.amount ?? 0), 0);
  const count = writing.counted('RND.contracts', recent.length);
  return { since, count, amount: count === null ? null : yuan(amount), source: writing.feed('RND.contracts') };
}
