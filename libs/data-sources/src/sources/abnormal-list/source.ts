import type { SourceDefinition } from '../../source.ts';
import { mapAbnormal } from './map.ts';
import type { AbnormalListing } from './payload.ts';

/** 经营异常名录 (domain §1.4 row 1d). */
export const abnormalList: SourceDefinition<AbnormalListing> = {
  name: 'abnormal-list',
  code: 'ABN',
  zh: '经营异常名录',
  en: 'abnormal-operation list',
  publisher: '市场监督管理局',
  legalBasis: {
    kind: 'public',
    zh: '《企业信息公示暂行条例》第十七条',
    en: 'Interim Regulations on Enterprise Information Publicity, art. 17',
  },
  createsCompanies: false,
  freshnessDays: 7,
  graceDays: 7,
  layouts: [
    {
      name: 'listings',
      zh: '经营异常名录列入与移出',
      en: 'listings and removals',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '列入日期'],
      optional: ['企业名称', '列入原因', '列入机关', '移出日期', '移出原因', '移出机关', '操作标志'],
      personal: [],
      feed: 'ABN',
      coverage: { territory: ['CN'], population: 'listed' },
      nameColumn: '企业名称',
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapAbnormal,
    },
  ],
  fields: {
    reason: '列入原因: annualReport, disclosure, falseDisclosure, unreachable, other',
    listedOn: '列入日期, YYYY-MM-DD; the event date, and with the authority the key',
    authority: '列入机关',
    removedOn: '移出日期, YYYY-MM-DD; absent: still listed',
    removalReason: '移出原因: cured, listedInError (it never happened), repaired, other',
    removalUnreadable: 'true: a 移出日期 was delivered that cannot be used: whether it is listed is unknown',
  },
};
