import type { LocalMonth } from '#lib/kernel';

/** Counts that the bureau withholds where they are small (小单元格隐匿): below 3. */
export type AggregateCount = 'headsBefore' | 'retained' | 'alumni';

/**
 * 社保统计: counts that the bureau computes itself, so that no person is delivered. One firm, one month. Record key: the
 * month. Event: its first to its last day.
 */
export interface SocialSecurityAggregate {
  /** 统计月份. */
  readonly month: LocalMonth;
  /** 12个月前参保人数, heads. */
  readonly headsBefore?: number;
  /** 留存人数: of those, still insured by the firm. */
  readonly retained?: number;
  /** 名企背景人数: heads who came from firms on the named lists. */
  readonly alumni?: number;
  /** 缴费基数分位档: 1 lowest to 5 highest. */
  readonly baseBand?: number;
  /** Counts that were withheld for being below 3, in code-unit order. */
  readonly suppressed?: readonly AggregateCount[];
}
