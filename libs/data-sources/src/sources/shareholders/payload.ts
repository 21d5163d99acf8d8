import type { Fen, LocalDate } from '#lib/kernel';

/** 股东类型, as far as scoring tells holders apart. */
export type HolderType =
  | 'person' // 自然人
  | 'enterprise' // 企业法人, 合伙企业
  | 'fund' // 私募基金, 创业投资
  | 'government' // 国资, 政府引导基金
  | 'foreign' // 外国投资者, 港澳台投资者
  | 'platform' // 员工持股平台, 持股平台: a vehicle of founders or staff
  | 'other';

/** 出资方式. */
export type PayMethod = 'cash' | 'inKind' | 'intellectualProperty' | 'landUse' | 'equity' | 'debt' | 'other';

/** 股权取得方式: how the holder came by this share; only an increase of capital brings the firm new money. */
export type Acquisition = 'founding' | 'increase' | 'transfer';

/**
 * 股东出资: what one holder pays on one day. Record key: the holder, with `|paidOn` where there is a payment; so a
 * holder who pays twice has two records, and `subscribed` is repeated in each: never add it up.
 * Event: `paidOn` (else `joinedOn`) to `statedOn`, the day up to which the register vouches for it.
 */
export interface Shareholding {
  /**
   * The holder inside this firm: the USCC of an organisation, `org:` and its name, or `person:` and a keyed hash of a
   * natural person. A holder without a known type is hashed as a person would be.
   */
  readonly holder: string;
  readonly holderType?: HolderType;
  /** 股东名称 of an organisation; never of a person. */
  readonly holderName?: string;
  /** 认缴出资额 of this holder in all. */
  readonly subscribed?: Fen;
  /** 实缴出资额 of this payment: the part that is registered capital. */
  readonly paid?: Fen;
  /** 投资总额 of this payment with its premium (含资本公积), where proof of payment was given. */
  readonly invested?: Fen;
  readonly payMethod?: PayMethod;
  readonly acquisition?: Acquisition;
  /** 入股日期: since when this holder is on the register. */
  readonly joinedOn?: LocalDate;
  /** 认缴出资期限, may lie ahead. */
  readonly dueOn?: LocalDate;
  /** 实缴出资日期. */
  readonly paidOn?: LocalDate;
  /** 数据日期. */
  readonly statedOn?: LocalDate;
}
