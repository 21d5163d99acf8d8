import { addDays, monthsByDayReached, type LocalDate } from '#lib/kernel';
import type { CharacteristicValue } from '../value.ts';
import { citeCoverage, missing, valueOf, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { monthNumber, type FirmAt } from './firm-at.ts';
import { earned, edgesOf } from './in-force.ts';
import { qualificationsOf, TIERS, type Term } from './qualification-terms.ts';

const COMMON = { dimension: 'PR', feeds: ['QUA'] } as const;

/** 最高科技资质. */
export const PR01: CharacteristicDefinition = {
  ...COMMON,
  code: 'PR01',
  zh: '最高科技资质',
  en: 'Highest technology qualification',
  definition: {
    zh: '评分日有效的最高资质；撤销优先于有效期；某年度科技型中小企业编号计至次年10月31日',
    en: 'the highest tier valid on the day; revocation beats validity; a 科技型中小企业 number counts to 31 October of the next year',
  },
  unit: { zh: '', en: '' },
  window: { zh: '评分日', en: 'as of the day' },
  compute(firm, cite) {
    const { view, terms } = qualificationsOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    let highest = -1;
    let unstated = false;
    for (const { tier, valid } of terms) {
      if (tier >= 0 && valid === 'unstated') unstated = true;
      if (valid === true && tier > highest) highest = tier;
    }
    let pending = highest === 0;
    for (const { record, tier, valid, to } of terms) {
      if (highest < 0 || valid !== true || tier !== highest) continue;
      cite.record(record);
      if (to! >= firm.day.date) pending = false;
    }
    if (pending) cite.flag('RENEWAL_PENDING');
    return earned(firm, view, cite, { value: TIERS[highest] ?? 'none', any: highest >= 0, unstated });
  },
};

/** 资质连续年限: a chain of terms without a gap, or list years of 科技型中小企业 in a row, whichever is longer. */
export const PR02: CharacteristicDefinition = {
  ...COMMON,
  code: 'PR02',
  zh: '资质连续年限',
  en: 'Years with a valid qualification',
  definition: {
    zh: '至评分日资质不间断的整年数；科技型中小企业按连续入库年度计，取较大者；评分日无有效资质为0',
    en: 'whole years without a gap up to the day; of 科技型中小企业 list years in a row, the larger of both; 0 with no valid tier on the day',
  },
  unit: { zh: '年', en: 'years' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const { view, terms } = qualificationsOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    const tiers = terms.filter(({ tier }) => tier >= 0);
    if (!tiers.some(({ valid }) => valid === true)) {
      const unstated = tiers.some(({ valid }) => valid === 'unstated');
      return earned(firm, view, cite, { value: 0, any: false, unstated });
    }
    const start = chainStart(tiers, date);
    const listYears = yearsInARow(tiers);
    if (start === undefined && listYears === 0) return missing('NOT_STATED');
    for (const { record, entry, countsTo, revokedOn } of tiers) {
      if (revokedOn === 'always' || (entry.list !== 'techSme' && (start === undefined || countsTo! < start))) continue;
      cite.record(record);
    }
    citeCoverage(view, cite);
    const years = start === undefined ? 0 : Math.floor(monthsByDayReached(start, date) / 12);
    return valueOf(Math.max(years, listYears), view.freshness);
  },
};

/** The first day of the unbroken validity that holds on the day; undefined: no valid term states its first day. */
function chainStart(terms: readonly Term[], date: LocalDate): LocalDate | undefined {
  let start: LocalDate | undefined;
  for (const { from, valid } of terms)
    if (valid === true && from !== undefined && (start === undefined || from < start)) start = from;
  if (start === undefined || terms.length === 1) return start;
  for (let longer = true; longer;) {
    longer = false;
    for (const { from, countsTo, revokedOn } of terms) {
      if (from === undefined || countsTo === undefined || from >= start || from > date || revokedOn === 'always')
        continue;
      // A term reaches the chain on its last day, or on the day before the chain begins.
      if (revokedOn !== undefined && revokedOn < start) continue;
      if (countsTo < start && !isDayBefore(countsTo, start)) continue;
      start = from;
      longer = true;
    }
  }
  return start;
}

/** By the months first, for it runs for many terms of which few touch. */
function isDayBefore(day: LocalDate, next: LocalDate): boolean {
  return monthNumber(next) - monthNumber(day) <= 1 && addDays(day, 1) === next;
}

/** List years of 科技型中小企业 in a row up to the newest that is valid on the day. A revoked number gives no year. */
function yearsInARow(terms: readonly Term[]): number {
  const hasYear = (year: number): boolean =>
    terms.some(({ entry, revokedOn }) => entry.year === year && entry.list === 'techSme' && revokedOn === undefined);
  let newest = 0;
  for (const { entry, valid } of terms)
    if (entry.list === 'techSme' && valid === true && (entry.year ?? 0) > newest) newest = entry.year!;
  if (newest === 0) return 0;
  let count = 1;
  while (hasYear(newest - count)) count += 1;
  return count;
}

export const PR06: CharacteristicDefinition = {
  ...COMMON,
  code: 'PR06',
  zh: '培育库入库',
  en: 'Nurture lists',
  definition: {
    zh: '评分日有效的培育名单数（PR01各档资质以外），同一名单计一次',
    en: 'nurture lists valid on the day, other than the tiers of PR01, each list once',
  },
  unit: { zh: '个', en: 'lists' },
  window: { zh: '评分日', en: 'as of the day' },
  compute(firm, cite): CharacteristicValue {
    const { view, terms } = qualificationsOf(firm);
    if (view.cause !== undefined) return missing(view.cause);
    let lists: Set<string> | undefined;
    for (const { record, entry, tier, valid } of terms) {
      if (tier >= 0 || valid !== true) continue;
      cite.record(record);
      (lists ??= new Set()).add(entry.list);
    }
    const value = lists?.size ?? 0;
    return earned(firm, view, cite, { value, any: value > 0, unstated: false });
  },
};

const NO_TERMS: readonly Term[] = [];

/** W10: a valid tier counts for 90 more days at most, and no later term of the same list holds already. */
function expiring(firm: FirmAt): readonly Term[] {
  const { terms } = qualificationsOf(firm);
  if (terms.length === 0) return NO_TERMS;
  const { in90Days } = edgesOf(firm.day);
  return terms.filter(
    ({ entry, tier, valid, countsTo }) =>
      tier >= 0 &&
      valid === true &&
      countsTo! <= in90Days &&
      !terms.some((other) => other.entry.list === entry.list && other.valid === true && other.countsTo! > countsTo!),
  );
}

export const FAMILY: Family = {
  characteristics: [PR01, PR02, PR06],
  warnings: [
    {
      code: 'W10',
      feeds: ['QUA'],
      zh: '资质将在90天内到期',
      en: 'a qualification expires within 90 days',
      find(firm, cite) {
        if (qualificationsOf(firm).view.cause !== undefined) return 'unknown';
        const found = expiring(firm);
        for (const { record } of found) cite.record(record);
        return found.length > 0 ? 'yes' : 'no';
      },
    },
  ],
};
