import { talentPlans, type DossierRecord, type TalentCount, type TalentLevel } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { earned } from './in-force.ts';

const TIERS = ['none', 'city', 'province', 'state'] as const;
/** 区 and 市 are one tier. */
const TIER: Readonly<Record<TalentLevel, number>> = { district: 1, city: 1, province: 2, state: 3 };

/** The newest count of each level: levels are counted by different offices, on different days. */
function newestByLevel(records: readonly DossierRecord<TalentCount>[]): DossierRecord<TalentCount>[] {
  const newest: DossierRecord<TalentCount>[] = [];
  for (const record of records) {
    const at = newest.findIndex((other) => other.payload.level === record.payload.level);
    if (at < 0) newest.push(record);
    else if (newest[at]!.payload.asOf < record.payload.asOf) newest[at] = record;
  }
  return newest;
}

export const TG05: CharacteristicDefinition = {
  code: 'TG05',
  dimension: 'TG',
  zh: '人才计划',
  en: 'Talent programmes',
  definition: {
    zh: '人数不少于1人的最高人才计划级别，区级与市级同档；每一级取最新统计日期',
    en: 'the highest programme level with at least one person, district and city alike; the newest count of each level',
  },
  unit: { zh: '', en: '' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['TAL'],
  compute(firm, cite) {
    const view = firm.feed('TAL');
    if (view.cause !== undefined) return missing(view.cause);
    let tier = 0;
    let unstated = false;
    for (const record of newestByLevel(firm.records(talentPlans))) {
      const { level, count } = record.payload;
      cite.record(record);
      if (count === undefined) unstated = true;
      else if (count >= 1 && TIER[level] > tier) tier = TIER[level];
    }
    return earned(firm, view, cite, { value: TIERS[tier]!, any: tier > 0, unstated });
  },
};

export const FAMILY: Family = { characteristics: [TG05] };
