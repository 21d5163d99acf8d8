import type { Fen, LocalDate } from '#lib/kernel';

/** 年报公示: that and when the report of a year was filed. Record key: `filing|year`. Event: `filedOn`. Feed `ANRF`. */
export interface AnnualReportFiling {
  readonly kind: 'filing';
  /** 年报年度, YYYY. */
  readonly year: number;
  /** 首次公示日期; absent where the bureau says it was not filed, or leaves the date out. */
  readonly filedOn?: LocalDate;
  /** 是否公示 as stated. */
  readonly filed?: boolean;
  /** 数据日期: the day of a statement that nothing was filed. */
  readonly statedOn?: LocalDate;
}

/**
 * 年报数据: the figures of one year. Record key: `figures|year|version`; a correction (更正) is a record of its own, so old
 * and new stand side by side (公示条例 art. 12). Event: `filedOn`, else the first day on which it could be filed. Feed `ANR`.
 */
export interface AnnualReportFigures {
  readonly kind: 'figures';
  readonly year: number;
  /** 公示或更正日期 of these figures. */
  readonly filedOn?: LocalDate;
  /** 更正次数 as stated: 0 is the first filing. */
  readonly version?: number;
  /** 从业人数, heads. */
  readonly employees?: number;
  /** 参保人数 as reported, heads. */
  readonly insured?: number;
  readonly assets?: Fen;
  readonly liabilities?: Fen;
  /** 所有者权益, may be negative. */
  readonly equity?: number;
  readonly revenue?: Fen;
  readonly mainRevenue?: Fen;
  /** 利润总额, net profit: 分, may be negative. */
  readonly profit?: number;
  readonly netProfit?: number;
  /** 纳税总额. */
  readonly tax?: Fen;
  /** 对外担保总额. */
  readonly guarantees?: Fen;
  /** Figures that the firm chose not to publish (企业选择不公示), by field, in code-unit order. */
  readonly notPublic?: readonly string[];
}

export type AnnualReport = AnnualReportFiling | AnnualReportFigures;
