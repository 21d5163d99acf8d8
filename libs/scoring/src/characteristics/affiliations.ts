import { affiliations } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { earned } from './in-force.ts';

export const PR08: CharacteristicDefinition = {
  code: 'PR08',
  dimension: 'PR',
  zh: '孵化与高校衍生',
  en: 'Incubation or university spin-off',
  definition: {
    zh: '评分日在孵的最高级别：国家级孵化器或高校衍生为国家级，省、市、区级孵化器为市级',
    en: 'current affiliation: national incubator or university spin-off before an incubator of province, city or district',
  },
  unit: { zh: '', en: '' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['AFF'],
  compute(firm, cite) {
    const view = firm.feed('AFF');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    let value = 'none';
    let unstated = false;
    for (const record of firm.records(affiliations)) {
      const { kind, from, to, toUnreadable } = record.payload;
      if (from > date || (to !== undefined && to < date)) continue;
      if (toUnreadable === true) {
        unstated = true;
        continue;
      }
      cite.record(record);
      if (kind !== 'city') value = 'national';
      else if (value === 'none') value = 'city';
    }
    return earned(firm, view, cite, { value, any: value !== 'none', unstated });
  },
};

export const FAMILY: Family = { characteristics: [PR08] };
