import type { LocalDate } from '#lib/kernel';

export type TalentLevel = 'state' | 'province' | 'city' | 'district';

/** 人才计划: how many people of a level work for the firm. Record key: `level|asOf`. Event date: `asOf`. Feed `TAL`. */
export interface TalentCount {
  /** 人才计划级别. */
  readonly level: TalentLevel;
  /** 人数, heads. Names are blanked at the door. */
  readonly count?: number;
  /** 统计日期. */
  readonly asOf: LocalDate;
}
