import type { Fen, LocalDate } from '#lib/kernel';

/** 股权出质: one pledge. Record key: `registrationNo`. Event: from `registeredOn` on. */
export interface EquityPledge {
  /** 登记编号. */
  readonly registrationNo: string;
  /** 出质人 as a keyed hash: it may be a person. */
  readonly pledgor?: string;
  /** 质权人 where it is an organisation. */
  readonly pledgee?: string;
  /** 出质股权数额 where it is money of a limited company. */
  readonly amount?: Fen;
  /** 出质股权数额 where it is shares of a company limited by shares, whole shares. */
  readonly shares?: number;
  /** 股份总数 of the firm that issued them, where stated. */
  readonly totalShares?: number;
  /** 出质登记日期. */
  readonly registeredOn?: LocalDate;
  /** 注销, 撤销日期. */
  readonly endedOn?: LocalDate;
  /** 状态: in force, cancelled, or annulled (never in force). */
  readonly status?: 'inForce' | 'cancelled' | 'annulled';
  /** True: a 注销日期 was delivered and could not be read, or lies before the registration. */
  readonly endUnreadable?: true;
}
