import type { SourceDefinition } from '../../source.ts';
import { mapLicence } from './map.ts';
import type { Licence } from './payload.ts';

/** 行政许可 (domain §1.4 row 17): permits as published. */
export const licences: SourceDefinition<Licence> = {
  name: 'licences',
  code: 'LIC',
  zh: '行政许可',
  en: 'permits',
  publisher: '各许可机关（信用信息公示）',
  legalBasis: {
    kind: 'public',
    zh: '行政许可信息公示，《企业信息公示暂行条例》第七条',
    en: 'published permits; Interim Regulations on Enterprise Information Disclosure, art. 7',
  },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 30,
  layouts: [
    {
      name: 'permits',
      zh: '行政许可信息公示',
      en: 'published permits',
      form: 'csv',
      encodings: ['utf-8', 'gb18030'],
      required: ['统一社会信用代码', '许可编号'],
      optional: [
        '行政相对人名称',
        '行政相对人类别',
        '法定代表人',
        '法定代表人证件号码',
        '行政许可决定文书号',
        '许可证书名称',
        '许可内容',
        '许可决定日期',
        '有效期自',
        '有效期至',
        '许可机关',
        '当前状态',
        '状态日期',
        '操作标志',
      ],
      personal: [
        { column: '行政相对人名称', treatment: 'blank' },
        { column: '法定代表人', treatment: 'blank' },
        { column: '法定代表人证件号码', treatment: 'blank' },
        { column: '许可内容', treatment: 'blank' },
      ],
      feed: 'LIC',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapLicence,
    },
  ],
  fields: {
    licenceNo: '许可编号, else 行政许可决定文书号; the key',
    type: '许可证书名称',
    decidedOn: '许可决定日期, YYYY-MM-DD',
    validFrom: '有效期自, YYYY-MM-DD; the event date',
    validTo: '有效期至, YYYY-MM-DD, included, may lie ahead',
    openEnded: 'true: 长期有效, also where a date from 2099 on stands for it',
    status: '当前状态: inForce, suspended, expired, cancelled, revoked',
    statusOn: '状态日期, YYYY-MM-DD: a status after the day is undone',
  },
};
