import type { Fen, LocalDate, LocalMonth } from '#lib/kernel';

/** 缴费状态. `overdue`: the company calls the bill 欠费. */
export type WaterPayStatus = 'paid' | 'unpaid' | 'overdue';

/**
 * 水费账单: one bill of one account. Record key: `account|month`. Event: the first to the last day that the bill covers.
 * An account that serves several firms proves nothing of any of them: `shared`, and never computed with.
 */
export interface WaterBill {
  /** 户号, keyed hash: the number itself is not kept. */
  readonly account: string;
  /** 账单月份; of a bill for two months the later one. */
  readonly month: LocalMonth;
  /** 抄表周期 in months, where the company states it. */
  readonly cycle?: 1 | 2;
  /** 用水量 in hundredths of a cubic metre. */
  readonly volume?: number;
  /** 应缴金额. */
  readonly amount?: Fen;
  readonly status?: WaterPayStatus;
  /** 缴费日期. */
  readonly paidOn?: LocalDate;
  /** 欠费金额. */
  readonly arrearsAmount?: Fen;
  /** 欠费起始日: the first day on which the bill was overdue. */
  readonly arrearsSince?: LocalDate;
  /** 用水性质. */
  readonly tariffClass?: string;
  /** 估抄: the volume was estimated, the meter not read. */
  readonly estimated?: true;
  /** 共用户号. */
  readonly shared?: true;
}
