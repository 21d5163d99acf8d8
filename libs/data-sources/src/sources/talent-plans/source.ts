import type { SourceDefinition } from '../../source.ts';
import { mapTalentCount } from './map.ts';
import type { TalentCount } from './payload.ts';

/** 人才计划 (domain §1.4 row 13): counts only; the names that some bureaus deliver are blanked at the door. */
export const talentPlans: SourceDefinition<TalentCount> = {
  name: 'talent-plans',
  code: 'TAL',
  zh: '人才计划',
  en: 'talent programmes',
  publisher: '人力资源和社会保障局',
  legalBasis: {
    kind: 'contract',
    zh: '数据提供协议；只提供人数，《征信业管理条例》第十三条',
    en: 'data agreement; counts only, Regulations on Credit Reporting, art. 13',
  },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 120,
  layouts: [
    {
      name: 'counts',
      zh: '人才计划人数统计',
      en: 'people of talent programmes by firm and level',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '人才级别', '统计日期'],
      optional: ['单位名称', '入选人姓名', '证件号码', '计划名称', '人数', '操作标志'],
      personal: [
        { column: '入选人姓名', treatment: 'blank' },
        { column: '证件号码', treatment: 'blank' },
      ],
      feed: 'TAL',
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '单位名称',
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapTalentCount,
    },
  ],
  fields: {
    level: '人才级别: state, province, city, district; with the date the key',
    count: '人数, heads',
    asOf: '统计日期, YYYY-MM-DD; the event date. The newest count of a level holds',
  },
};
