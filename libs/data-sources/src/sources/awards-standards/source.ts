import type { SourceDefinition } from '../../source.ts';
import { mapHonour } from './map.ts';
import type { AwardOrStandard } from './payload.ts';

/** 奖励与标准 (domain §1.4 row 18): science awards and published standards, one record for each firm named by its code. */
export const awardsStandards: SourceDefinition<AwardOrStandard> = {
  name: 'awards-standards',
  code: 'AWD',
  zh: '奖励与标准',
  en: 'awards and standards',
  publisher: '科技、市场监管主管部门',
  legalBasis: {
    kind: 'public',
    zh: '授奖公告与标准公告，《政府信息公开条例》第二十条；企业可选择不予记录，《深圳经济特区社会信用条例》第三十九条',
    en: 'published; Regulations on Open Government Information, art. 20; a firm may opt out, Shenzhen Credit Regulations, art. 39',
  },
  optOut: true,
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 120,
  layouts: [
    {
      name: 'honours',
      zh: '科技奖励与标准清单',
      en: 'awards and standards',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['类别', '编号', '统一社会信用代码'],
      optional: ['名称', '级别', '授予(发布)日期', '单位名称', '主要完成人', '操作标志'],
      personal: [{ column: '主要完成人', treatment: 'blank' }],
      feed: 'AWD',
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '单位名称',
      unknownSubject: 'ignore',
      map: mapHonour,
    },
  ],
  fields: {
    kind: '类别: award 科技奖励, standard 标准制定; part of the key',
    no: '证书编号, 标准编号; with the kind the key',
    title: '名称',
    level: '级别: international, state, industry, province, city, district, local, association',
    on: '授予日期, 发布日期, YYYY-MM-DD; the event date',
  },
};
