import type { LocalDate } from '#lib/kernel';

/** 严重违法失信名单: one listing. Record key: `listedOn|authority`. Event: from `listedOn` on. */
export interface SeriousViolation {
  /** 列入原因 in the bureau's words. */
  readonly reason?: string;
  /** 列入日期. */
  readonly listedOn: LocalDate;
  /** 列入机关. */
  readonly authority?: string;
  /** 移出日期; absent: still listed. */
  readonly removedOn?: LocalDate;
  readonly removalReason?: 'expired' | 'repaired' | 'listedInError' | 'other';
  /** True: a 移出日期 was delivered and could not be read, or lies before the listing: whether it is listed is unknown. */
  readonly removalUnreadable?: true;
}
