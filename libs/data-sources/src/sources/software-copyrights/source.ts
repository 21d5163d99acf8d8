import type { SourceDefinition } from '../../source.ts';
import { mapSoftware } from './map.ts';
import type { SoftwareCopyright } from './payload.ts';

/** 软件著作权 (domain §1.4 row 4a): a national register, one record for each holder with a USCC. */
export const softwareCopyrights: SourceDefinition<SoftwareCopyright> = {
  name: 'software-copyrights',
  code: 'CPR',
  zh: '软件著作权',
  en: 'software copyrights',
  publisher: '中国版权保护中心',
  legalBasis: {
    kind: 'public',
    zh: '计算机软件著作权登记公告，《计算机软件著作权登记办法》',
    en: 'published registrations; Measures for the Registration of Computer Software Copyright',
  },
  createsCompanies: false,
  freshnessDays: 60,
  graceDays: 45,
  layouts: [
    {
      name: 'register',
      zh: '计算机软件著作权登记公告',
      en: 'published registrations',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['登记号', '软件名称', '统一社会信用代码'],
      optional: [
        '软件简称',
        '版本号',
        '著作权人',
        '开发完成日期',
        '首次发表日期',
        '登记日期',
        '权利取得方式',
        '操作标志',
      ],
      personal: [{ column: '著作权人', treatment: 'blank' }],
      feed: 'CPR',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'ignore',
      map: mapSoftware,
    },
  ],
  fields: {
    regNo: '登记号, e.g. 2020SR0123456; the key',
    title: '软件名称',
    product: 'the title without version and edition (软件名称词干); products are counted distinct by it',
    version: '版本号',
    completedOn: '开发完成日期, YYYY-MM-DD',
    publishedOn: '首次发表日期, YYYY-MM-DD',
    registeredOn: '登记日期, YYYY-MM-DD; the event date',
    acquisition: '权利取得方式: original 原始取得, acquired 受让、承受、继承',
  },
};
