import type { Fen, LocalDate, LocalMonth } from '#lib/kernel';

/** 追回原因: `fraud` is 骗取, 弄虚作假, 虚假材料; `other` a project not finished, money left over, a firm that moved away. */
export type ClawbackReason = 'fraud' | 'other';

export type SubsidyLevel = 'state' | 'province' | 'city' | 'district';

/** 状态. An award counts as withdrawn when any record of its project says `withdrawn` or `clawedBack`. */
export type SubsidyStatus =
  | 'announced' /* 公示 */
  | 'approved' /* 立项 */
  | 'paid' /* 拨付 */
  | 'withdrawn' /* 撤销 */
  | 'clawedBack'; /* 追回 */

/**
 * 资助补贴: one award, or one payment of it. Record key: `projectNo` for a row without 拨付日期, else
 * `projectNo|paidOn`: one project is often paid in several rows. Count awards distinct by `projectNo`; 批复金额 is
 * repeated in each row, only `paidAmount` adds up.
 */
export interface Subsidy {
  readonly projectNo: string;
  readonly projectName?: string;
  /** 计划类别. */
  readonly programme?: string;
  readonly level?: SubsidyLevel;
  /** 主管部门. */
  readonly department?: string;
  /** 竞争性: awarded in competitive review. Absent: not stated. */
  readonly competitive?: boolean;
  readonly status?: SubsidyStatus;
  /** 批复金额. */
  readonly approvedAmount?: Fen;
  /** 拨付金额 of this row. */
  readonly paidAmount?: Fen;
  /** 批复日期. */
  readonly approvedOn?: LocalDate;
  /** Instead of `approvedOn` where the bureau states only the month. */
  readonly approvedMonth?: LocalMonth;
  /** 拨付日期. */
  readonly paidOn?: LocalDate;
  /** 追回日期. */
  readonly clawedBackOn?: LocalDate;
  /** Absent: not stated, or in words that say neither. */
  readonly clawbackReason?: ClawbackReason;
}
