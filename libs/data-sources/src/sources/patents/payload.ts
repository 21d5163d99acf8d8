import type { LocalDate } from '#lib/kernel';

/** 专利类型 by the digit of the application number: 1, 2, 3, and 8, 9 for PCT entries. */
export type PatentType = 'invention' | 'utilityModel' | 'design' | 'pctInvention' | 'pctUtilityModel';

/** 法律状态. */
export type PatentStatus =
  | 'published' // 公开
  | 'examination' // 实质审查
  | 'granted' // 授权
  | 'rejected' // 驳回
  | 'deemedWithdrawn' // 视撤, 撤回
  | 'lapsedFee' // 未缴年费终止
  | 'expired' // 期满
  | 'invalidated' // 无效
  | 'abandoned'; // 放弃

/**
 * 专利: one application as it concerns one applicant. Record key: `appNo`, the same before grant (CN…) and after (ZL…).
 * The firm's share is 1 ÷ `applicants`. Event date: `filedOn`.
 */
export interface Patent {
  /** 申请号, normalised: twelve digits (eight before October 2003), point, check digit, e.g. `202310123456.7`. */
  readonly appNo: string;
  readonly type: PatentType;
  readonly title?: string;
  readonly ipcMain?: string;
  readonly ipcs?: readonly string[];
  readonly filedOn?: LocalDate;
  readonly publishedOn?: LocalDate;
  readonly grantedOn?: LocalDate;
  readonly status?: PatentStatus;
  /** The date of `status`: a status after as_of is undone where the other dates allow. */
  readonly statusOn?: LocalDate;
  /** 申请人数, all applicants of the row with or without USCC, ≥ 1. */
  readonly applicants: number;
  /** 原始申请人: this firm was an applicant at filing. Absent: not stated. */
  readonly original?: boolean;
  /** 转让日期 of the newest assignment. */
  readonly assignedOn?: LocalDate;
  readonly inventors?: number;
  /** 年费已缴至, may lie in the future. */
  readonly feePaidUntil?: LocalDate;
  /** 海外同族数: members of the family filed outside mainland China, this application not counted. */
  readonly overseasFamily?: number;
  /** A PCT application belongs to the family. Always true for the two PCT types. */
  readonly pct?: boolean;
  /** 质押. */
  readonly pledged?: boolean;
  /** 许可. */
  readonly licensed?: boolean;
  /** 获国家科学技术奖或中国专利奖. */
  readonly awarded?: boolean;
}
