import { firstDay, type LocalDate } from '#lib/kernel';
import { subsidies, type DossierRecord, type Subsidy, type SubsidyLevel } from '#lib/data-sources';
import {
  type CharacteristicDefinition,
  type Cite,
  citeCoverage,
  type Family,
  missing,
  valueOf,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';
import type { CharacteristicValue } from '../value.ts';

/** One award (项目): all its records together. */
interface Award {
  competitive: boolean | undefined;
  level: SubsidyLevel | undefined;
  approvedOn: LocalDate | undefined;
  withdrawn: boolean;
  readonly records: DossierRecord<Subsidy>[];
}

interface SubsidyReading {
  readonly view: FeedView;
  /** Competitive awards approved in the window and not withdrawn. */
  readonly counted: readonly Award[];
  /** The cause when the records do not say enough. */
  readonly silent: boolean;
}

/** The awards of the last 36 months, distinct by project number: one project is often paid in several rows. */
function read(firm: FirmAt): SubsidyReading {
  const known = firm.readings.subsidies as SubsidyReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('SUB');
  const awards = new Map<string, Award>();
  if (view.cause === undefined) for (const record of firm.records(subsidies)) collect(awards, record);
  const { date, halfYearsAgo } = firm.day;
  const inWindow: Award[] = [];
  for (const award of awards.values()) {
    const on = award.approvedOn;
    if (!award.withdrawn && on !== undefined && on <= date && on > halfYearsAgo[6]!) inWindow.push(award);
  }
  const silent = inWindow.length > 0 && inWindow.every((award) => award.competitive === undefined);
  const counted = inWindow.filter((award) => award.competitive === true);
  const reading = { view, counted, silent };
  firm.readings.subsidies = reading;
  return reading;
}

function collect(awards: Map<string, Award>, record: DossierRecord<Subsidy>): void {
  const { projectNo, competitive, level, status, approvedOn, approvedMonth } = record.payload;
  let award = awards.get(projectNo);
  if (award === undefined) {
    award = { competitive: undefined, level: undefined, approvedOn: undefined, withdrawn: false, records: [] };
    awards.set(projectNo, award);
  }
  award.records.push(record);
  if (competitive !== undefined) award.competitive = competitive || award.competitive === true;
  if (level !== undefined && (award.level === undefined || rank(level) > rank(award.level))) award.level = level;
  if (status === 'withdrawn' || status === 'clawedBack') award.withdrawn = true;
  // 公示 is no approval yet: its date counts only when a later status confirms it.
  const on = status === 'announced' ? undefined : (approvedOn ?? (approvedMonth && firstDay(approvedMonth)));
  if (on !== undefined && (award.approvedOn === undefined || on < award.approvedOn)) award.approvedOn = on;
}

const LEVELS: readonly SubsidyLevel[] = ['district', 'city', 'province', 'state'];
const rank = (level: SubsidyLevel): number => LEVELS.indexOf(level);

/** Decides MISSING for both characteristics; undefined: there is a value. */
function missingFor(firm: FirmAt, { view, counted, silent }: SubsidyReading): CharacteristicValue | undefined {
  if (view.cause !== undefined) return missing(view.cause);
  if (counted.length > 0) return undefined;
  if (silent) return missing('NOT_STATED');
  if (firm.records(subsidies).length > 0) return undefined;
  const windowFrom = firm.day.halfYearsAgo[6]!;
  const established = firm.establishedOn;
  const from = established !== undefined && established > windowFrom ? established : windowFrom;
  return view.from === undefined || view.from > from ? missing('NOT_COVERED') : undefined;
}

function citeAwards({ view, counted }: SubsidyReading, cite: Cite): void {
  for (const award of counted) for (const record of award.records) cite.record(record);
  citeCoverage(view, cite);
}

const COMMON = { dimension: 'PR', window: { zh: '近36个月', en: '36 months' }, feeds: ['SUB'] } as const;

export const PR03: CharacteristicDefinition = {
  ...COMMON,
  code: 'PR03',
  zh: '竞争性研发立项',
  en: 'Competitive R&D awards',
  definition: {
    zh: '近36个月批复、经竞争性评审、未撤销未追回的项目数，同一项目编号计一次',
    en: 'awards by competitive review approved in 36 months, not withdrawn nor clawed back, distinct by project',
  },
  unit: { zh: '项', en: 'items' },
  compute(firm, cite) {
    const reading = read(firm);
    const gap = missingFor(firm, reading);
    if (gap !== undefined) return gap;
    citeAwards(reading, cite);
    return valueOf(reading.counted.length, reading.view.freshness);
  },
};

export const PR04: CharacteristicDefinition = {
  ...COMMON,
  code: 'PR04',
  zh: '立项最高级别',
  en: 'Highest level of R&D award',
  definition: {
    zh: 'PR03 所计项目的最高级别；有项目而均未载明级别为缺失',
    en: 'the highest level of the awards that PR03 counts; missing where none of them states its level',
  },
  unit: { zh: '', en: '' },
  compute(firm, cite) {
    const reading = read(firm);
    const gap = missingFor(firm, reading);
    if (gap !== undefined) return gap;
    citeAwards(reading, cite);
    let highest: SubsidyLevel | undefined;
    for (const { level } of reading.counted)
      if (level !== undefined && (highest === undefined || rank(level) > rank(highest))) highest = level;
    if (reading.counted.length > 0 && highest === undefined) return missing('NOT_STATED');
    return valueOf(highest ?? 'none', reading.view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [PR03, PR04] };
