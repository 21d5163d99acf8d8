import type { SourceDefinition } from '../../source.ts';
import { mapAffiliation } from './map.ts';
import type { Affiliation } from './payload.ts';

/** 孵化与高校衍生 (domain §1.4 row 19): tenants of incubators, spin-offs of universities. */
export const affiliations: SourceDefinition<Affiliation> = {
  name: 'affiliations',
  code: 'AFF',
  zh: '孵化与高校衍生',
  en: 'incubator and university affiliation',
  publisher: '科技主管部门、孵化载体',
  legalBasis: {
    kind: 'contract',
    zh: '数据提供协议；载体名录公开，《政府信息公开条例》第二十条',
    en: 'data agreement; the incubators themselves are published, Open Government Information, art. 20',
  },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 120,
  layouts: [
    {
      name: 'tenants',
      zh: '在孵企业与高校衍生企业名单',
      en: 'incubator tenants and university spin-offs',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '载体类型', '入驻日期'],
      optional: ['企业名称', '级别', '载体名称', '毕业(离园)日期', '联系人', '联系电话', '操作标志'],
      personal: [
        { column: '联系人', treatment: 'blank' },
        { column: '联系电话', treatment: 'blank' },
      ],
      feed: 'AFF',
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '企业名称',
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapAffiliation,
    },
  ],
  fields: {
    kind: '载体类型 and 级别: national, city (also of province and district), university; with the day the key',
    host: '载体名称',
    from: '入驻日期, YYYY-MM-DD; the event date',
    to: '毕业(离园)日期, YYYY-MM-DD, included, may lie ahead; absent: still there',
    toUnreadable: 'true: a 毕业(离园)日期 was delivered that cannot be used',
  },
};
