import type { Fen, LocalDate, LocalMonth } from '#lib/kernel';

/** 险种. `all`: the bureau states the arrears of all insurances as one sum. */
export type InsuranceType = 'pension' | 'medical' | 'unemployment' | 'injury' | 'maternity' | 'all';

/** 社保缴费: one firm, one month. Record key: the month. Event: its first to its last day. Feed `SOC`. */
export interface SocialSecurityMonth {
  readonly kind: 'month';
  /** 费款所属期: the month that the contributions belong to, whenever they were paid. */
  readonly month: LocalMonth;
  /** 参保总人数, heads; where the bureau left it out, the largest of the four counts below. */
  readonly insuredTotal?: number;
  readonly pension?: number;
  readonly medical?: number;
  readonly unemployment?: number;
  readonly injury?: number;
  /** 缴费基数合计. */
  readonly baseSum?: Fen;
  /** 到账标志. */
  readonly paid?: boolean;
  /** 到账日期: on time = not after the last day of the month that follows. */
  readonly paidOn?: LocalDate;
}

/** 社保欠缴: one insurance, one stretch of months. Record key: `arrears|type|fromMonth`. Feed `SOC.arrears`. */
export interface SocialSecurityArrears {
  readonly kind: 'arrears';
  readonly type: InsuranceType;
  /** 欠费金额. */
  readonly amount?: Fen;
  /** 欠费起月, 欠费止月, both included; no `toMonth`: one month or still running. */
  readonly fromMonth: LocalMonth;
  readonly toMonth?: LocalMonth;
  /** 清缴日期; absent: open. */
  readonly clearedOn?: LocalDate;
  /** The bureau delivered a 清缴日期 that could not be read: whether it is open is unknown. */
  readonly clearedUnreadable?: true;
}

/**
 * 核实记录: a steward looked into a jump of heads in one month. Record key: `confirmation|month`. Event: the month, so
 * that what decides is when the record became known. Feed `SOC.confirmations`.
 */
export interface SocialSecurityConfirmation {
  readonly kind: 'confirmation';
  /** 费款所属期 of the jump. */
  readonly month: LocalMonth;
  /** 核实结论: true, the heads are real; false, they are not. */
  readonly confirmed: boolean;
  /** 核实日期. */
  readonly confirmedOn?: LocalDate;
  /** 核实依据. */
  readonly basis?: string;
}

export type SocialSecurity = SocialSecurityMonth | SocialSecurityArrears | SocialSecurityConfirmation;
