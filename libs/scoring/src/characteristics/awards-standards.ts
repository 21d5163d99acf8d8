import { awardsStandards } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { earned } from './in-force.ts';

export const PR07: CharacteristicDefinition = {
  code: 'PR07',
  dimension: 'PR',
  zh: '奖励与标准',
  en: 'Awards and standards',
  definition: {
    zh: '近36个月有科技奖励为奖励，只有标准制定为标准，两者都有按奖励；企业标准不计',
    en: 'award: a science award in 36 months, with or without a standard; standard: only a standard; a firm’s own standard counts for nothing',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  feeds: ['AWD'],
  compute(firm, cite) {
    const view = firm.feed('AWD');
    if (view.cause !== undefined) return missing(view.cause);
    const { date, halfYearsAgo } = firm.day;
    const edge = halfYearsAgo[6]!;
    let value = 'none';
    let unstated = false;
    for (const record of firm.records(awardsStandards)) {
      const { kind, on } = record.payload;
      if (on === undefined) unstated = true;
      if (on === undefined || on <= edge || on > date) continue;
      cite.record(record);
      if (value !== 'award') value = kind;
    }
    return earned(firm, view, cite, { value, any: value !== 'none', unstated }, edge);
  },
};

export const FAMILY: Family = { characteristics: [PR07] };
