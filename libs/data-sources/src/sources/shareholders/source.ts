import type { SourceDefinition } from '../../source.ts';
import { mapShareholding } from './map.ts';
import type { Shareholding } from './payload.ts';

/** 股东出资 (domain §1.4 row 1c): who holds the firm, what was subscribed and what was paid in. */
export const shareholders: SourceDefinition<Shareholding> = {
  name: 'shareholders',
  code: 'SHR',
  zh: '股东出资',
  en: 'holders and contributions',
  publisher: '市场监督管理局',
  legalBasis: {
    kind: 'public',
    zh: '《企业信息公示暂行条例》第十条：形成之日起20个工作日内公示',
    en: 'Interim Regulations on Enterprise Information Publicity, art. 10: published within 20 working days',
  },
  createsCompanies: false,
  freshnessDays: 30,
  graceDays: 45,
  layouts: [
    {
      name: 'contributions',
      zh: '股东及出资信息',
      en: 'holders and contributions',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '股东名称'],
      optional: [
        '股东类型',
        '证件号码',
        '认缴出资额(万元)',
        '认缴出资期限',
        '实缴出资额(万元)',
        '投资总额(万元)',
        '出资方式',
        '取得方式',
        '入股日期',
        '实缴出资日期',
        '数据日期',
        '操作标志',
      ],
      personal: [
        { column: '股东名称', treatment: 'hash' },
        { column: '证件号码', treatment: 'hash' },
      ],
      feed: 'SHR',
      perFirm: true,
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapShareholding,
    },
  ],
  amounts: ['subscribed', 'paid', 'invested'],
  fields: {
    holder: '股东: USCC, `org:` and name, or `person:` and a keyed hash; with the payment date the key',
    holderType: '股东类型: person, enterprise, fund, government, foreign, platform, other',
    holderName: '股东名称 of an organisation; never of a person',
    subscribed: '认缴出资额 of the holder in all, 分; repeated in each row of the holder, never add it up',
    paid: '实缴出资额 of the row, 分',
    invested: '投资总额 of the row with premium (含资本公积), 分, where proof of payment was given',
    payMethod: '出资方式: cash, inKind, intellectualProperty, landUse, equity, debt, other',
    acquisition: '取得方式: founding, increase, transfer',
    joinedOn: '入股日期, YYYY-MM-DD',
    dueOn: '认缴出资期限, YYYY-MM-DD, may lie ahead',
    paidOn: '实缴出资日期, YYYY-MM-DD; the event date, and part of the key',
    statedOn: '数据日期, YYYY-MM-DD: the register vouches for the row up to this day; its age counts from it',
  },
};
