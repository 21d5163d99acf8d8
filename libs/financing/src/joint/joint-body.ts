import type { Fen, LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { PlaceInPart } from '../composition/substitution.ts';
import type { Deal, Desk } from '../deals/deal.ts';
import type { Consent, GivenConsent, JointPurpose } from './consents.ts';
import type { JointState } from './joint-table.ts';
import type { DrawnPart, JointDesk, JointPart, JointTerms } from './joint-terms.ts';

/** One partner's part of a proposal (方案明细). */
export interface ProposalLine {
  readonly part: JointPart;
  readonly institutionId: string;
  /** What it is asked for (申请额), fen. */
  readonly amount: Fen;
  /** Of a guaranteed part only, else null: the bank that lends it. */
  readonly lender: string | null;
  /** Of a guaranteed part only, else null: the guarantor's share, basis points of the principal (担保责任比例). */
  readonly guarantorShareBp: number | null;
  /** Of a guaranteed part only, else null: the last day of its loan, and of the guarantee (保证期间). */
  readonly loanMaturity: LocalDate | null;
  readonly guaranteeUntil: LocalDate | null;
}

/** 替代: of what one debt partner committed too little, another takes over so much, in whole units. */
export interface SubstitutionAsked {
  readonly from: PlaceInPart;
  readonly to: PlaceInPart;
  readonly amount: Fen;
}

/** 方案版本: versions are added, never changed. */
export interface ProposalVersion {
  readonly no: number;
  /** Version of the case that its proposal made. */
  readonly version: number;
  readonly by: string | null;
  readonly lines: readonly ProposalLine[];
  /** Ceiling moved by substitution from the credit loan to the guaranteed loan; negative the other way. Fen. */
  readonly moved: number;
  readonly substitution: SubstitutionAsked | null;
  /** Last day on which may be drawn (提款期). */
  readonly availableUntil: LocalDate;
  readonly note: string;
}

/** 承诺 or 不参与: what an institution answered to one part of one version. Answers are added, never changed. */
export interface PartnerAnswer {
  readonly proposalVersion: number;
  readonly version: number;
  readonly part: JointPart;
  readonly institutionId: string;
  /** 承诺额, fen; null: declined. */
  readonly amount: Fen | null;
  readonly expiresOn: LocalDate | null;
  readonly conditions: readonly string[];
  readonly code: JointDeclineCode | null;
}

/** 不参与原因 (domain §6.4). */
export const JOINT_DECLINE_CODES = {
  policy: { zh: '政策不符', en: 'policy' },
  need: { zh: '需求不符', en: 'no fitting need' },
  docs: { zh: '资料不足', en: 'documents' },
  'other-bank': { zh: '已由他行办理', en: 'another bank' },
  price: { zh: '价格未达成', en: 'price' },
  'data-mismatch': { zh: '数据不一致', en: 'data mismatch' },
} as const satisfies Readonly<Record<string, Text>>;
export type JointDeclineCode = keyof typeof JOINT_DECLINE_CODES;

export const OPINIONS = ['support', 'conditional', 'oppose', 'noted'] as const;
/** 会商意见: 支持, 有条件支持, 反对, 知悉. */
export type Opinion = (typeof OPINIONS)[number];

/** 会商发言. `internal` 内部会商: among the institutions and the platform; `external` 外部会商: with the firm. */
export interface ConsultationWord {
  readonly version: number;
  readonly round: 'internal' | 'external';
  readonly desk: Desk;
  readonly institutionId: string | null;
  readonly opinion: Opinion;
  /** What the desk needs to go on; null: nothing. */
  readonly need: string | null;
  readonly text: string;
}

export interface CaseSignature {
  /** An institution, or `FIRM`. */
  readonly who: string;
  readonly on: LocalDate;
  /** SHA-256, hex, of the contract that was signed. */
  readonly textSha256: string;
}

export const FREEZE_REASONS = ['partner-default', 'knock-out', 'equity-back', 'review-issue'] as const;
/** 冻结原因: 合作方违约, 一票否决, 股权退回, 复核发现问题. */
export type FreezeReason = (typeof FREEZE_REASONS)[number];

export interface CaseFreeze {
  readonly version: number;
  readonly on: LocalDate;
  readonly reason: FreezeReason;
  readonly text: string;
}

export type MoneyEvent = 'pay' | 'back' | 'draw' | 'repay' | 'claim' | 'loss' | 'recover' | 'write-off';

/** 资金记录: one movement of money of one part, or a correction of one. */
export interface MoneyEntry {
  readonly version: number;
  readonly on: LocalDate;
  readonly event: MoneyEvent;
  readonly part: JointPart;
  /** Whose part of the proposal it is. */
  readonly partner: string;
  /** Who recorded it, and whose money moved beside the firm's. */
  readonly who: string;
  /** Fen; of a correction: what is right instead, 0 where it never was. */
  readonly amount: Fen;
  /** Of a claim: the guaranteed part of the normal interest (正常利息) that was paid beside the principal; left out: none. */
  readonly interest?: Fen;
  /** The version whose entry this corrects. */
  readonly corrects: number | null;
}

/** Amounts of one part of one partner (各方额度与资金), fen. */
export interface JointPosition {
  readonly part: JointPart;
  readonly institutionId: string;
  readonly lender: string | null;
  readonly requested: number;
  readonly committed: number;
  readonly effective: number;
  readonly paid: number;
  /** Cumulative. */
  readonly drawn: number;
  readonly repaid: number;
  /** 代偿: principal paid by the guarantor to the lender. */
  readonly claimed: number;
  /** 损失: what the lender itself bears. */
  readonly lost: number;
  /** drawn − repaid − claimed − lost. */
  readonly outstanding: number;
  readonly recovered: number;
  readonly writtenOff: number;
  /** claimed with its interest + lost − recovered − writtenOff. */
  readonly toRecover: number;
}

export interface JointBody {
  readonly consents: readonly GivenConsent[];
  readonly words: readonly ConsultationWord[];
  readonly versions: readonly ProposalVersion[];
  readonly answers: readonly PartnerAnswer[];
  /** Versions of answers that count no more: the commitments ran out before all had signed. */
  readonly expired: readonly number[];
  /** Of the newest version of the proposal. */
  readonly signatures: readonly CaseSignature[];
  /** Conditions that are met: `version of the answer/index`. */
  readonly met: readonly string[];
  readonly signedOn: LocalDate | null;
  readonly activatedOn: LocalDate | null;
  /** Last day before the next review is due. */
  readonly reviewOn: LocalDate | null;
  /** Desks that confirmed the review which is due. */
  readonly confirmed: readonly JointDesk[];
  readonly freezes: readonly CaseFreeze[];
  readonly entries: readonly MoneyEntry[];
  /** Of the newest version of the proposal: follows from all the above, and is kept for reading across cases. */
  readonly positions: readonly JointPosition[];
}

interface Place {
  readonly part: JointPart;
}
interface MoneyPlace {
  readonly part: DrawnPart;
  /** Whose part it is: the lender itself, or the guarantor of a guaranteed part. */
  readonly partner: string;
  readonly amount: Fen;
}

export type JointChange =
  | { readonly event: 'share'; readonly consents: readonly Consent[]; readonly textSha256: string }
  | { readonly event: 'unshare'; readonly institutionId: string; readonly purpose: JointPurpose | null }
  | { readonly event: 'withdraw'; readonly reason: string }
  | ({ readonly event: 'say' } & Pick<ConsultationWord, 'round' | 'opinion' | 'need' | 'text'>)
  | ({ readonly event: 'propose' } & Pick<ProposalVersion, 'lines' | 'availableUntil' | 'note'>)
  | ({
      readonly event: 'counter';
      /** Null where a substitution makes them from the version before. */
      readonly lines: readonly ProposalLine[] | null;
    } & Pick<ProposalVersion, 'substitution' | 'availableUntil' | 'note'>)
  | { readonly event: 'open' | 'activate' | 'close' | 'lapse' | 'expire' | 'review' | 'end-availability' }
  | (Place & {
      readonly event: 'commit';
      readonly proposalVersion: number;
      readonly amount: Fen;
      readonly expiresOn: LocalDate;
      readonly conditions: readonly string[];
    })
  | (Place & {
      readonly event: 'decline';
      readonly proposalVersion: number;
      readonly code: JointDeclineCode;
      readonly text: string;
    })
  | { readonly event: 'sign'; readonly proposalVersion: number; readonly textSha256: string }
  | (Place & { readonly event: 'meet'; readonly condition: number })
  | { readonly event: 'pay'; readonly amount: Fen }
  | { readonly event: 'back'; readonly amount: Fen; readonly reason: string }
  | ({ readonly event: 'draw' | 'repay' | 'loss' | 'recover' } & MoneyPlace)
  | ({ readonly event: 'write-off'; readonly reason: string } & MoneyPlace)
  /** `amount`: 代偿本金; `interest`: the guaranteed part of the normal interest, null or left out: none. */
  | { readonly event: 'claim'; readonly amount: Fen; readonly interest?: Fen | null }
  | {
      readonly event: 'correct';
      readonly corrects: number;
      readonly amount: Fen;
      /** Of a claim only; null or left out: it stays as it is. */
      readonly interest?: Fen | null;
      readonly reason: string;
    }
  | { readonly event: 'freeze'; readonly reason: FreezeReason; readonly text: string }
  | { readonly event: 'unfreeze'; readonly cure: string }
  | { readonly event: 'confirm' | 'issue'; readonly text: string };

export type JointDeal = Deal<JointState, JointBody, JointChange, JointTerms>;
