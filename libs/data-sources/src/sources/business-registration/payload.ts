import type { LocalDate } from '#lib/kernel';
import type { Money } from '../../normalise/money.ts';

/** 登记状态 (domain §1.4, 1a). */
export type RegistrationStatus =
  | 'active' // 存续, 在营, 开业, 在册
  | 'dormant' // 歇业
  | 'relocated' // 迁出
  | 'revoked' // 吊销, 未注销
  | 'cancelled' // 注销
  | 'annulled' // 撤销登记
  | 'ordered-closed' // 责令关闭
  | 'liquidating' // 清算
  | 'bankrupt' // 破产
  | 'suspended' // 停业
  | 'separate-register'; // 另册管理

/** 企业类型 in the words that scoring and lists need; `typeText` keeps what the bureau wrote. */
export type EnterpriseType =
  | 'limitedCompany' // 有限责任公司
  | 'jointStock' // 股份有限公司, 股份制
  | 'branch' // 分公司, 分支机构, 经营单位
  | 'representativeOffice' // 办事处, 办事机构, 代表处, 常驻代表机构
  | 'individual' // 个体工商户
  | 'cooperative' // 农民专业合作社
  | 'stockCooperative' // 股份合作制
  | 'partnership' // 合伙
  | 'soleProprietorship' // 个人独资, 私营独资
  | 'collective' // 集体所有制
  | 'stateOwned' // 国有, 全民
  | 'foreignInvested' // 外商投资, 港澳台
  | 'private' // 私营企业
  | 'contractProcessing' // 来料加工, 三来一补
  | 'nonProfit' // 事业单位, 社团, 民办非企业
  | 'other';

/** 工商登记: one firm as one register states it. Record key: the layout, `bureau` or `open-register`. */
export interface BusinessRegistration {
  /** Normalised: half-width brackets, single blanks. */
  readonly name?: string;
  /** 注册号, as delivered after normalisation; an alias, never a key. */
  readonly registrationNo?: string;
  readonly type?: EnterpriseType;
  /** The bureau's own words for the type; only where they were recognised. */
  readonly typeText?: string;
  /** False for a branch or an office (by type or name): kept and scored, never listed, no line. */
  readonly legalPerson: boolean;
  /** 成立日期. */
  readonly establishedOn: LocalDate;
  /** 注册资本, subscribed. */
  readonly registeredCapital?: Money;
  /** 实收资本. Stated 0 is 0; not stated is absent. Only the bureau states it. */
  readonly paidCapital?: Money;
  /** GB/T 4754-2017: the letter and up to four digits where known (`I6513`), else the digits as delivered. */
  readonly industry?: string;
  readonly status?: RegistrationStatus;
  /** GB/T 2260, six digits, as the register states it; the open register states none. */
  readonly region?: string;
  /** 所在省份, 地区: words of the open register. */
  readonly province?: string;
  readonly city?: string;
  readonly address?: string;
  /** 经营范围. */
  readonly scope?: string;
  /** 登记机关. */
  readonly authority?: string;
}
