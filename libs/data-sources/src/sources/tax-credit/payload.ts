import type { Fen, LocalDate } from '#lib/kernel';

/** 纳税信用级别. M is no bad grade: a new firm, or one without income that reaches 70 points. */
export type TaxGrade = 'A' | 'B' | 'M' | 'C' | 'D';

/**
 * 纳税信用: one firm, one year of assessment, and where it stands with the tax authority. Record key: the year. Event:
 * 公布日期, else 1 April of the year after, when grades are due; to 数据日期, the day up to which the office vouches for it.
 */
export interface TaxCredit {
  /** 评价年度. */
  readonly year: number;
  readonly grade?: TaxGrade;
  /** 评价得分, tenths of a point. */
  readonly scoreTenths?: number;
  /** 公布日期. */
  readonly publishedOn?: LocalDate;
  /** 非正常户, as the office states it. */
  readonly abnormal?: boolean;
  /** 非正常户认定日期, 解除日期. */
  readonly abnormalFrom?: LocalDate;
  readonly abnormalUntil?: LocalDate;
  /** 欠税公告余额; 0: stated that there is none. */
  readonly arrears?: Fen;
  /** 欠税公告日期, 清缴日期. */
  readonly arrearsFrom?: LocalDate;
  readonly arrearsClearedOn?: LocalDate;
  /** A 解除日期 or 清缴日期 was delivered and could not be read: whether the state still stands is unknown. */
  readonly endUnreadable?: true;
  /** 已缴税额 of the year, only with the firm's authorisation. */
  readonly taxPaid?: Fen;
  /** 数据日期: part of the content, so that a year stated again unchanged is known to be of the newer day. */
  readonly statedOn?: LocalDate;
}
