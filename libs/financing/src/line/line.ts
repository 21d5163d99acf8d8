import type { Fen, LocalDate } from '#lib/kernel';
import type { Score, Text } from '#lib/scoring';
import type { BaseCode, LineBase } from './line-base.ts';
import type { GradeAmount } from './line-parameters.ts';
import type { Coded, LimitCode, LineFlag, LineRefusal, StepCode } from './line-words.ts';

/** What of a firm's published score the gate reads (domain §3.1). */
export type LineFirm = Pick<Score, 'published' | 'grade' | 'confidence' | 'coverageBp'> & {
  /** False: a branch or an office (domain §1.2). */
  readonly legalPerson: boolean;
  /** True: the grade is that of the low end of the range, for the firm closed a source. */
  readonly byLow?: boolean;
};

/** Outstanding loans that are not known to be guaranteed or pledged (存量贷款), as far as they are known. */
export interface ExistingLoans {
  /** What is known of them: deducted in any case. */
  readonly amount: Fen;
  /** Why it may not be all; null: it is. */
  readonly unknown: Text | null;
  /** The day of the newest statement. */
  readonly on: LocalDate | null;
}

/** A programme's cap for one firm and what the firm uses of it. */
export interface LineProgramme extends Text {
  readonly code: string;
  /** null: the programme has none, or it is not known. */
  readonly cap: Fen | null;
  /** True: it has one that rests on a sum which nobody knows. */
  readonly capUnknown?: boolean;
  readonly used: Fen;
  /** False: a credit loan, closed to grades that borrow under a guarantee only. */
  readonly guaranteed: boolean;
}

export interface LineInput {
  readonly firm: LineFirm;
  /** B1 to B7, each at most once; one that is left out is not available. */
  readonly bases: readonly LineBase[];
  readonly loans: ExistingLoans;
  /** Live offers (在途报价) of this platform, the unsecured part of a 2:1:1 case included. */
  readonly liveOffers: Fen;
  /** Approved and not yet drawn (已批未提) on this platform. */
  readonly undrawnApprovals: Fen;
  /** Left out: not asked for a programme. */
  readonly programme?: LineProgramme;
  /** What the firm uses of the platform's cap. */
  readonly platformUsed: Fen;
}

/** How X came about: M, the second largest base, kept between half and 1½ of B8. */
export interface LineBasis {
  readonly decidedBy: BaseCode | 'GRADE_ONLY';
  readonly m: Fen;
  readonly floor: Fen;
  readonly ceiling: Fen;
  /** X. */
  readonly clamped: Fen;
  readonly clampedBy: 'FLOOR' | 'CEILING' | null;
}

/** One step of the waterfall: `before` of a step is `after` of the one before it, and all changes add up to the amount. */
export interface LineStep extends Coded<StepCode> {
  readonly before: Fen;
  readonly after: Fen;
  readonly change: Fen;
  /** The number that the step applied: a base, a bound, basis points of g, a deduction, a cap net of use, a unit. */
  readonly applied: number;
}

/** The line if only this limit held, deductions made, not rounded; negative where deductions exceed it. */
export interface LineLimit extends Coded<BaseCode | LimitCode> {
  readonly amount: Fen;
}

/** 建议额度: a figure for reference that shows how it came about. Amounts in 分. */
export interface SuggestedLine {
  /** null: no line, and `reasons` says why. */
  readonly amount: Fen | null;
  /** Every reason for no line; empty exactly where there is one. */
  readonly reasons: readonly Coded<LineRefusal>[];
  readonly flags: readonly Coded<LineFlag>[];
  readonly disclaimer: Text;
  /** null: not graded. */
  readonly basis: LineBasis | null;
  /** What evidence alone supports, the second largest base; null: fewer than two. Printed beside a lifted amount. */
  readonly evidenceAmount: Fen | null;
  /** B1 to B7 in their order. */
  readonly bases: readonly LineBase[];
  /** B8; null: not graded. */
  readonly gradeAmount: GradeAmount | null;
  readonly waterfall: readonly LineStep[];
  /** The limits of the line, the lowest first; empty: the line was refused before its amount. */
  readonly limits: readonly LineLimit[];
  /** What holds the line down, and what would if it were lifted. */
  readonly binding: LineLimit | null;
  readonly next: LineLimit | null;
  readonly parameters: { readonly version: string; readonly hash: string; readonly status: 'proposal' };
}
