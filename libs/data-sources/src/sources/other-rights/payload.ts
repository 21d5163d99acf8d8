import type { LocalDate } from '#lib/kernel';

/** 其他Ⅰ类知识产权. */
export type OtherRightKind =
  | 'layoutDesign' // 集成电路布图设计专有权
  | 'plantVariety' // 植物新品种
  | 'cropVariety' // 国家级农作物品种
  | 'drug' // 国家新药
  | 'protectedMedicine' // 国家一级中药保护品种
  | 'defencePatent'; // 国防专利

export type OtherRightStatus =
  | 'pending' // 申请中
  | 'inForce' // 有效
  | 'expired' // 届满, 终止
  | 'revoked'; // 撤销, 无效, 放弃

/** One right of class I that is no patent. Record key: `regNo`. Event date: `grantedOn`. Feed `ICL`. Titles are not kept. */
export interface OtherRight {
  /** 登记号, 品种权号, 证书号. */
  readonly regNo: string;
  readonly kind?: OtherRightKind;
  /** 登记(授权)公告日期. */
  readonly grantedOn?: LocalDate;
  /** 届满日期, may lie in the future. */
  readonly expiresOn?: LocalDate;
  readonly status?: OtherRightStatus;
  /** The date of `status`. */
  readonly statusOn?: LocalDate;
}
