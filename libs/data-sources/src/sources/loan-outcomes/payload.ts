import type { Fen, LocalDate, LocalMonth } from '#lib/kernel';

/** 五级分类. */
export type LoanClass = 'pass' | 'specialMention' | 'substandard' | 'doubtful' | 'loss';

/** 账户状态. */
export type LoanStatus = 'normal' | 'overdue' | 'restructured' | 'settled' | 'writtenOff';

/**
 * 贷后表现: one loan at the end of one month. Record key: `loan|loanId|month`. Event: the last day of the month. Feed `OUT`.
 * Default (违约): 90 days past due, a guarantor's claim, or a restructured loan.
 */
export interface LoanMonth {
  readonly kind: 'month';
  /** 借据编号. */
  readonly loanId: string;
  readonly month: LocalMonth;
  readonly lender?: string;
  /** 放款日期, 放款金额. */
  readonly drawnOn?: LocalDate;
  readonly principal?: Fen;
  /** 贷款余额 at the end of the month. */
  readonly balance?: Fen;
  /** 逾期天数 at the end of the month. */
  readonly daysPastDue?: number;
  readonly loanClass?: LoanClass;
  readonly status?: LoanStatus;
}

/** What happened to a referral, a loan or a guarantee. */
export type OutcomeKind =
  | 'referred' // 转介
  | 'accepted' // 受理
  | 'declined' // 拒绝
  | 'approved' // 批准
  | 'guaranteed' // 出具保函
  | 'drawn' // 放款
  | 'repaid' // 还款
  | 'restructured' // 展期, 重组
  | 'claimPaid' // 代偿
  | 'recovered' // 追偿回收
  | 'released' // 解保
  | 'closed' // 结清
  | 'writtenOff'; // 核销

/**
 * 业务事件, as a bank or a guarantor calls it back. Record key: `event|partner|eventId`. An event that another
 * one of the partner corrects never counts. Event: the day it happened. Feed `OUT.events`.
 */
export interface OutcomeEvent {
  readonly kind: 'event';
  readonly event: OutcomeKind;
  readonly eventId: string;
  /** Code of the bank or guarantor. */
  readonly partner: string;
  readonly loanId?: string;
  readonly guaranteeId?: string;
  /** 保函编号. */
  readonly letterNo?: string;
  readonly amount?: Fen;
  readonly occurredOn: LocalDate;
  /** The number of the event of the same partner that this one replaces. */
  readonly corrects?: string;
}

export type LoanOutcome = LoanMonth | OutcomeEvent;
