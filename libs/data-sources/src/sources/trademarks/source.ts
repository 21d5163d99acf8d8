import type { SourceDefinition } from '../../source.ts';
import { mapTrademark } from './map.ts';
import type { Trademark } from './payload.ts';

/** 商标 (domain §1.4 row 4b): a national register, one record for each class and holder with a USCC. */
export const trademarks: SourceDefinition<Trademark> = {
  name: 'trademarks',
  code: 'TM',
  zh: '商标',
  en: 'trade marks',
  publisher: '国家知识产权局商标局',
  legalBasis: {
    kind: 'public',
    zh: '商标公告公开信息，《商标法实施条例》第九十六条',
    en: 'published in the Trademark Gazette; Implementing Regulations of the Trademark Law, art. 96',
  },
  createsCompanies: false,
  freshnessDays: 60,
  graceDays: 45,
  layouts: [
    {
      name: 'register',
      zh: '商标注册信息',
      en: 'trade-mark register',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['注册号', '国际分类', '统一社会信用代码'],
      optional: [
        '商标名称',
        '申请日期',
        '注册公告日期',
        '专用权期限止',
        '商标状态',
        '状态日期',
        '注册人名称',
        '操作标志',
      ],
      personal: [{ column: '注册人名称', treatment: 'blank' }],
      feed: 'TM',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'ignore',
      map: mapTrademark,
    },
  ],
  fields: {
    regNo: '注册号; marks are counted distinct by it, classes are not multiplied',
    class: '国际分类, 1–45; with the number the key',
    name: '商标名称',
    appliedOn: '申请日期, YYYY-MM-DD; the event date',
    registeredOn: '注册公告日期, YYYY-MM-DD',
    expiresOn: '专用权期限止, YYYY-MM-DD, may lie ahead',
    status: '商标状态; an opposed mark (异议中) is not registered yet',
    statusOn: '状态日期, YYYY-MM-DD: a status after the day is undone where the dates allow',
  },
};
