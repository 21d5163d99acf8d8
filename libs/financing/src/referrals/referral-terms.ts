import type { Fen, LocalDate, LocalMonth } from '#lib/kernel';
import type { Deal } from '../deals/deal.ts';
import type { LoanEntry } from './loan-account.ts';
import type { ReferralState } from './referral-table.ts';

/** 拒绝原因 (domain §6.4): a fixed list. */
export const DECLINE_CODES = ['policy', 'need', 'docs', 'other-bank', 'price', 'data-mismatch'] as const;
export type DeclineCode = (typeof DECLINE_CODES)[number];

/** 担保方式. */
export const LOAN_FORMS = ['credit', 'guaranteed', 'pledge'] as const;
export type LoanForm = (typeof LOAN_FORMS)[number];

/** 五级分类. */
export const LOAN_CLASSES = ['pass', 'specialMention', 'substandard', 'doubtful', 'loss'] as const;
export type LoanClass = (typeof LOAN_CLASSES)[number];

/** From here on a loan counts as defaulted. */
export const DEFAULT_DPD = 90;
/** A restructured loan that performs for so many months is performing again. */
export const PROBATION_MONTHS = 12;

/** What is offered (推荐要约). Amounts in 分. */
export interface ReferralTerms {
  /** The bank it goes to. */
  readonly bank: string;
  /** Banks to ask next, in this order, where one does not answer. */
  readonly nextBanks: readonly string[];
  /** What the firm may ask for. */
  readonly amount: Fen;
  /** 建议额度 when it was offered; null: none could be said. An approval above it needs a reason. */
  readonly suggestedLine: Fen | null;
  /** 产品上限; null: the programme has none. */
  readonly programmeCap: Fen | null;
  readonly form: LoanForm;
  /** The last day of the offer. */
  readonly validUntil: LocalDate;
  /** The guarantee deal that covers it. */
  readonly guaranteeId: string | null;
  /** The referral that this one follows: its bank did not answer, or its loan was renewed. */
  readonly follows: string | null;
}

/** What the firm agreed to (征信业管理条例 art. 29: lenders need its prior consent to tell others of a loan). */
export interface LoanConsent {
  readonly outcomes: boolean;
  readonly until: LocalDate;
}

export interface Approval {
  readonly amount: Fen;
  /** 年利率, bp. */
  readonly rateBp: number;
  readonly termMonths: number;
  readonly form: LoanForm;
  /** 超建议额度的理由. */
  readonly overLineReason: string | null;
}

export interface LoanContract {
  readonly contractNo: string;
  readonly signedOn: LocalDate;
  readonly drawUntil: LocalDate;
  readonly maturity: LocalDate;
}

export interface LoanMonthReport {
  readonly month: LocalMonth;
  readonly balance: Fen;
  readonly daysPastDue: number;
  readonly loanClass: LoanClass;
  /** What our entries made of it at that moment, where it is another amount: somebody has to look. */
  readonly differsBy: number;
}

export interface ReferralBody {
  readonly consent: LoanConsent | null;
  /** The bank's own number of it. */
  readonly externalId: string | null;
  readonly declineCode: DeclineCode | null;
  readonly approval: Approval | null;
  readonly contract: LoanContract | null;
  readonly entries: readonly LoanEntry[];
  readonly months: readonly LoanMonthReport[];
  readonly daysPastDue: number;
  readonly overdueSince: LocalDate | null;
  readonly restructured: { readonly on: LocalDate; readonly withLoss: boolean } | null;
  /** 首贷: confirmed by the bank at the first drawdown; null: not said yet. */
  readonly firstLoan: boolean | null;
  /** An outcome (违约标志): a later cure never erases it. */
  readonly everDefaulted: boolean;
  readonly defaultedOn: LocalDate | null;
  readonly repaidEarly: boolean | null;
  /** The deal of the loan that took its place. */
  readonly renewedBy: string | null;
}

export type ReferralChange =
  | { readonly event: 'consent'; readonly outcomes: boolean; readonly until: LocalDate }
  | { readonly event: 'decline-offer' | 'send' | 'withdraw'; readonly text?: string }
  | { readonly event: 'lapse' | 'no-response' | 'end-draws' | 'perform' | 'close' }
  | {
      readonly event: 'carry-over';
      readonly amount: Fen;
      readonly on: LocalDate;
      readonly consent: LoanConsent | null;
      readonly approval: Approval;
      readonly contract: LoanContract;
      readonly firstLoan: boolean | null;
    }
  | { readonly event: 'accept'; readonly externalId: string }
  | { readonly event: 'decline'; readonly code: DeclineCode; readonly text?: string }
  | ({ readonly event: 'approve' } & Omit<Approval, 'overLineReason'> & {
        readonly overLineReason?: string;
        /** What the programme's cap was at that moment, and what the firm used of it. */
        readonly room?: { readonly cap: Fen | null; readonly used: Fen };
      })
  | ({ readonly event: 'contract' } & LoanContract)
  | { readonly event: 'draw'; readonly amount: Fen; readonly on: LocalDate; readonly firstLoan?: boolean }
  | { readonly event: 'pay' | 'recover'; readonly amount: Fen; readonly on: LocalDate }
  | {
      readonly event: 'report-month';
      readonly month: LocalMonth;
      readonly balance: Fen;
      readonly daysPastDue: number;
      readonly loanClass: LoanClass;
    }
  | { readonly event: 'overdue'; readonly daysPastDue: number; readonly on: LocalDate }
  | { readonly event: 'cure' | 'write-off'; readonly on: LocalDate }
  | { readonly event: 'repaid'; readonly on: LocalDate }
  | { readonly event: 'default'; readonly cause: 'overdue' | 'claim' | 'loss'; readonly on: LocalDate }
  | ({
      readonly event: 'renew';
      readonly on: LocalDate;
      readonly renewedBy?: string;
      readonly rateBp: number;
    } & LoanContract)
  | { readonly event: 'restructure'; readonly on: LocalDate; readonly withLoss: boolean; readonly maturity: LocalDate }
  | { readonly event: 'correct'; readonly corrects: number; readonly amount: Fen };

export type Referral = Deal<ReferralState, ReferralBody, ReferralChange, ReferralTerms>;
