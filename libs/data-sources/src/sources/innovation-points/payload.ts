import type { LocalDate } from '#lib/kernel';

/** 创新积分: one evaluation of one firm. Record key: version and day. Event: the day. */
export interface InnovationPoints {
  /** 积分制版本: v1 (2024, 18 indicators, of 100) or v2 (2025, of 130 with the bonus). */
  readonly version: 'v1' | 'v2';
  /** 评价日期. */
  readonly on: LocalDate;
  /** 积分, in tenths. */
  readonly scoreTenths: number;
  /** 满分, in tenths, as the publisher states it: regional rules add points of their own. Absent: not stated. */
  readonly maxTenths?: number;
}
