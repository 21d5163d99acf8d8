import type { LocalDate } from '#lib/kernel';

/** 孵化与高校衍生: the firm sits in an incubator, or came out of a university. Record key: `kind|from`. Feed `AFF`. */
export interface Affiliation {
  /** `national` 国家级孵化器, 众创空间; `city` those of province, city and district; `university` 高校衍生, 大学科技园. */
  readonly kind: 'city' | 'national' | 'university';
  /** 载体名称. */
  readonly host?: string;
  /** 入驻日期; the event date. */
  readonly from: LocalDate;
  /** 毕业(离园)日期, included; may lie in the future. */
  readonly to?: LocalDate;
  /** A 毕业(离园)日期 was delivered that cannot be used. */
  readonly toUnreadable?: true;
}
