import type { SourceDefinition } from '../../source.ts';
import { mapSerious } from './map.ts';
import type { SeriousViolation } from './payload.ts';

/** 严重违法失信名单 (domain §1.4 row 1e). */
export const seriousViolations: SourceDefinition<SeriousViolation> = {
  name: 'serious-violations',
  code: 'SER',
  zh: '严重违法失信名单',
  en: 'serious-violation list',
  publisher: '市场监督管理局',
  legalBasis: {
    kind: 'public',
    zh: '《市场监督管理严重违法失信名单管理办法》（总局令第44号）',
    en: 'Measures on the List of Serious Violations in Market Supervision (order 44)',
  },
  createsCompanies: false,
  freshnessDays: 7,
  graceDays: 7,
  layouts: [
    {
      name: 'listings',
      zh: '严重违法失信名单列入与移出',
      en: 'listings and removals',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '列入日期'],
      optional: ['企业名称', '列入原因', '列入机关', '移出日期', '移出原因', '操作标志'],
      personal: [],
      feed: 'SER',
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '企业名称',
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapSerious,
    },
  ],
  fields: {
    reason: '列入原因',
    listedOn: '列入日期, YYYY-MM-DD; the event date, and with the authority the key',
    authority: '列入机关',
    removedOn: '移出日期, YYYY-MM-DD; absent: still listed',
    removalReason: '移出原因: expired, repaired, listedInError (it never happened), other',
    removalUnreadable: 'true: a 移出日期 was delivered that cannot be used: whether it is listed is unknown',
  },
};
