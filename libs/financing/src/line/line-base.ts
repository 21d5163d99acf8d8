import type { Fen, LocalDate } from '#lib/kernel';
import type { RecordRef } from '#lib/data-sources';
import type { Measured, MissingCause, Text } from '#lib/scoring';

/** The seven bases that rest on evidence (额度测算基数, domain §5.1); the eighth, B8, is the grade table. */
export const BASE_CODES = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7'] as const;
export type BaseCode = (typeof BASE_CODES)[number];

export const isBaseCode = (code: string): code is BaseCode => (BASE_CODES as readonly string[]).includes(code);

/**
 * Why an input is not known, or the base counts for nothing. TOO_YOUNG: the firm has not stood long enough. NO_SOURCE:
 * none of our sources states it, a statement may. UNVERIFIED, REJECTED: it is stated, and no second party has verified it
 * (待核验), or one found otherwise. NOT_POSITIVE: all is known and comes to nothing. TAX_GRADE: the tax grade is one for
 * which the base is not used.
 */
export type BaseGapCause =
  | MissingCause
  | 'TOO_YOUNG'
  | 'NO_SOURCE'
  | 'UNVERIFIED'
  | 'REJECTED'
  | 'NOT_POSITIVE'
  | 'TAX_GRADE';

export interface BaseGap extends Text {
  readonly cause: BaseGapCause;
  /** The input that is not known. */
  readonly input?: string;
}

/** 分, heads, months of a year, days, basis points, times, or a code. */
export type InputUnit = 'fen' | 'heads' | 'months' | 'days' | 'bp' | 'times' | 'code';

/** One input of a base, as it entered the formula; null: not known, and a gap of the base says why. */
export interface BaseInput extends Text {
  readonly code: string;
  readonly unit: InputUnit;
  readonly value: Measured | null;
}

/** Who states what no source of ours delivers, when, of which day, and who verified it: kinds of institutions, no names. */
export interface BaseStatement {
  readonly by: Text;
  readonly on: LocalDate;
  readonly asOf: LocalDate;
  readonly verified: { readonly by: Text; readonly on: LocalDate };
}

/** One base: its amount with what it was computed from, or every reason why it does not count. */
export interface LineBase extends Text {
  readonly code: BaseCode;
  readonly formula: Text;
  /** 分, above 0, rounded down once; null: not available, and `gaps` says why. */
  readonly amount: Fen | null;
  readonly gaps: readonly BaseGap[];
  readonly inputs: readonly BaseInput[];
  /** Who stated it; absent: the records say so. */
  readonly statement?: BaseStatement;
  /** The delivered rows behind it. */
  readonly records: readonly RecordRef[];
}

type FormulaWords = Text & { readonly formula: Text };

/** The words of the bases: the answer, the documentation and the report read the same. */
export const BASE_WORDS: Readonly<Record<BaseCode, FormulaWords>> = {
  B1: {
    zh: '薪酬',
    en: 'Payroll',
    formula: {
      zh: '近6个月参保人数中位数 × 人均缴费基数 × 月数 × 比例',
      en: 'median insured heads of 6 months × mean contribution base × months × share',
    },
  },
  B2: {
    zh: '股权融资',
    en: 'Equity',
    formula: {
      zh: '近期经核实的外部股权实缴 × 比例；已计入投贷担组合的股权不计',
      en: 'verified external equity paid in recently × share; equity recognised in a 2:1:1 case does not count',
    },
  },
  B3: {
    zh: '研发投入',
    en: 'R&D',
    formula: {
      zh: '最近一个应报财年研发费用 × 比例',
      en: 'R&D expenditure of the last due fiscal year × share',
    },
  },
  B4: {
    zh: '待拨补助',
    en: 'Subsidy receivable',
    formula: {
      zh: '（竞争性立项批复金额 − 已拨付）× 比例',
      en: '(approved − paid, competitive awards) × share',
    },
  },
  B5: {
    zh: '纳税',
    en: 'Tax',
    formula: {
      zh: '两年平均纳税额 × 倍数；纳税信用M级另设上限',
      en: 'mean tax of two years × times; tax grade M has a cap of its own',
    },
  },
  B6: {
    zh: '应收合同款',
    en: 'Contract receivables',
    formula: {
      zh: '已签约的公共部门或大型企业应收款 × 比例',
      en: 'receivables of signed contracts with public buyers or large firms × share',
    },
  },
  B7: {
    zh: '流动资金需求',
    en: 'Working capital',
    formula: {
      zh: '销售收入 ×（1 − 利润率）×（1 + 增长率）÷ 周转次数 − 自有资金；存量贷款在额度中另行扣除',
      en: 'sales × (1 − margin) × (1 + growth) ÷ turns − own funds; existing loans are deducted from the line',
    },
  },
};

interface Found {
  readonly inputs?: readonly BaseInput[];
  readonly records?: readonly RecordRef[];
  readonly statement?: BaseStatement;
}

/** A base that counts, if its amount is above 0. Throws RangeError for an amount that is not whole. */
export function baseOf(code: BaseCode, amount: Fen, { inputs = [], records = [], statement }: Found = {}): LineBase {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${code}: not a whole number of fen: ${amount}`);
  return {
    code,
    ...BASE_WORDS[code],
    amount: amount > 0 ? amount : null,
    gaps: amount > 0 ? [] : [NOT_POSITIVE],
    inputs,
    ...(statement === undefined ? {} : { statement }),
    records,
  };
}

/** A base that does not count, with every reason. */
export function unavailableBase(code: BaseCode, gaps: readonly [BaseGap, ...BaseGap[]], found: Found = {}): LineBase {
  return { ...baseOf(code, 0 as Fen, found), gaps };
}

const NOT_POSITIVE: BaseGap = { cause: 'NOT_POSITIVE', zh: '金额不大于零', en: 'the amount is not above zero' };

/** Nobody stated the base at all. */
export const NOT_GIVEN: BaseGap = { cause: 'NO_SOURCE', zh: '未提供', en: 'not given' };
