import type { LocalDate } from '#lib/kernel';

/** 事项类别. */
export type MatterCategory =
  | 'establishment' /* 设立 */
  | 'change' /* 变更 */
  | 'permit' /* 许可 */
  | 'subsidy' /* 资助申报 */
  | 'talent' /* 人才 */
  | 'project' /* 项目 */
  | 'tax' /* 税务 */
  | 'query' /* 查询 */
  | 'other';

/** 办理结果. */
export type MatterResult = 'granted' | 'refused' | 'withdrawn' | 'pending';

/** 政务办事: one case. Record key: 办件流水号. Event: application to completion. */
export interface GovernmentMatter {
  readonly serialNo: string;
  readonly matterCode?: string;
  readonly matterName?: string;
  readonly category?: MatterCategory;
  readonly appliedOn?: LocalDate;
  /** 办结日期. */
  readonly finishedOn?: LocalDate;
  readonly result?: MatterResult;
  /** 办理渠道. */
  readonly channel?: 'online' | 'window' | 'self-service';
}
