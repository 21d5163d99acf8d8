import type { LocalDate } from '#lib/kernel';

/** 科技资质, ascending: the tiers of PR01. */
export type QualificationTier =
  | 'techSme' // 科技型中小企业
  | 'innovSme' // 创新型中小企业
  | 'hnte' // 高新技术企业
  | 'srdi' // 专精特新中小企业
  | 'littleGiant'; // 专精特新“小巨人”企业

/** 培育名单: every other list. */
export type NurtureList =
  | 'hnteNurture' // 高新技术企业培育库
  | 'srdiNurture' // 专精特新培育库
  | 'singleChampion' // 制造业单项冠军
  | 'unicorn' // 独角兽
  | 'potentialUnicorn' // 潜在独角兽, 种子独角兽
  | 'gazelle' // 瞪羚
  | 'pendingListing' // 拟上市, 上市后备
  | 'futureStar'; // 未来之星

/** 撤销原因: forged material; another breach; or none of the firm's fault (期满, 自愿放弃, 更名换证). */
export type RevocationReason = 'forgery' | 'breach' | 'lapse';

/** 资质与培育名单: one entry of one list. Record key: `list|certNo`, else `list|batch`, else `list|validFrom`. Feed `QUA`. */
export interface Qualification {
  readonly list: QualificationTier | NurtureList;
  /** 级别 of the list. */
  readonly level?: 'state' | 'province' | 'city' | 'district';
  /** 证书编号, 入库登记编号. */
  readonly certNo?: string;
  /** 批次. */
  readonly batch?: string;
  /** 科技型中小企业 only: the calendar year for which the number is valid. */
  readonly year?: number;
  /** 有效期起, 发证日期, 公告日期; the event date. */
  readonly validFrom?: LocalDate;
  /** 有效期止, included; may lie in the future. */
  readonly validTo?: LocalDate;
  /** A 撤销日期 or 撤销原因 was delivered. */
  readonly revoked?: true;
  /** Absent with `revoked`: not stated, or unreadable. */
  readonly revokedOn?: LocalDate;
  /** Absent with `revoked`: not stated, or in words nobody knows. */
  readonly revokedFor?: RevocationReason;
}
