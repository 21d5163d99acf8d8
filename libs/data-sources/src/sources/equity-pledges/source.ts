import type { SourceDefinition } from '../../source.ts';
import { mapPledge } from './map.ts';
import type { EquityPledge } from './payload.ts';

/** 股权出质 (domain §1.4 row 1f): pledges of the firm's own equity. */
export const equityPledges: SourceDefinition<EquityPledge> = {
  name: 'equity-pledges',
  code: 'EQP',
  zh: '股权出质登记',
  en: 'equity pledges',
  publisher: '市场监督管理局',
  legalBasis: {
    kind: 'public',
    zh: '《企业信息公示暂行条例》第六条、第十条；《股权出质登记办法》',
    en: 'Interim Regulations on Enterprise Information Publicity, art. 6 and 10; Measures on Registration of Equity Pledges',
  },
  createsCompanies: false,
  freshnessDays: 30,
  graceDays: 30,
  layouts: [
    {
      name: 'pledges',
      zh: '股权出质登记',
      en: 'equity pledges',
      form: 'csv',
      encodings: ['gb18030', 'utf-8'],
      required: ['统一社会信用代码', '登记编号'],
      optional: [
        '出质人',
        '出质人证件号码',
        '质权人',
        '出质股权数额',
        '数额单位',
        '股份总数(万股)',
        '登记日期',
        '注销日期',
        '状态',
        '操作标志',
      ],
      personal: [
        { column: '出质人', treatment: 'hash' },
        { column: '出质人证件号码', treatment: 'hash' },
        { column: '质权人', treatment: 'hash' },
      ],
      feed: 'EQP',
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'quarantine',
      minMatchBp: 9500,
      map: mapPledge,
    },
  ],
  amounts: ['amount'],
  fields: {
    registrationNo: '登记编号; the key',
    pledgor: '出质人 as a keyed hash',
    pledgee: '质权人 where it is an organisation',
    amount: '出质股权数额 of a limited company, 分',
    shares: '出质股权数额 of a company limited by shares, whole shares',
    totalShares: '股份总数, whole shares',
    registeredOn: '登记日期, YYYY-MM-DD; the event date',
    endedOn: '注销或撤销日期, YYYY-MM-DD',
    status: '状态: inForce, cancelled, annulled (never in force)',
    endUnreadable: 'true: a 注销日期 was delivered that cannot be used',
  },
};
