import type { Text } from '#lib/scoring';

/** 股权投资 : 信用贷款 : 批量担保贷款. Ties of every split go in this order (domain §5.2). */
export const PARTS = ['equity', 'loan', 'guaranteed'] as const;
export type Part = (typeof PARTS)[number];
export type DebtPart = Exclude<Part, 'equity'>;

/** 口径: A equity-anchored, B line-anchored, C what the bank books, D one loan half guaranteed, strict 严格按比例. */
export type Reading = 'A' | 'B' | 'C' | 'D' | 'strict';

/** What can hold an amount down (约束上限). */
export type Ceiling = 'own-commitment' | 'equity-recognised' | 'equity-paid' | 'joint-cap' | 'freeze';

export const CEILINGS: Readonly<Record<Ceiling, Text>> = {
  'own-commitment': { zh: '本方承诺额', en: 'what the partners of this part committed' },
  'equity-recognised': { zh: '认定股权额', en: 'the equity recognised for the case' },
  'equity-paid': { zh: '已到账股权额', en: 'the equity paid in so far' },
  'joint-cap': { zh: '债权合计上限', en: 'the ceiling of both debt parts together' },
  freeze: { zh: '案件已冻结', en: 'the case is frozen' },
};

/** One line of a calculation (计算步骤): the formula in the words of domain §5.2 and what it gave here. */
export interface Step extends Text {
  readonly symbol: string;
  /** The formula; empty for what is given. */
  readonly formula: string;
  readonly value: number;
  readonly unit: 'fen' | 'units';
}

export type StepRule = Omit<Step, 'value'>;

const rule = (symbol: string, formula: string, zh: string, en: string, unit: Step['unit'] = 'fen'): StepRule => ({
  symbol,
  formula,
  zh,
  en,
  unit,
});

/** One flat object a step: the words stay shared texts, nothing is formatted. */
export const step = ({ symbol, formula, zh, en, unit }: StepRule, value: number): Step => ({
  symbol,
  formula,
  zh,
  en,
  value,
  unit,
});

export const STEPS = {
  equity: rule('E', '', '认定股权额', 'equity recognised'),
  total: rule('T', '', '目标总额', 'the package aimed at'),
  debt: rule('D', '⌊E ÷ u⌋ × u', '债权合计：股权额取整', 'both debt parts: the equity in whole units'),
  loan: rule('L', '⌊D ÷ 2u⌋ × u', '信用贷款：债权之半取整', 'credit loan: half the debt in whole units'),
  guaranteed: rule(
    'G',
    'D − L',
    '批量担保贷款：其余债权（含奇数单位）',
    'guaranteed loan: the rest, an odd unit included',
  ),
  units: rule('n', '⌊T ÷ u⌋', '可分配单位数', 'units to hand out', 'units'),
  quota: rule('q', '⌊n × r ÷ R⌋', '按比例所得整单位', 'whole units by the ratio', 'units'),
  leftOver: rule('x', '', '最大余数所得单位', 'units left over, by largest remainder', 'units'),
  part: rule('i', '(q + x) × u', '本部分金额', 'the amount of this part'),

  substituted: rule(
    's',
    '',
    '经双方重新批准的替代额（信用贷款转至担保贷款为正）',
    'moved from loan to guarantee by substitution, negative the other way',
  ),
  usable: rule('c', 'Σ ⌊cⱼ ÷ u⌋ × u', '各方承诺额取整合计', 'commitments in whole units, added up'),
  effective: rule('eff', 'min(c, i°(E))', '生效额', 'what is effective'),
  paid: rule('P', '', '已到账股权额', 'equity paid so far'),
  drawn: rule('drawn', '', '本部分累计提款', 'drawn on this part so far, never falling'),
  jointLeft: rule('D(P) − Σ drawn', 'D(P) − Σ drawn', '债权合计上限余额', 'what the joint ceiling leaves'),
  drawable: rule(
    'now',
    'max(0, min(min(eff, i°(P)) − drawn, D(P) − Σ drawn))',
    '当前可提款额（冻结时为零）',
    'drawable now, nothing while frozen',
  ),

  committed: rule('c', '', '承诺额', 'committed'),
  ratioUnits: rule(
    '⌊c ÷ (r × u)⌋',
    '⌊c ÷ (r × u)⌋',
    '承诺额可支持的比例份数',
    'multiples of the ratio that the commitment carries',
    'units',
  ),
  multiple: rule('k', '⌊min(c ÷ r) ÷ u⌋ × u', '一份金额：以最低者为准', 'one share of the ratio: the lowest decides'),
  multiplied: rule('k × r', 'k × r', '本部分金额', 'the amount of this part'),
} as const;

type Anchor = 'recognised' | 'paid';

/** Plan of reading A; where ceiling was moved, the giver keeps what it kept and the taker has the rest of D. */
const CEILING_STEPS: Readonly<Record<Anchor, Readonly<Record<DebtPart | 'giver' | 'taker', StepRule>>>> = {
  recognised: {
    loan: rule(
      'L°(E)',
      '⌊D(E) ÷ 2u⌋ × u',
      '信用贷款上限（认定股权）',
      'ceiling of the credit loan, by the equity recognised',
    ),
    guaranteed: rule(
      'G°(E)',
      'D(E) − L°(E)',
      '担保贷款上限（认定股权）',
      'ceiling of the guaranteed loan, by the equity recognised',
    ),
    giver: rule(
      "i'(E)",
      'max(0, i°(E) − |s|)',
      '转出后的上限（认定股权）',
      'ceiling after giving, by the equity recognised',
    ),
    taker: rule(
      "j'(E)",
      "D(E) − i'(E)",
      '承接后的上限（认定股权）',
      'ceiling after taking over, by the equity recognised',
    ),
  },
  paid: {
    loan: rule(
      'L°(P)',
      '⌊D(P) ÷ 2u⌋ × u',
      '信用贷款上限（已到账股权）',
      'ceiling of the credit loan, by the equity paid',
    ),
    guaranteed: rule(
      'G°(P)',
      'D(P) − L°(P)',
      '担保贷款上限（已到账股权）',
      'ceiling of the guaranteed loan, by the equity paid',
    ),
    giver: rule("i'(P)", "min(i°(P), i'(E))", '转出后的上限（已到账股权）', 'ceiling after giving, by the equity paid'),
    taker: rule("j'(P)", "D(P) − i'(P)", '承接后的上限（已到账股权）', 'ceiling after taking over, by the equity paid'),
  },
};

export function ceilingRule(part: DebtPart, anchor: Anchor, moved: number): StepRule {
  const rules = CEILING_STEPS[anchor];
  if (moved === 0) return rules[part];
  return (part === 'loan') === moved > 0 ? rules.giver : rules.taker;
}

const ORDER: readonly Ceiling[] = ['own-commitment', 'equity-recognised', 'equity-paid', 'joint-cap', 'freeze'];
const SETS: readonly (readonly Ceiling[])[] = Array.from({ length: 1 << ORDER.length }, (_none, bits) =>
  Object.freeze(ORDER.filter((_, i) => bits & (1 << i))),
);

/** The ceilings that bind, in the order of `Ceiling`: raising one alone of several changes nothing. */
export const binding = (own: boolean, recognised: boolean, paid = false, joint = false, freeze = false) =>
  SETS[(own ? 1 : 0) | (recognised ? 2 : 0) | (paid ? 4 : 0) | (joint ? 8 : 0) | (freeze ? 16 : 0)]!;
