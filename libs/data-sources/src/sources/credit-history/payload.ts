import type { Fen, LocalDate } from '#lib/kernel';

/**
 * 信贷记录: what one authorised query, or the firm's own report, says on its day. Record key and event: 查询日期. A query
 * that finds no loan is a record with `hasLoan: false`; without a record nothing is known.
 */
export interface CreditHistory {
  /** 查询日期. */
  readonly queriedOn: LocalDate;
  /** 授权书编号 of the query; absent: the firm handed in its own report. */
  readonly authorisation?: string;
  readonly ownReport?: true;
  /** 有无信贷记录, 贴现 included. */
  readonly hasLoan?: boolean;
  /** 首贷日期. */
  readonly firstLoanOn?: LocalDate;
  /** 授信机构数. */
  readonly lenders?: number;
  /** 贷款余额. */
  readonly balance?: Fen;
  /** 近24个月最长逾期天数, 当前逾期天数. */
  readonly maxOverdueDays?: number;
  readonly overdueDays?: number;
  /** 逾期结清日期 of the last one. */
  readonly overdueClearedOn?: LocalDate;
  /** 对外担保余额. */
  readonly guaranteeBalance?: Fen;
  /** 被追偿余额: what a guarantor paid for the firm and has not got back. */
  readonly claimUnpaid?: Fen;
}
