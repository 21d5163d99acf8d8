import type { LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { Test } from './condition-test.ts';
import type { Authority } from './words.ts';

/**
 * product 产品: a loan, guarantee, subsidy or lease; tag 标签: a mark on a loan, of which the firm sees nothing; case 联合服务:
 * several desks together; information 信息: only shown, a firm is never eligible; quote 询价: an insurer names its price.
 */
export const PROGRAMME_KINDS = ['product', 'tag', 'case', 'information', 'quote'] as const;
export type ProgrammeKind = (typeof PROGRAMME_KINDS)[number];

export const PARTNER_DESKS = ['INVEST', 'BANK', 'GUAR', 'REGUAR', 'INSUR', 'LEASE'] as const;
/** 参与机构: 投资机构, 银行, 担保机构, 再担保机构, 保险机构, 租赁机构. */
export type PartnerDesk = (typeof PARTNER_DESKS)[number];

/** How certain something is, and where it was read. */
export interface Marked {
  readonly status: Authority;
  /** Key of the source, as the documentation of the rules names it. */
  readonly source?: string;
}

/** One condition on one fact. */
export type SingleCondition = Text & Marked & Test & { readonly id: string };

/** One way to meet an alternative, open between two days, both included. Every one of `all` is needed. */
export interface Route extends Text {
  readonly from?: LocalDate;
  readonly until?: LocalDate;
  readonly all: readonly SingleCondition[];
}

/** Any one of several routes is enough. */
export type Alternative = Text & Marked & { readonly id: string; readonly anyOf: readonly Route[] };

export type ProgrammeCondition = SingleCondition | Alternative;

export const isAlternative = (condition: ProgrammeCondition): condition is Alternative => 'anyOf' in condition;

/**
 * 额度规则. cap: up to a sum; line: the suggested line (建议额度); composition: 2:1:1 in a reading; appraisal: a share of the
 * appraised value; price: up to a share of the price; tax: multiples of the mean tax of two years; subsidy: interest
 * paid for the firm, percent a year up to a sum; same-line: that of the old loan; desks: the sum of the desks' offers;
 * lender: the lender decides alone; quote: the insurer's; none: no money follows from it.
 */
export type AmountRule = Marked &
  (
    | { readonly rule: 'cap'; readonly capFen: number }
    | { readonly rule: 'composition'; readonly reading: 'A' | 'B' | 'C' | 'D' | 'strict' }
    | { readonly rule: 'appraisal'; readonly fromBp: number; readonly toBp: number }
    | { readonly rule: 'price'; readonly toBp: number }
    | { readonly rule: 'tax'; readonly from: number; readonly to: number }
    | { readonly rule: 'subsidy'; readonly rateBp: number; readonly capFen: number }
    | { readonly rule: 'line' | 'same-line' | 'desks' | 'lender' | 'quote' | 'none' }
  );

/** A value with the days on which it holds, both included; without `until` up to the next row. */
export interface ParameterRow extends Marked {
  readonly from: LocalDate;
  readonly until?: LocalDate;
  readonly value: number;
}

/** 参数: a rate, fee, quota or figure with its history. */
export interface Parameter extends Text {
  readonly code: string;
  /** Of `value`: basis points, fen, whole months or a number. */
  readonly unit: 'bp' | 'fen' | 'months' | 'count';
  /** Ascending by `from`. */
  readonly rows: readonly ParameterRow[];
}

/** 产品/政策方案: one version of one programme, dated data of models/programmes. */
export interface Programme extends Text {
  readonly code: string;
  readonly version: string;
  readonly kind: ProgrammeKind;
  /** First and last day on which it can be applied for; no last day is known where it is left out. */
  readonly validFrom: LocalDate;
  readonly validTo?: LocalDate;
  readonly validityStatus: Authority;
  /** GB/T 2260 prefixes; empty: everywhere (K12). */
  readonly territory: readonly string[];
  readonly territoryStatus: Authority;
  /** Desks without which there is no such case. */
  readonly desks: readonly PartnerDesk[];
  readonly conditions: readonly ProgrammeCondition[];
  readonly amount: AmountRule;
  readonly term?: Marked & { readonly fromMonths: number; readonly toMonths: number };
  /** The part of a loan that the guarantee covers at most. */
  readonly guaranteed?: Marked & { readonly bp: number };
  /** 分险方案, by its code. */
  readonly sharing?: Marked & { readonly scheme: string };
  readonly parameters: readonly Parameter[];
  /** Of information only: why no firm of this service is eligible. */
  readonly whyNever?: Text;
  readonly notes: readonly (Text & Marked)[];
}

/** A programme and the SHA-256 of its canonical JSON, hex. */
export interface HashedProgramme {
  readonly programme: Programme;
  readonly hash: string;
}

export const isInForce = ({ validFrom, validTo }: Programme, date: LocalDate): boolean =>
  validFrom <= date && (validTo === undefined || date <= validTo);

/** The row that holds on the day; undefined: no source says what held then. */
export function parameterOn({ parameters }: Programme, code: string, date: LocalDate): ParameterRow | undefined {
  const rows = parameters.find((parameter) => parameter.code === code)?.rows;
  const row = rows?.findLast(({ from }) => from <= date);
  return row?.until !== undefined && row.until < date ? undefined : row;
}
