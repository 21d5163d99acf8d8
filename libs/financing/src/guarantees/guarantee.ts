import { fen, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { CapCheck } from '../capacity/caps.ts';
import type { Deal } from '../deals/deal.ts';
import type { ProgrammeRoom } from '../deals/ports.ts';
import {
  guaranteedOf,
  NOTHING,
  type GuaranteeEntry,
  type GuaranteeFigures,
  type LoanEntryName,
} from './guarantee-entries.ts';
import type { GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';
import type { SchemeRecord } from './scheme-rules.ts';

/** Caps of the guarantor as they stood with an event: limit, use before and after of each. Written by the service. */
export interface CapsRecord {
  readonly on: LocalDate;
  /** With an approval: the last day on which the capacity stays reserved. */
  readonly reservedUntil: LocalDate | null;
  readonly checks: readonly CapCheck[];
}

/** 产品余额 as it stood with an approval. Written by the service. */
export type RoomRecord = Pick<ProgrammeRoom, 'cap' | 'used'>;

/** The letter's own words (保函). */
export interface LetterTerms {
  readonly letterNo: string;
  /** 提款期: the last day on which may be drawn. */
  readonly drawUntil: LocalDate;
  /** 贷款到期日. */
  readonly maturity: LocalDate;
  /** 保证期间届满: the last day on which may be claimed. */
  readonly guaranteeUntil: LocalDate;
}

export const DECISIONS = ['approve', 'conditional', 'decline'] as const;

/** What somebody says at a desk, or a timer does. Amounts are fen of loan principal unless something else is said. */
export type GuaranteeChange =
  | { readonly event: 'submit' | 'accept' | 'start' | 'review' | 'accept-rejection' | 'lapse' | 'end-draws' | 'expire' }
  | {
      readonly event: 'withdraw' | 'reject' | 'cancel' | 'dispute' | 'reject-claim' | 'settle' | 'contest';
      readonly reason: string;
    }
  | { readonly event: 'ask-missing'; readonly missing: readonly Text[] }
  /** One document for each thing that was missing, in that order. */
  | { readonly event: 'supply'; readonly documents: readonly string[] }
  | { readonly event: 'report'; readonly recommended: Fen; readonly document: string; readonly summary: string }
  | {
      readonly event: 'decide';
      readonly decision: (typeof DECISIONS)[number];
      /** 0 where it is declined. */
      readonly amount: Fen;
      readonly reason: string;
      /** Needed where more is approved than was suggested. */
      readonly reasonCode?: string;
      /** Of a conditional decision. */
      readonly conditions?: readonly Text[];
      /** Why business goes on although the claim rate cannot be measured. */
      readonly fuseReason?: string;
      readonly caps?: CapsRecord;
      readonly scheme?: SchemeRecord;
      readonly room?: RoomRecord;
    }
  /** One document for each condition, in their order. */
  | {
      readonly event: 'meet-conditions';
      readonly documents: readonly string[];
      readonly fuseReason?: string;
      readonly caps?: CapsRecord;
      readonly scheme?: SchemeRecord;
      readonly room?: RoomRecord;
    }
  | { readonly event: 'contract'; readonly contractNo: string; readonly signedOn: LocalDate; readonly bankId?: string }
  | ({
      readonly event: 'issue';
      readonly fuseReason?: string;
      readonly caps?: CapsRecord;
      readonly scheme?: SchemeRecord;
    } & LetterTerms)
  | ({
      readonly event: 'accept-batch';
      readonly batchNo: string;
      readonly caps?: CapsRecord;
      readonly scheme?: SchemeRecord;
    } & LetterTerms)
  /** `loan`: written where it follows a loan on the platform, by nobody else. */
  | { readonly event: 'draw' | 'reduce'; readonly amount: Fen; readonly on: LocalDate; readonly loan?: LoanEntryName }
  | {
      readonly event: 'extend';
      readonly maturity: LocalDate;
      readonly guaranteeUntil: LocalDate;
      readonly caps?: CapsRecord;
    }
  | { readonly event: 'repaid' | 'cure'; readonly on: LocalDate }
  | { readonly event: 'overdue'; readonly dueOn: LocalDate }
  /** `interest`: 正常利息, normal interest only. */
  | { readonly event: 'claim'; readonly interest: Fen; readonly document: string }
  /** Of the guaranteed part, the bank's share included. */
  | { readonly event: 'pay'; readonly amount: Fen; readonly on: LocalDate }
  | {
      readonly event: 'court';
      readonly outcome: 'pay' | 'reject';
      /** 0 where the claim is rejected. */
      readonly amount: Fen;
      readonly on: LocalDate;
      readonly document: string;
    }
  /** `amount`: gross. */
  | { readonly event: 'recover'; readonly amount: Fen; readonly costs: Fen; readonly on: LocalDate }
  | { readonly event: 'cost'; readonly amount: Fen; readonly on: LocalDate }
  | { readonly event: 'write-off'; readonly reason: string }
  | {
      readonly event: 'correct';
      /** Of the event whose amount was wrong. */
      readonly version: number;
      readonly amount: Fen;
      /** Of a recovery. */
      readonly costs?: Fen;
      readonly reason: string;
    };
export type Change<E extends GuaranteeChange['event']> = GuaranteeChange & { readonly event: E };

/** What a guarantee has come to. */
export interface GuaranteeBody extends GuaranteeFigures {
  /** 一次性告知: asked for once; null: nothing was missing yet. */
  readonly missing: {
    readonly items: readonly Text[];
    readonly askedOn: LocalDate;
    readonly documents: readonly string[] | null;
  } | null;
  readonly report: {
    readonly recommended: Fen;
    readonly document: string;
    readonly summary: string;
    /** A and B, who stay out of the committee (审保分离). */
    readonly by: readonly [string, string];
  } | null;
  readonly decision: {
    readonly decision: (typeof DECISIONS)[number];
    readonly amount: Fen;
    readonly reason: string;
    readonly reasonCode: string | null;
    readonly on: LocalDate;
  } | null;
  readonly conditions: readonly (Text & { readonly document: string | null })[];
  /** 批准金额; 0 until approved. */
  readonly approved: Fen;
  /** The last day of the capacity that was reserved. */
  readonly reservedUntil: LocalDate | null;
  /** With approval, issue and extension, the newest last. */
  readonly caps: readonly (CapsRecord & { readonly event: GuaranteeChange['event'] })[];
  /** 分险方案 with approval and issue, the newest last; absent: no scheme was asked yet. */
  readonly schemes?: readonly (SchemeRecord & {
    readonly event: GuaranteeChange['event'];
    /** Why business went on, said with this event or before it. */
    readonly fuseReason: string | null;
  })[];
  readonly contract: { readonly contractNo: string; readonly signedOn: LocalDate } | null;
  readonly letter: (LetterTerms & { readonly issuedOn: LocalDate; readonly batchNo: string | null }) | null;
  /** Nothing more may be drawn. */
  readonly drawsEnded: boolean;
  readonly entries: readonly GuaranteeEntry[];
  readonly overdue: {
    readonly dueOn: LocalDate;
    readonly noticedOn: LocalDate;
    /** After the tenth day, taken in by the guarantor. */
    readonly late: boolean;
  } | null;
  readonly claim: {
    readonly interest: Fen;
    readonly document: string;
    readonly filedOn: LocalDate;
    /** (outstanding + interest) × ratio on the day it was filed. */
    readonly amount: Fen;
  } | null;
}

export type Guarantee = Deal<GuaranteeState, GuaranteeBody, GuaranteeChange, GuaranteeTerms>;

export const BLANK: GuaranteeBody = {
  ...NOTHING,
  missing: null,
  report: null,
  decision: null,
  conditions: [],
  approved: fen(0),
  reservedUntil: null,
  caps: [],
  contract: null,
  letter: null,
  drawsEnded: false,
  entries: [],
  overdue: null,
  claim: null,
};

const RESERVED: readonly GuaranteeState[] = ['APPROVED', 'CONTRACTED'];
/** 在保: the letter binds. */
export const LETTER_BINDS: readonly GuaranteeState[] = [
  'ISSUED',
  'IN_FORCE',
  'OVERDUE',
  'CLAIM_FILED',
  'CLAIM_REVIEW',
  'CLAIM_DISPUTED',
  'CLAIM_REJECTED',
];

/**
 * What a guarantee takes of its guarantor's capacity, in guaranteed principal: what was approved, then what the letter still
 * lets be drawn and what is outstanding; null: nothing. Draws leave it as it is, repayments lower it in the same event.
 */
export function exposureOf({ state, body, terms }: Pick<Guarantee, 'state' | 'body' | 'terms'>): Fen | null {
  if (RESERVED.includes(state)) return guaranteedOf(body.approved, terms);
  if (!LETTER_BINDS.includes(state)) return null;
  const open = body.drawsEnded ? body.outstanding : fen(body.approved - body.repaid);
  return guaranteedOf(open, terms);
}
