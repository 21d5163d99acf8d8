import { governmentServices, type DossierRecord, type GovernmentMatter, type MatterCategory } from '#lib/data-sources';
import { provesAbsence } from './absence.ts';
import { citeCoverage, missing, valueOf, type CharacteristicDefinition, type Family } from './characteristic.ts';

const SUBSTANTIVE: ReadonlySet<MatterCategory> = new Set<MatterCategory>(['permit', 'subsidy', 'talent', 'project']);

export const OV04: CharacteristicDefinition = {
  code: 'OV04',
  dimension: 'OV',
  zh: '政务办事活跃',
  en: 'Substantive government matters',
  definition: {
    zh: '近12个月办结的许可、资助申报、人才、项目类事项，同一事项同一日计一次，撤件不计；实质事项清单缺失时不作过滤',
    en: 'permits, subsidies, talent and project matters finished in 12 months, distinct by matter and day, not withdrawn',
  },
  unit: { zh: '次', en: 'times' },
  window: { zh: '近12个月', en: '12 months' },
  feeds: ['GOV'],
  compute(firm, cite) {
    const view = firm.feed('GOV');
    if (view.cause !== undefined) return missing(view.cause);
    const { date, halfYearsAgo } = firm.day;
    const distinct = new Set<string>();
    const counted: DossierRecord<GovernmentMatter>[] = [];
    let silent = false;
    for (const record of firm.records(governmentServices)) {
      const { category, finishedOn, result, matterCode, matterName, serialNo } = record.payload;
      if (result === 'withdrawn' || (category !== undefined && !SUBSTANTIVE.has(category))) continue;
      if (finishedOn === undefined) {
        // Granted or refused on a day that the record leaves out: it may lie in the window.
        if (category !== undefined && (result === 'granted' || result === 'refused')) silent = true;
        continue;
      }
      if (finishedOn > date || finishedOn <= halfYearsAgo[2]!) continue;
      if (category === undefined) {
        silent = true;
        continue;
      }
      distinct.add(`${matterCode ?? matterName ?? serialNo}|${finishedOn}`);
      counted.push(record);
    }
    if (counted.length === 0) {
      if (silent) return missing('NOT_STATED');
      if (!provesAbsence(firm, view, halfYearsAgo[2]!)) return missing('NOT_COVERED');
    }
    for (const record of counted) cite.record(record);
    citeCoverage(view, cite);
    cite.flag('RELATED_UNCHECKED');
    return valueOf(distinct.size, view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [OV04] };
