import type { LocalDate } from '#lib/kernel';

/** 列入原因 (公示条例 art. 17, 经营异常名录管理办法). */
export type AbnormalReason =
  | 'annualReport' // 未按期公示年报
  | 'disclosure' // 未按责令期限公示信息
  | 'falseDisclosure' // 公示信息隐瞒真实情况, 弄虚作假
  | 'unreachable' // 通过登记的住所无法联系
  | 'other';

/** 移出原因. */
export type RemovalReason =
  | 'cured' // 补报, 履行公示义务, 恢复联系
  | 'listedInError' // 列入错误, 撤销列入决定: it never happened
  | 'repaired' // 信用修复
  | 'other';

/** 经营异常名录: one listing. Record key: `listedOn|authority`. Event: from `listedOn` on. */
export interface AbnormalListing {
  readonly reason?: AbnormalReason;
  /** 列入日期. */
  readonly listedOn: LocalDate;
  /** 作出决定机关 (列入). */
  readonly authority?: string;
  /** 移出日期; absent: still listed. */
  readonly removedOn?: LocalDate;
  readonly removalReason?: RemovalReason;
  /** True: a 移出日期 was delivered and could not be read, or lies before the listing: whether it is listed is unknown. */
  readonly removalUnreadable?: true;
}
