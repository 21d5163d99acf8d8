import type { SourceDefinition } from '../../source.ts';
import { mapOtherRight } from './map.ts';
import type { OtherRight } from './payload.ts';

/** 其他Ⅰ类知识产权 (domain §1.4 row 4c): layout designs, plant varieties, new drugs, defence patents. */
export const otherRights: SourceDefinition<OtherRight> = {
  name: 'other-rights',
  code: 'ICL',
  zh: '其他Ⅰ类知识产权',
  en: 'other class I rights',
  publisher: '国家知识产权局及相关主管部门',
  legalBasis: {
    kind: 'public',
    zh: '登记公告；集成电路布图设计见《集成电路布图设计保护条例》第十八条',
    en: 'published registrations; layout designs: Regulations on Layout-Designs, art. 18',
  },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 120,
  layouts: [
    {
      name: 'register',
      zh: '其他Ⅰ类知识产权清单',
      en: 'list of class I rights',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['登记号', '权利类别', '统一社会信用代码'],
      optional: ['名称', '登记公告日期', '届满日期', '状态', '状态日期', '权利人', '操作标志'],
      personal: [
        { column: '权利人', treatment: 'blank' },
        { column: '名称', treatment: 'blank' },
      ],
      feed: 'ICL',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'ignore',
      map: mapOtherRight,
    },
  ],
  fields: {
    regNo: '登记号, 品种权号, 证书号; the key',
    kind: '权利类别: layoutDesign, plantVariety, cropVariety, drug, protectedMedicine, defencePatent',
    grantedOn: '登记(授权)公告日期, YYYY-MM-DD; the event date',
    expiresOn: '届满日期, YYYY-MM-DD, may lie ahead',
    status: '状态: pending, inForce, expired, revoked',
    statusOn: '状态日期, YYYY-MM-DD: a status after the day is undone where the dates allow',
  },
};
