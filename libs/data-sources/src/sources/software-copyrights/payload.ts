import type { LocalDate } from '#lib/kernel';

/** 软件著作权: one registration as it concerns one holder. Record key: `regNo`. Event date: `registeredOn`. Feed `CPR`. */
export interface SoftwareCopyright {
  /** 登记号, e.g. `2020SR0123456`. */
  readonly regNo: string;
  /** 软件名称. */
  readonly title: string;
  /** The title without version and edition: products are counted distinct by it. */
  readonly product: string;
  /** 版本号. */
  readonly version?: string;
  /** 开发完成日期. */
  readonly completedOn?: LocalDate;
  /** 首次发表日期. */
  readonly publishedOn?: LocalDate;
  /** 登记日期. */
  readonly registeredOn?: LocalDate;
  /** 权利取得方式: 原始取得, or 受让, 承受, 继承. Absent: not stated. */
  readonly acquisition?: 'original' | 'acquired';
}
