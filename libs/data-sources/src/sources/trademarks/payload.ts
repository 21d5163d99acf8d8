import type { LocalDate } from '#lib/kernel';

/** 商标状态. */
export type TrademarkStatus =
  | 'applied' // 申请中, 等待实质审查
  | 'announced' // 初审公告
  | 'opposed' // 异议中
  | 'registered' // 已注册
  | 'refused' // 驳回, 不予注册
  | 'cancelled' // 撤销, 注销
  | 'invalidated' // 宣告无效
  | 'expired'; // 期满未续展

/** 商标: one mark in one class. Record key: `regNo|class`. Event date: `appliedOn`, else `registeredOn`. Feed `TM`. */
export interface Trademark {
  /** 注册号 (申请号): one mark has one number in all its classes. */
  readonly regNo: string;
  /** 国际分类, 1–45. */
  readonly class: number;
  readonly name?: string;
  readonly appliedOn?: LocalDate;
  /** 注册公告日期. */
  readonly registeredOn?: LocalDate;
  /** 专用权期限止, may lie in the future. */
  readonly expiresOn?: LocalDate;
  readonly status?: TrademarkStatus;
  /** The date of `status`. */
  readonly statusOn?: LocalDate;
}
