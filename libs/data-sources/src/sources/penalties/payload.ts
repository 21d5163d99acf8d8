import type { Fen, LocalDate } from '#lib/kernel';

/** 处罚类别 (行政处罚法 art. 9). Severity is the answer of a reference table, never read from the category alone. */
export type PenaltyKind =
  | 'warning' // 警告, 通报批评
  | 'fine' // 罚款
  | 'confiscation' // 没收违法所得, 没收非法财物
  | 'suspension' // 暂扣许可证件, 降低资质等级
  | 'revocation' // 吊销许可证件
  | 'restriction' // 限制开展生产经营活动, 责令停产停业, 责令关闭, 限制从业
  | 'other';

/** 行政处罚: one decision. Record key: 决定书文号. Event: 处罚决定日期. */
export interface Penalty {
  readonly docNo: string;
  /** 处罚机关. */
  readonly department?: string;
  /** 违法行为类型. */
  readonly offence?: string;
  /** 处罚类别, all that the decision combines, in the order of the list above. */
  readonly kinds?: readonly PenaltyKind[];
  /** 罚款金额, 没收金额. */
  readonly fine?: Fen;
  readonly confiscated?: Fen;
  readonly decidedOn?: LocalDate;
  /** 公示截止期, the last day on which it is published; may lie ahead. Absent: no end stated. */
  readonly publicUntil?: LocalDate;
  /** 信用修复日期: none from this day on. */
  readonly repairedOn?: LocalDate;
  /** A 信用修复日期 or 公示截止期 was delivered and could not be read: whether it is still published is unknown. */
  readonly endUnreadable?: true;
}
