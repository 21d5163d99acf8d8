import type { Fen, LocalDate } from '#lib/kernel';

/** 采购人类型. */
export type BuyerType =
  | 'government' /* 国家机关 */
  | 'institution' /* 事业单位 */
  | 'organisation' /* 团体组织 */
  | 'stateOwned' /* 国有企业 */
  | 'private'; /* 民营企业 */

/** 中标角色. */
export type BidRole = 'sole' | 'lead' | 'member';

/** 招采中标: one lot won by one firm. Record key: `projectNo|lot`, `projectNo` alone where there are no lots. */
export interface Bid {
  readonly projectNo: string;
  /** 标段(包)号. */
  readonly lot?: string;
  readonly projectName?: string;
  /** 采购人. */
  readonly buyer?: string;
  readonly buyerUscc?: string;
  readonly buyerType?: BuyerType;
  readonly role?: BidRole;
  /** 联合体成员数, the firm included. */
  readonly members?: number;
  /** 本企业份额, basis points of the amount. */
  readonly shareBp?: number;
  /** 中标金额 of the whole lot; in a framework often the same sum in every lot. */
  readonly amount?: Fen;
  /** 框架协议. */
  readonly framework?: boolean;
  /** 中标日期. */
  readonly wonOn?: LocalDate;
  readonly contractNo?: string;
  /** 已取消: the award was cancelled. */
  readonly cancelled?: boolean;
  /** 取消日期. */
  readonly cancelledOn?: LocalDate;
}
