import type { LoanClass, LoanStatus, OutcomeKind } from '#lib/data-sources';
import type { Fen, LocalDate, LocalMonth, Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { FactName } from '../programmes/facts.ts';
import type { Party } from './deal.ts';

/** What a programme says of a firm at this moment. Amounts in 分. */
export interface Admission {
  /** 建议额度; null: none can be said. */
  readonly suggestedLine: Fen | null;
  /** 产品上限; null: the programme has none. */
  readonly programmeCap: Fen | null;
}

/** 准入: whether a programme takes a firm. Throws ProblemError programme-refused 409 naming every condition that does not pass. */
export type Admit = (
  tx: Tx,
  asked: {
    readonly programme: string;
    readonly uscc: Uscc;
    readonly on: LocalDate;
    /** What the applicants themselves state: desks that take part, a need, an amount of equity … */
    readonly stated?: Readonly<Record<string, unknown>>;
    /** Facts that this very deal is about to decide: their conditions are left to it. */
    readonly pending?: readonly FactName[];
    /** Who sits at the deal, or is asked to: of their kinds of institutions only their own statements count. */
    readonly parties?: readonly Party[];
    /** Deals that this very deal belongs to, its loan or its guarantee: what they take up is not counted beside it. */
    readonly besides?: readonly string[];
  },
) => Promise<Admission>;

/** 产品余额: what a programme leaves a firm at this moment. Amounts in 分. */
export interface ProgrammeRoom {
  /** 产品上限; null: the programme has none of its own. */
  readonly cap: Fen | null;
  /** Of the cap: approved and may still be drawn, and outstanding. What is offered and decided by nobody takes nothing. */
  readonly used: Fen;
  /** 平台上限 of one firm. */
  readonly platformCap: Fen;
}

/**
 * Locks the firm until the transaction ends: of two approvals at the same moment the second sees the first. Throws
 * ProblemError programme-unknown 404, or programme-cap-unknown 409 where the cap is a share of a value that nobody stated.
 */
export type ReadProgrammeRoom = (
  tx: Tx,
  asked: {
    readonly programme: string;
    readonly uscc: Uscc;
    readonly on: LocalDate;
    /** The deal that asks, its loan or its guarantee: what they take up is not counted beside it. */
    readonly besides: readonly string[];
  },
) => Promise<ProgrammeRoom>;

/** 业务结果 of domain §1.4 row 16. */
export interface Outcome {
  readonly dealId: string;
  /** With the deal the key of the event. */
  readonly version: number;
  readonly uscc: Uscc;
  /** Who reports it. */
  readonly institutionId: string;
  readonly kind: OutcomeKind;
  readonly loanId?: string;
  readonly guaranteeId?: string;
  readonly letterNo?: string;
  readonly amount?: Fen;
  readonly on: LocalDate;
  /** The version whose amount it puts right, however often that was done before. */
  readonly corrects?: number;
}

/** A month of a loan (贷后月报). */
export interface OutcomeMonth {
  readonly dealId: string;
  readonly uscc: Uscc;
  readonly institutionId: string;
  readonly loanId: string;
  readonly month: LocalMonth;
  readonly drawnOn: LocalDate | null;
  readonly principal: Fen;
  readonly balance: Fen;
  readonly daysPastDue: number;
  readonly loanClass: LoanClass;
  readonly status: LoanStatus;
}

/** What becomes a record of source 16: written down in the transaction of the event, delivered to the ledger afterwards. */
export interface OutcomeBook {
  note(tx: Tx, outcome: Outcome): Promise<void>;
  noteMonth(tx: Tx, month: OutcomeMonth): Promise<void>;
}
