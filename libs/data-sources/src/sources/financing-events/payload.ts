import type { LocalDate, LocalMonth } from '#lib/kernel';
import type { FinancingAmount } from '../../normalise/financing-amount.ts';

type Letter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h';

/** 轮次. Chinese and English words of one round are one: A轮, A, Series A. */
export type FinancingRound =
  | 'seed' // 种子轮
  | 'angel' // 天使轮
  | `pre-${Letter}` // Pre-A轮
  | Letter // A轮
  | `${Letter}+` // A+轮, A1轮
  | 'strategic' // 战略投资
  | 'pre-ipo' // 上市前, Pre-IPO
  | 'ipo' // IPO上市
  | 'post-ipo' // IPO上市后, 定增
  | 'neeq' // 新三板挂牌
  | 'neeq-placement' // 新三板定增
  | 'acquisition' // 并购
  | 'crowdfunding' // 股权众筹
  | 'debt'; // 债权融资

/** 投资方类别, as far as the scorecard tells leads apart. */
export type InvestorClass =
  | 'person' // 个人, 天使投资人
  | 'fund' // 登记的私募基金 or its manager
  | 'top' // 头部机构, as the provider's own list says
  | 'corporate' // 产业资本
  | 'government'; // 政府引导基金

export interface Investor {
  /** Of an organisation; the name of a person, or of who might be one, is dropped at the door. */
  readonly name?: string;
  readonly class?: InvestorClass;
  /** 领投. Absent: not stated. */
  readonly lead?: boolean;
  /** 中基协登记编号: an investor that has one is a registered fund. */
  readonly amacNo?: string;
}

/**
 * 融资事件: one round as announced; announced is not paid, so it earns points only where registers show the money. Record
 * key: `round|date`, the announcement's, else the closing's. Event: the same day, to 信息截至日.
 */
export interface FinancingEvent {
  readonly round: FinancingRound;
  readonly announcedOn?: LocalDate;
  /** Instead of a day, where only the month is known. */
  readonly announcedMonth?: LocalMonth;
  /** 交割日期. */
  readonly closedOn?: LocalDate;
  /** Absent: not stated, or `undisclosed`. A range counts with its lower end. */
  readonly amount?: FinancingAmount;
  readonly undisclosed?: true;
  /** 投前估值. */
  readonly preMoney?: FinancingAmount;
  readonly investors?: readonly Investor[];
  /** What the provider says of verification by the register; scoring looks for itself. */
  readonly statedVerified?: boolean;
  readonly sourceUrl?: string;
  /** 信息截至日: part of the content, so that an event told again unchanged is known to be of the newer day. */
  readonly statedOn?: LocalDate;
}
