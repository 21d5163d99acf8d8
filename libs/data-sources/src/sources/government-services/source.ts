import type { SourceDefinition } from '../../source.ts';
import { mapMatter } from './map.ts';
import type { GovernmentMatter } from './payload.ts';

/** 政务办事 (domain §1.4 row 6): cases of firms at the government-service platform. */
export const governmentServices: SourceDefinition<GovernmentMatter> = {
  name: 'government-services',
  code: 'GOV',
  zh: '政务办事',
  en: 'government-service cases',
  publisher: '政务服务和数据管理局',
  legalBasis: {
    kind: 'authorised',
    zh: '企业授权；政务数据共享',
    en: 'authorised by the firm; sharing of government data',
  },
  createsCompanies: false,
  freshnessDays: 45,
  graceDays: 15,
  layouts: [
    {
      name: 'cases',
      zh: '政务服务办件明细',
      en: 'cases',
      form: 'csv',
      encodings: ['utf-8', 'gb18030'],
      required: ['办件流水号', '统一社会信用代码'],
      optional: [
        '事项编码',
        '事项名称',
        '事项类别',
        '申请单位',
        '申请日期',
        '办结日期',
        '办理结果',
        '办理渠道',
        '经办人',
        '联系电话',
        '操作标志',
      ],
      personal: [
        { column: '经办人', treatment: 'blank' },
        { column: '联系电话', treatment: 'blank' },
      ],
      feed: 'GOV',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapMatter,
    },
  ],
  fields: {
    serialNo: '办件流水号; the key',
    matterCode: '事项编码',
    matterName: '事项名称',
    category: '事项类别: establishment, change, permit, subsidy, talent, project, tax, query, other',
    appliedOn: '申请日期, YYYY-MM-DD; the event date',
    finishedOn: '办结日期, YYYY-MM-DD',
    result: '办理结果: granted, refused, withdrawn, pending',
    channel: '办理渠道: online, window, self-service',
  },
};
