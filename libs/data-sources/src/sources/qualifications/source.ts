import type { SourceDefinition } from '../../source.ts';
import { mapListEntry, mapTechSme } from './map.ts';
import type { Qualification } from './payload.ts';

const COMMON = {
  form: 'csv',
  encodings: ['utf-8', 'gb18030'],
  personal: [],
  feed: 'QUA',
  coverage: { territory: ['CN'], population: 'listed' },
  nameColumn: '企业名称',
  unknownSubject: 'quarantine',
  minMatchBp: 9500,
} as const;

/** 资质与培育名单 (domain §1.4 row 8): the lists of qualified technology firms, and of firms to be supported. */
export const qualifications: SourceDefinition<Qualification> = {
  name: 'qualifications',
  code: 'QUA',
  zh: '资质与培育名单',
  en: 'qualifications and nurture lists',
  publisher: '科技、工业和信息化主管部门',
  legalBasis: {
    kind: 'public',
    zh: '认定与入库公告，《政府信息公开条例》第二十条',
    en: 'published lists; Regulations on Open Government Information, art. 20',
  },
  createsCompanies: false,
  freshnessDays: 400,
  graceDays: 120,
  layouts: [
    {
      ...COMMON,
      name: 'list',
      zh: '资质与培育名单',
      en: 'qualification and nurture lists',
      required: ['名单名称', '统一社会信用代码'],
      optional: [
        '企业名称',
        '级别',
        '证书编号',
        '批次',
        '年度',
        '有效期起',
        '有效期止',
        '撤销日期',
        '撤销原因',
        '操作标志',
      ],
      map: mapListEntry,
    },
    {
      ...COMMON,
      name: 'tech-sme',
      zh: '科技型中小企业入库登记',
      en: 'register of technology SMEs',
      required: ['入库登记编号', '统一社会信用代码'],
      optional: ['企业名称', '入库公告日期', '撤销日期', '撤销原因', '操作标志'],
      map: mapTechSme,
    },
  ],
  fields: {
    list: '名单: techSme, innovSme, hnte, srdi, littleGiant are tiers, all others nurture lists; part of the key',
    level: '级别: state, province, city, district',
    certNo: '证书编号, 入库登记编号; with the list the key, else the batch, else the first day',
    batch: '批次',
    year: '科技型中小企业: the calendar year of the number',
    validFrom: '有效期起, YYYY-MM-DD; the event date',
    validTo: '有效期止, YYYY-MM-DD, included, may lie ahead; absent for a tier: three years',
    revoked: 'true: a 撤销日期 or 撤销原因 was delivered; beats validity',
    revokedOn: '撤销日期, YYYY-MM-DD',
    revokedFor: '撤销原因: forgery 虚假材料, breach other cause, lapse 期满、放弃、更名',
  },
};
