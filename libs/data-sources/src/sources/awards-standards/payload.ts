import type { LocalDate } from '#lib/kernel';

/** 奖励与标准: one award, or one standard that the firm drafted. Record key: `kind|no`. Event date: `on`. Feed `AWD`. */
export interface AwardOrStandard {
  readonly kind: 'award' /* 科技奖励 */ | 'standard' /* 标准制定 */;
  /** 证书编号, 标准编号. */
  readonly no: string;
  readonly title?: string;
  /** Of awards: 国家, 省, 市, 区; of standards: 国际, 国家, 行业, 地方, 团体. */
  readonly level?: 'international' | 'state' | 'industry' | 'province' | 'city' | 'district' | 'local' | 'association';
  /** 授予日期, 发布日期. */
  readonly on?: LocalDate;
}
