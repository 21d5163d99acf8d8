import type { Family } from './characteristic.ts';

/** Rules of domain §3.5 that no source here decides: each names what it waits for. */
export const FAMILY: Family = {
  characteristics: [],
  awaiting: [
    {
      code: 'K11',
      feeds: ['REG'],
      zh: '属禁止或限制类行业',
      en: 'industry on the forbidden or restricted list',
      cure: { zh: '行业变更', en: 'change of industry' },
      cause: 'NO_TABLE',
      awaits: { zh: '缺少禁止、限制类行业目录', en: 'there is no table of forbidden and restricted industries' },
    },
    {
      code: 'W13',
      feeds: [],
      zh: '30天内金融机构查询报告5次以上',
      en: '5 or more report queries by lenders within 30 days',
      cause: 'NOT_CONNECTED',
      awaits: {
        zh: '由查询日志在查询时刻判定，不进入评分批次',
        en: 'decided from the query log when somebody asks, never by a run',
      },
    },
    {
      code: 'W14',
      feeds: ['SHR'],
      zh: '创始人的其他企业被一票否决',
      en: 'another firm of a founder is knocked out',
      cause: 'NOT_CONNECTED',
      awaits: {
        zh: '尚无企业间关联：自然人股东的标识只在本企业内有效',
        en: 'firms are not linked yet: the hash of a natural person names it inside one firm only',
      },
    },
    {
      code: 'W15',
      feeds: [],
      zh: '数据存在异议',
      en: 'data are disputed',
      cause: 'NOT_CONNECTED',
      awaits: {
        zh: '由异议登记在查询时刻判定，不进入评分批次',
        en: 'decided from the register of disputes when somebody asks, never by a run',
      },
    },
  ],
};
