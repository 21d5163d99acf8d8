import type { Fen, LocalDate } from '#lib/kernel';

/** 诉讼地位 of the firm. An appeal may name only who appeals: the side is then that of the earlier stage. */
export type CaseRole =
  | 'plaintiff' // 原告, 申请人
  | 'defendant' // 被告, 被申请人
  | 'thirdParty' // 第三人
  | 'appellant' // 上诉人
  | 'appellee' // 被上诉人
  | 'enforcementApplicant' // 申请执行人
  | 'judgmentDebtor'; // 被执行人

/** 案由 by what it says of paying: money owed, wages owed, or neither. */
export type CauseClass = 'debt' | 'labour' | 'other';

/** 裁判结果, as seen from the firm. */
export type CaseOutcome =
  | 'won' // 胜诉; for a defendant 驳回诉讼请求
  | 'partly' // 部分支持
  | 'lost' // 败诉
  | 'mediated' // 调解
  | 'withdrawn' // 撤诉
  | 'dismissed' // 驳回起诉, 不予受理
  | 'upheld'; // 维持原判: what the earlier stage decided

/** 结案方式 of an enforcement. 终结本次执行程序 ends the round and not the debt. */
export type EnforcementEnd =
  | 'performed' // 执行完毕
  | 'settled' // 和解履行
  | 'roundEnded' // 终结本次执行程序
  | 'terminated'; // 终结执行, 驳回, 销案

/**
 * 司法案件: one stage of one case, in one role. Record key: `caseNo|role`. Event: 立案日期. Stages of one case are tied
 * by `originCaseNo`; count cases by it, not records. 失信 and 限制消费 stand on the enforcement that led to them.
 */
export interface JudicialCase {
  /** 案号, normalised: half-width brackets, no blanks. */
  readonly caseNo: string;
  /** 原审案号 or 执行依据案号: the stage that this one continues. */
  readonly originCaseNo?: string;
  readonly court?: string;
  readonly role: CaseRole;
  /** 案由, as the court words it. */
  readonly cause?: string;
  readonly causeClass?: CauseClass;
  /** 标的额. */
  readonly claim?: Fen;
  /** 立案日期. */
  readonly filedOn?: LocalDate;
  /** 裁判日期. */
  readonly judgedOn?: LocalDate;
  readonly outcome?: CaseOutcome;
  /** 结案日期. */
  readonly closedOn?: LocalDate;
  readonly enforcementEnd?: EnforcementEnd;
  /** 执行标的, 未履行金额. */
  readonly enforced?: Fen;
  readonly unpaid?: Fen;
  /** 失信被执行人, 发布日期, 移出日期. */
  readonly dishonest?: boolean;
  readonly dishonestFrom?: LocalDate;
  readonly dishonestUntil?: LocalDate;
  /** 限制消费, 发布日期, 解除日期. */
  readonly limited?: boolean;
  readonly limitedFrom?: LocalDate;
  readonly limitedUntil?: LocalDate;
  /** A 结案日期, 移出日期 or 解除日期 was delivered and could not be read: whether the state still stands is unknown. */
  readonly endUnreadable?: true;
}
