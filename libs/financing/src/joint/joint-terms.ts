import type { Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { Party } from '../deals/deal.ts';
import { fault, isAmount, refuse, type Faults } from './joint-refusals.ts';

/** What a joint case can give: 股权, 信用贷款, 担保贷款, 保险, 租赁. */
export const JOINT_PARTS = ['equity', 'loan', 'guaranteed', 'insurance', 'lease'] as const;
export type JointPart = (typeof JOINT_PARTS)[number];
/** Parts that are drawn and repaid. */
export type DrawnPart = Extract<JointPart, 'loan' | 'guaranteed' | 'lease'>;

export type JointDesk = Exclude<Party['desk'], 'REGUAR'>;

export const PARTS_OF_CASE: Readonly<Record<JointPart, Text & { readonly desk: JointDesk }>> = {
  equity: { desk: 'INVEST', zh: '股权投资', en: 'equity' },
  loan: { desk: 'BANK', zh: '信用贷款', en: 'credit loan' },
  guaranteed: { desk: 'GUAR', zh: '担保贷款', en: 'guaranteed loan' },
  insurance: { desk: 'INSUR', zh: '科技保险', en: 'insurance' },
  lease: { desk: 'LEASE', zh: '融资租赁', en: 'lease' },
};

/** They may join, and never hold up the others (domain §6.5). */
const OPTIONAL: readonly JointDesk[] = ['INSUR', 'LEASE'];

/** 案件种类: `tdd` 投贷担, equity : loan : batch guarantee 2:1:1; `service` 股贷担保租, any two or more desks. */
export type JointVariant = 'tdd' | 'service';

/** 口径 that may be asked for of a 2:1:1 case. */
export const CASE_READINGS = ['A', 'strict'] as const;
export type CaseReading = (typeof CASE_READINGS)[number];

/** What the firm asks for of one part (申请额). */
export interface JointNeed {
  readonly part: JointPart;
  readonly amount: Fen;
}

/** What is fixed when a case is opened; the numbers are the programme's. */
export interface JointTerms {
  readonly variant: JointVariant;
  /** 口径 of the total: `A` equity-anchored, `strict` every part cut to 2:1:1 (domain §5.2), `sum` the sum of the desks. */
  readonly reading: CaseReading | 'sum';
  /** 取整单位, fen. */
  readonly unit: Fen;
  readonly needs: readonly JointNeed[];
  /** Desks without whose commitment there is no case. */
  readonly required: readonly JointDesk[];
  /** Equity below which the programme does not apply, fen; 0: none. */
  readonly minEquity: Fen;
  /** Programme cap of the package, net of what the firm had in use under it, fen; null: none. */
  readonly cap: Fen | null;
  /** Months by which the guarantee outlasts its loan. */
  readonly guaranteeTailMonths: number;
}

/** 投贷担 takes three partners; of a service case those that are asked for, but insurance and lease. */
export function requiredDesks(variant: JointVariant, needs: readonly JointNeed[]): readonly JointDesk[] {
  if (variant === 'tdd') return ['INVEST', 'BANK', 'GUAR'];
  return JOINT_PARTS.filter((part) => needs.some((need) => need.part === part))
    .map((part) => PARTS_OF_CASE[part].desk)
    .filter((desk) => !OPTIONAL.includes(desk));
}

/** Throws ProblemError joint-terms-invalid 422 with every fault by its pointer. */
export function checkTerms(terms: JointTerms): void {
  const { variant, reading, unit, needs, required, minEquity, cap, guaranteeTailMonths } = terms;
  const faults: Faults = [];
  const code = 'joint-terms-invalid';
  if ((variant === 'tdd') !== (reading !== 'sum'))
    fault(faults, '/reading', code, '口径A与严格按比例仅用于投贷担', 'readings A and strict are of 2:1:1 cases');
  if (!isAmount(unit))
    fault(faults, '/unit', code, '取整单位须为正整数分', 'the rounding unit is whole fen above zero');
  if (needs.length < 2) fault(faults, '/needs', code, '至少两项需求', 'a joint case has two needs or more');
  needs.forEach(({ part, amount }, i) => {
    if (!JOINT_PARTS.includes(part)) fault(faults, `/needs/${i}/part`, code, '没有该部分', 'there is no such part');
    if (needs.findIndex((other) => other.part === part) < i)
      fault(faults, `/needs/${i}/part`, code, '重复', 'asked for twice');
    if (!isAmount(amount))
      fault(faults, `/needs/${i}/amount`, 'amount-invalid', '须为正整数分', 'whole fen above zero');
  });
  const asked = needs.map(({ part }) => PARTS_OF_CASE[part]?.desk);
  required.forEach((desk, i) => {
    if (OPTIONAL.includes(desk)) fault(faults, `/required/${i}`, code, '可选席位不得设为必需', 'an optional desk');
    if (!asked.includes(desk))
      fault(faults, `/required/${i}`, code, '没有该席位的需求', 'nothing is asked of this desk');
  });
  if (variant === 'tdd')
    for (const desk of requiredDesks(variant, needs))
      if (!required.includes(desk)) fault(faults, '/required', code, `投贷担必须有${desk}`, `2:1:1 takes ${desk}`);
  if (!isAmount(minEquity, 0)) fault(faults, '/minEquity', 'amount-invalid', '须为非负整数分', 'whole fen, 0 or more');
  if (cap !== null && !isAmount(cap)) fault(faults, '/cap', 'amount-invalid', '须为正整数分', 'whole fen above zero');
  if (!Number.isSafeInteger(guaranteeTailMonths) || guaranteeTailMonths < 0)
    fault(faults, '/guaranteeTailMonths', code, '须为非负整数月', 'whole months, 0 or more');
  refuse(faults, code, { zh: '案件要素有误', en: 'the terms of the case are not valid' });
}
