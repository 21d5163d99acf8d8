import type { Text, UngradedPublication } from '#lib/scoring';

/** A code of a list with its words. */
export interface Coded<C extends string = string> extends Text {
  readonly code: C;
}

const coder =
  <C extends string>(words: Readonly<Record<C, readonly [zh: string, en: string]>>) =>
  (code: C): Coded<C> => ({ code, zh: words[code][0], en: words[code][1] });

/** Beside every line that anybody sees. */
export const LINE_DISCLAIMER: Text = {
  zh: '参考额度，不构成授信承诺；参数为平台建议值，非官方标准',
  en: 'for reference, no promise of credit; its parameters are proposals of the platform, not official',
};

/** Why there is no line. */
export type LineRefusal =
  | 'NOT_LEGAL_PERSON'
  | UngradedPublication
  | 'CONFIDENCE_L'
  | 'COVERAGE_LOW'
  | 'GUARANTEED_ONLY'
  | 'BELOW_100000';

export const refusal = coder<LineRefusal>({
  NOT_LEGAL_PERSON: ['非独立法人（分公司、办事处），不测算额度', 'no legal person (a branch or an office): no line'],
  NOT_RATED: ['资料不足，暂不评级', 'not enough is known: not rated'],
  REFERENCE: ['仅有参考区间，未评级', 'a range of grades for reference only: not graded'],
  EXCLUDED: ['存在否决事项', 'a knock-out stands'],
  ON_HOLD: ['异议处理中，暂缓', 'on hold while a dispute is open'],
  NOT_SCORED: ['个体工商户或合作社，不评分', 'a sole trader or cooperative: not scored'],
  CONFIDENCE_L: ['可信度为低', 'confidence is low'],
  COVERAGE_LOW: ['数据覆盖度不足', 'coverage is too low'],
  GUARANTEED_ONLY: ['该等级仅限担保类产品', 'the grade borrows under a guarantee only'],
  BELOW_100000: ['测算额度低于起点金额', 'the amount lies below the least that is offered'],
});

/** What a reader of the line must know. */
export type LineFlag =
  | 'EXISTING_DEBT_UNKNOWN'
  | 'GRADE_ONLY'
  | 'FLOOR_LIFTED'
  | 'CEILING_PULLED'
  | 'GUARANTEED_ONLY'
  | 'GRADE_GIVES_NOTHING'
  | 'STATED_BASE'
  | 'GRADE_BY_LOW'
  | 'PROGRAMME_CAP_UNKNOWN';

export const flag = coder<LineFlag>({
  EXISTING_DEBT_UNKNOWN: ['上限，未扣除存量贷款', 'an upper limit: existing loans are not deducted'],
  GRADE_ONLY: ['可用测算基数不足两项，仅按等级测算', 'fewer than two bases: from the grade only'],
  FLOOR_LIFTED: ['证据金额低于等级额度的下限，按下限测算', 'evidence lies below the floor of the grade, which holds'],
  CEILING_PULLED: [
    '证据金额高于等级额度的上限，按上限测算',
    'evidence lies above the ceiling of the grade, which holds',
  ],
  GUARANTEED_ONLY: ['该等级仅限担保类产品', 'the grade borrows under a guarantee only'],
  GRADE_GIVES_NOTHING: ['该等级额度为零', 'the grade’s amount is nothing'],
  PROGRAMME_CAP_UNKNOWN: [
    '产品上限所依据的金额未知，未按产品上限测算',
    'the cap of the programme rests on a sum that is not known: the line is without it',
  ],
  GRADE_BY_LOW: [
    '企业停用过数据源，按评分区间下限的等级测算',
    'the firm closed a source: from the grade of the low end of its range',
  ],
  STATED_BASE: ['决定额度的基数由申报提供，非数据源记录', 'the deciding base was stated, not delivered by a source'],
});

/** Steps of the waterfall in their order; GATE closes it where there is no line for a reason other than its amount. */
export type StepCode =
  | 'BASE'
  | 'CLAMP'
  | 'HAIRCUT'
  | 'UNSECURED_LOANS'
  | 'LIVE_OFFERS'
  | 'UNDRAWN_APPROVALS'
  | 'PROGRAMME_CAP'
  | 'PLATFORM_CAP'
  | 'ROUNDING'
  | 'MINIMUM'
  | 'GATE';

export const stepWords = coder<StepCode>({
  BASE: ['测算基数（可用基数中第二大者）', 'deciding base: the second largest available'],
  CLAMP: ['限于等级额度的下限与上限之间', 'kept between the floor and the ceiling of the grade'],
  HAIRCUT: ['可信度折扣', 'haircut for confidence'],
  UNSECURED_LOANS: [
    '扣除存量贷款（已知有担保或质押的不扣）',
    'less outstanding loans but those known to be guaranteed or pledged',
  ],
  LIVE_OFFERS: ['扣除平台在途报价', 'less live offers on the platform'],
  UNDRAWN_APPROVALS: ['扣除平台已批未提', 'less undrawn approvals on the platform'],
  PROGRAMME_CAP: ['产品上限（扣除已用）', 'cap of the programme, net of use'],
  PLATFORM_CAP: ['平台单户上限（扣除已用）', 'cap of the platform per firm, net of use'],
  ROUNDING: ['向下取整', 'rounded down'],
  MINIMUM: ['低于起点金额，不出具', 'below the least amount: none'],
  GATE: ['不满足出具条件', 'the conditions of a line are not met'],
});

/** The first step where no two bases are available. */
export const GRADE_ONLY_BASE: Text = {
  zh: '等级额度的下限（可用基数不足两项）',
  en: 'the floor of the grade: fewer than two bases are available',
};

/** What can limit a line besides a base. */
export type LimitCode = 'GRADE_ONLY' | 'FLOOR' | 'CEILING' | 'PROGRAMME_CAP' | 'PLATFORM_CAP';

export const limitWords = coder<LimitCode>({
  GRADE_ONLY: ['可用基数不足两项（等级额度的下限）', 'fewer than two bases (the floor of the grade)'],
  FLOOR: ['证据金额偏低（等级额度的下限）', 'evidence is low (the floor of the grade)'],
  CEILING: ['等级额度的上限', 'the ceiling of the grade'],
  PROGRAMME_CAP: ['产品上限', 'cap of the programme'],
  PLATFORM_CAP: ['平台单户上限', 'cap of the platform per firm'],
});
