import type { Layout, SourceDefinition } from '../../source.ts';
import { API_COLUMNS, mapFinancing, PRESS_COLUMNS } from './map.ts';
import type { FinancingEvent } from './payload.ts';
import { withoutPersons } from './redact.ts';

/** What both forms of the interface give. */
const EVENTS = {
  required: ['usc', 'round'],
  optional: [
    'name',
    'announced',
    'closed',
    'amount',
    'currency',
    'preMoney',
    'investors',
    'verified',
    'sourceUrl',
    'asOf',
    'op',
  ],
  personal: [],
  feed: 'FIN',
  perFirm: true,
  coverage: { territory: ['CN'], population: 'listed' },
  unknownSubject: 'ignore',
  redact: withoutPersons,
  map: mapFinancing(API_COLUMNS),
} satisfies Omit<Layout<FinancingEvent>, 'name' | 'zh' | 'en' | 'form' | 'encodings'>;

/** 投融资事件 (domain §1.4 row 7): announced rounds. They earn points only where the registers show the money. */
export const financingEvents: SourceDefinition<FinancingEvent> = {
  name: 'financing-events',
  code: 'FIN',
  zh: '投融资事件',
  en: 'financing events',
  publisher: '投融资数据服务机构',
  legalBasis: {
    kind: 'contract',
    zh: '依数据服务合同取得的已公开信息',
    en: 'public announcements, under a data contract',
  },
  createsCompanies: false,
  freshnessDays: 90,
  graceDays: 90,
  layouts: [
    {
      name: 'api',
      zh: '投融资事件接口',
      en: 'events by interface',
      form: 'jsonl',
      encodings: ['utf-8'],
      ...EVENTS,
    },
    {
      name: 'press',
      zh: '媒体报道整理表',
      en: 'compiled from the press',
      form: 'csv',
      encodings: ['utf-8', 'gb18030'],
      required: ['统一社会信用代码', '融资时间', '轮次'],
      optional: ['企业名称', '融资金额', '投资方', '操作标志'],
      // One cell names funds and persons together, so it is not kept.
      personal: [{ column: '投资方', treatment: 'blank' }],
      feed: 'FIN',
      perFirm: true,
      coverage: { territory: ['CN'], population: 'listed' },
      unknownSubject: 'ignore',
      map: mapFinancing(PRESS_COLUMNS),
    },
    {
      name: 'xml',
      zh: '投融资事件接口（XML）',
      en: 'events by interface, as XML',
      form: 'xml',
      encodings: ['utf-8', 'gb18030'],
      record: 'events/event',
      lists: ['investors'],
      numbers: ['amount', 'preMoney'],
      ...EVENTS,
    },
  ],
  amounts: ['amount'],
  fields: {
    round:
      '轮次: seed, angel, pre-a, a, a+ … h+, strategic, pre-ipo, ipo, post-ipo, neeq, neeq-placement, acquisition, crowdfunding, debt',
    announcedOn: '公布日期, YYYY-MM-DD; with the round the key; the event date',
    announcedMonth: '公布月份, YYYY-MM, where only the month is known',
    closedOn: '交割日期, YYYY-MM-DD',
    amount:
      '融资金额: {currency, minor} or a range {currency, lo, hi} [lo, hi) in minor units; approx: as the text says',
    undisclosed: 'true: 未透露',
    preMoney: '投前估值, as the amount',
    investors: '投资方: name (organisations only), class, lead, amacNo',
    statedVerified: 'what the provider says of verification; not used for points',
    sourceUrl: '来源链接',
    statedOn: '信息截至日, YYYY-MM-DD',
  },
};
