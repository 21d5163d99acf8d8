import type { Text } from '#lib/scoring';
import type { ReportProduct } from '../report-request.ts';

export const REPORT_TYPE: Readonly<Record<ReportProduct, Text>> = {
  score: { zh: '科技初创企业综合评价报告', en: 'Comprehensive report on a technology startup' },
  facts: { zh: '信用信息查询报告', en: 'Credit information report' },
};

export const CLASSIFICATION: Text = {
  zh: '内部使用，仅限所载查询目的',
  en: 'internal, for the stated purpose only',
};

/** Why section 12 is not shown. */
export const NO_PROGRAMMES = {
  facts: { zh: '信用信息查询报告不含项目匹配与建议额度', en: 'a report of facts has neither programmes nor a line' },
  score: {
    zh: '评价结果由另一版本生成，无法列示项目匹配与建议额度',
    en: 'another build made the score: programmes and line cannot be shown',
  },
} as const satisfies Readonly<Record<ReportProduct, Text>>;

export const NO_AUTHORISATION: Text = {
  zh: '未获得该项信息的授权，不予展示',
  en: 'not shown: the firm did not authorise it',
};

export const OWN_INSTITUTION: Text = { zh: '本机构', en: 'your own institution' };

export interface Note extends Text {
  readonly note: string;
}

/** 报告说明. */
export const NOTES: readonly Note[] = [
  {
    note: 'what-it-is',
    zh: '本报告依据评价日及入账时刻（见封面）已知的信息生成，每项数据的来源和截止日期见附录。',
    en: 'The report is made of what was known at the instant on the cover, as of the day on the cover; the annex states source and date of each item.',
  },
  {
    note: 'signs',
    zh: '“0”表示来源覆盖该企业且无记录；“缺”附有原因：未接入、未覆盖、未授权、过期等，不等于0；“不适用”表示企业尚未满足统计所需的时间；“异议中”表示企业对该项提出异议且尚未办结。',
    en: '“0”: the source covers the firm and has no record. “missing” names its cause (not connected, not covered, not authorised, out of date …) and is never 0. “does not apply”: the firm is too young for it. “disputed”: the firm objects and no decision has been made.',
  },
  {
    note: 'bands',
    zh: '优、良、中、弱为该特征所在分档在其全部分档中的位次：最高档为优，最低档为弱，其余按位次四舍五入。',
    en: 'Best, good, middling, weak: the rank of the bin among those of its characteristic. The best bin is “best”, the lowest “weak”, the others by rank, rounded half up.',
  },
  {
    note: 'reference-only',
    zh: '评价结果为未校准的专家指数，仅供参考，不构成授信承诺，不是债务工具评级；授信与担保由机构独立审查决定。',
    en: 'The result is an uncalibrated expert index, for reference only: no promise of credit, no rating of debt instruments. Lenders and guarantors decide for themselves.',
  },
  {
    note: 'use',
    zh: '仅可用于封面所载查询目的，不得转售、转让或向第三方提供；授权撤回或到期后不得继续使用。',
    en: 'To be used for the purpose on the cover only, never resold or passed on, and no longer after the authorisation ends or is withdrawn.',
  },
  {
    note: 'objection',
    zh: '企业认为信息有错误、遗漏的，可免费提出异议，自收到之日起20日内核查并书面答复（《征信业管理条例》第二十五条）；企业拒绝授权不产生任何不利评价。',
    en: 'A firm that finds an error or omission may object free of charge; a written answer follows within 20 days of receipt (Credit Reporting Regulation, art. 25). To refuse an authorisation never counts against a firm.',
  },
  {
    note: 'persons',
    zh: '报告不含自然人信息：自然人股东、人才和人员仅以人数表示。',
    en: 'No natural person is shown: holders who are persons, talents and staff appear as counts only.',
  },
];
