import type { SourceDefinition } from '../../source.ts';
import { mapAggregate } from './map.ts';
import type { SocialSecurityAggregate } from './payload.ts';

/** 社保统计 (domain §1.4 row 2a): counts only, computed by the bureau. */
export const socialSecurityAggregates: SourceDefinition<SocialSecurityAggregate> = {
  name: 'social-security-aggregates',
  code: 'SOCX',
  zh: '社保统计指标',
  en: 'social insurance aggregates',
  publisher: '人力资源和社会保障局',
  legalBasis: {
    kind: 'authorised',
    zh: '企业授权；由提供方计算，只交付人数',
    en: 'authorised by the firm; computed by the provider, counts only',
  },
  createsCompanies: false,
  freshnessDays: 60,
  graceDays: 75,
  layouts: [
    {
      name: 'monthly',
      zh: '月度统计指标',
      en: 'monthly aggregates',
      form: 'csv',
      encodings: ['utf-8', 'gb18030'],
      required: ['统一社会信用代码', '统计月份'],
      optional: ['12个月前参保人数', '留存人数', '名企背景人数', '缴费基数分位档', '操作标志'],
      personal: [],
      feed: 'SOCX',
      perFirm: true,
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapAggregate,
    },
  ],
  fields: {
    month: '统计月份, YYYY-MM; the key',
    headsBefore: '12个月前参保人数, heads',
    retained: '留存人数: of those 12 months ago, heads still insured by the firm',
    alumni: '名企背景人数, heads',
    baseBand: '缴费基数分位档, 1 to 5',
    suppressed: 'counts withheld for being below 3: alumni, headsBefore, retained',
  },
};
