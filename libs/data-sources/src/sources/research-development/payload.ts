import type { Fen, LocalDate } from '#lib/kernel';

/**
 * 研发年度数据: what a firm declared for one fiscal year, at the tax settlement (汇算清缴) or to the science authority.
 * Record key: `year|YYYY`. Event: the last day of the year, to the day of declaration. Feed `RND`.
 */
export interface ResearchYear {
  readonly kind: 'year';
  /** 年度, YYYY. */
  readonly year: number;
  /** 研发费用. */
  readonly expenditure?: Fen;
  /** 研发人员数, heads. */
  readonly staff?: number;
  /** 职工总数, heads. */
  readonly allStaff?: number;
  /** 高新技术产品(服务)收入. */
  readonly hightechRevenue?: Fen;
  /** 营业收入. */
  readonly revenue?: Fen;
  /** 成本费用总额. */
  readonly totalCost?: Fen;
  /** 研发费用加计扣除额. */
  readonly superDeduction?: Fen;
  /** 技术合同成交额 of the year as declared; the registered contracts stand beside it. */
  readonly contractAmount?: Fen;
  /** 申报日期. */
  readonly declaredOn?: LocalDate;
}

/** 技术合同类别. */
export type TechnologyContractType =
  | 'development' /* 技术开发 */
  | 'transfer' /* 技术转让 */
  | 'licence' /* 技术许可 */
  | 'consulting' /* 技术咨询 */
  | 'service'; /* 技术服务 */

/** 技术合同登记: one registered contract, held by its seller. Record key: `contract|contractNo`. Feed `RND.contracts`. */
export interface TechnologyContract {
  readonly kind: 'contract';
  /** 合同登记编号. */
  readonly contractNo: string;
  readonly type?: TechnologyContractType;
  /** 买方统一社会信用代码; a buyer without one may be a person and is not kept. */
  readonly buyerUscc?: string;
  /** 合同成交总额. */
  readonly amount?: Fen;
  /** 技术交易额: the part of it that is technology. */
  readonly technologyAmount?: Fen;
  /** 登记日期. */
  readonly registeredOn?: LocalDate;
  /** 已注销: the registration was struck. */
  readonly cancelled?: boolean;
  /** 注销日期. */
  readonly cancelledOn?: LocalDate;
}

export type ResearchDevelopment = ResearchYear | TechnologyContract;
