import type { LocalDate } from '#lib/kernel';

/** 当前状态. */
export type LicenceStatus =
  | 'inForce' // 有效
  | 'suspended' // 暂扣, 中止
  | 'expired' // 过期
  | 'cancelled' // 注销
  | 'revoked'; // 撤销, 吊销

/** 行政许可: one permit. Record key: `licenceNo`. Event date: `validFrom`, else `decidedOn`. Feed `LIC`. */
export interface Licence {
  /** 许可编号; without one 行政许可决定文书号. */
  readonly licenceNo: string;
  /** 许可证书名称. */
  readonly type?: string;
  /** 许可决定日期. */
  readonly decidedOn?: LocalDate;
  /** 有效期自. */
  readonly validFrom?: LocalDate;
  /** 有效期至, included; may lie in the future. */
  readonly validTo?: LocalDate;
  /** 长期有效. */
  readonly openEnded?: true;
  readonly status?: LicenceStatus;
  /** 状态日期: the day of 撤销, 注销 or 暂扣. */
  readonly statusOn?: LocalDate;
}
