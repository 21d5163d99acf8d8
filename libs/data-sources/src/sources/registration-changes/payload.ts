import type { LocalDate } from '#lib/kernel';
import type { Money } from '../../normalise/money.ts';

/** 变更事项. */
export type ChangeItem =
  | 'name' // 名称
  | 'address' // 住所
  | 'legalRep' // 法定代表人
  | 'controller' // 实际控制人
  | 'capital' // 注册资本
  | 'paidCapital' // 实收资本
  | 'capitalReductionNotice' // 减资公告
  | 'shareholder' // 股东, 投资人
  | 'scope' // 经营范围
  | 'type' // 企业类型
  | 'term' // 营业期限
  | 'officers'; // 董事, 监事, 高管

/**
 * 变更记录: one change of one item on one day. Record key: `item|changedOn|hash of before and after`; a row that swaps
 * before and after (前后颠倒) has the same key. Event: `changedOn`.
 * Texts stand here for name, address, scope, type and term only; of persons nothing is kept.
 */
export interface RegistrationChange {
  readonly item: ChangeItem;
  /** 变更日期; of a notice the day it was published. */
  readonly changedOn: LocalDate;
  readonly before?: string;
  readonly after?: string;
  /** 设立登记 booked as a change: nothing stood before. */
  readonly first?: true;
  readonly beforeCapital?: Money;
  readonly afterCapital?: Money;
  /** 区划 before and after a move, six digits, as delivered. */
  readonly beforeRegion?: string;
  readonly afterRegion?: string;
  /** 区县 as the address names it (南山区), for bureaus that state no code. */
  readonly beforeDistrict?: string;
  readonly afterDistrict?: string;
}
