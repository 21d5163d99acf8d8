import {
  addMonths,
  daysBetween,
  parseLocalDate,
  parseUscc,
  type Fen,
  type LocalDate,
  type ProblemDetail,
} from '#lib/kernel';
import { MOST_FEN } from '../deals/checks.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';
import type { SharingTerms } from './sharing-terms.ts';

/** What a guarantor takes over from a bank without looking at it again (批量担保合作条件). */
export interface BatchTerms {
  /** 批次总额度: guaranteed principal outstanding under the agreement. */
  readonly batchMost: Fen;
  /** 单户上限: what one firm owes of loans under the agreement. */
  readonly singleMost: Fen;
  readonly termMostMonths: number;
  /** GB/T 4754 codes or their beginnings; empty: any. */
  readonly sectors: readonly string[];
  /** A loan is filed within so many days of its being paid out. */
  readonly filedWithinDays: number;
  readonly guaranteedBp: number;
  readonly tree: GuaranteeTerms['tree'];
  readonly feeBp: number;
  /** 分险方案; absent where the agreement was recorded before it was asked: then that of its programme. */
  readonly sharing?: SharingTerms;
}

export interface BatchAgreement {
  readonly agreementId: string;
  readonly guarantor: string;
  readonly bank: string;
  readonly programme: string;
  readonly validFrom: LocalDate;
  /** The last day on which a loan of it may be paid out. */
  readonly validTo: LocalDate;
  readonly terms: BatchTerms;
}

/** One loan of a file, as the bank states it; values are not trusted. */
export interface BatchRow {
  /** The bank's own number of the loan: names the row in its batch. */
  readonly rowKey: string;
  readonly uscc: string;
  readonly principal: number;
  readonly drawnOn: string;
  readonly maturity: string;
  readonly guaranteedBp: number;
  /** GB/T 4754; null: not stated. */
  readonly industry: string | null;
  readonly smallFirm: boolean | null;
  /** 贷款推荐业务 on this platform. */
  readonly loanDealId: string | null;
  /** 企业同意报送结果, the last day; null: it did not agree. */
  readonly outcomesUntil: string | null;
}

/** Why a row is not taken over (例外原因); `field` names its column. */
export type BatchReason = Required<Pick<ProblemDetail, 'code' | 'zh' | 'en' | 'field'>>;

/** Every reason why a row does not fit its agreement (pure); caps of the guarantor are another matter. `outstanding`: under the agreement before it. */
export function rowReasons(
  row: BatchRow,
  { terms, validFrom, validTo }: Pick<BatchAgreement, 'terms' | 'validFrom' | 'validTo'>,
  {
    today,
    outstanding,
    ofFirm,
    guaranteed,
  }: {
    readonly today: LocalDate;
    readonly outstanding: Fen;
    /** Loans of the firm that are outstanding under the agreement before it. */
    readonly ofFirm: Fen;
    readonly guaranteed: (loan: Fen) => Fen;
  },
): BatchReason[] {
  const reasons: BatchReason[] = [];
  const add = (when: boolean, field: keyof BatchRow, code: string, zh: string, en: string): void =>
    void (when && reasons.push({ code, field, zh, en }));
  const { principal, guaranteedBp, industry } = row;

  add(!/^[\w.-]{1,60}$/.test(row.rowKey), 'rowKey', 'row-key-invalid', '贷款编号有误', 'not a number of a loan');
  const uscc = parseUscc(row.uscc);
  add(
    !uscc.ok || uscc.value.checkDigitExpected !== undefined,
    'uscc',
    'uscc-invalid',
    '统一社会信用代码有误',
    'not a unified code',
  );
  const amount = Number.isSafeInteger(principal) && principal > 0 && principal <= MOST_FEN ? (principal as Fen) : null;
  add(amount === null, 'principal', 'amount-invalid', '金额应为正整数分', 'a whole positive number of fen is expected');
  const most = terms.singleMost;
  add(
    (amount ?? principal) + ofFirm > most,
    'principal',
    'batch-single-passed',
    `超过单户上限${most}分`,
    `more than ${most} fen for one firm`,
  );
  const after = amount === null ? outstanding : outstanding + guaranteed(amount);
  add(
    after > terms.batchMost,
    'principal',
    'batch-limit-passed',
    `超过批次总额度${terms.batchMost}分`,
    `more than the ${terms.batchMost} fen of the agreement`,
  );

  const drawnOn = parseLocalDate(row.drawnOn);
  const maturity = parseLocalDate(row.maturity);
  add(drawnOn === undefined, 'drawnOn', 'date-invalid', '放款日有误', 'not a day');
  add(maturity === undefined, 'maturity', 'date-invalid', '到期日有误', 'not a day');
  if (drawnOn) {
    add(drawnOn > today, 'drawnOn', 'batch-drawn-later', '放款日晚于今天', 'not paid out yet');
    const inForce = drawnOn >= validFrom && drawnOn <= validTo;
    add(
      !inForce,
      'drawnOn',
      'batch-not-in-force',
      '放款日不在协议有效期内',
      'paid out when the agreement was not in force',
    );
    const late = daysBetween(drawnOn, today) > terms.filedWithinDays;
    const days = terms.filedWithinDays;
    add(late, 'drawnOn', 'batch-filed-late', `须在放款后${days}日内报送`, `to be filed within ${days} days`);
    if (maturity) {
      add(
        maturity <= drawnOn,
        'maturity',
        'date-invalid',
        '到期日不晚于放款日',
        'does not lie after the day of payment',
      );
      const long = maturity > addMonths(drawnOn, terms.termMostMonths);
      const months = terms.termMostMonths;
      add(long, 'maturity', 'batch-term-passed', `期限超过${months}个月`, `longer than ${months} months`);
    }
  }
  const { outcomesUntil } = row;
  const agreed = outcomesUntil === null || parseLocalDate(outcomesUntil) !== undefined;
  add(!agreed, 'outcomesUntil', 'date-invalid', '同意期限有误', 'not a day');
  add(
    guaranteedBp !== terms.guaranteedBp,
    'guaranteedBp',
    'batch-ratio-differs',
    `担保比例应为${terms.guaranteedBp}基点`,
    `the ratio agreed is ${terms.guaranteedBp} bp`,
  );
  const inSector = terms.sectors.length === 0 || terms.sectors.some((sector) => industry?.startsWith(sector));
  add(
    !inSector,
    'industry',
    industry === null ? 'batch-sector-unknown' : 'batch-sector-differs',
    industry === null ? '未注明行业' : '行业不在协议范围内',
    industry === null ? 'the sector is not stated' : 'the sector is not one of the agreement',
  );
  return reasons;
}

/** The terms of the guarantee that a row becomes. */
export const termsOfRow = (row: BatchRow, { guarantor, bank, terms }: BatchAgreement): GuaranteeTerms => ({
  guarantorId: guarantor,
  bankId: bank,
  reGuarantorId: null,
  principal: row.principal as Fen,
  termMonths: terms.termMostMonths,
  guaranteedBp: terms.guaranteedBp,
  tree: terms.tree,
  feeBp: terms.feeBp,
  smallFirm: row.smallFirm,
  programmeMost: terms.singleMost,
  // Nobody decides again, so that no line is held against what the bank lent.
  suggestedLine: null,
  loanDealId: row.loanDealId,
  outcomesUntil: row.outcomesUntil as LocalDate | null,
  purpose: '见贷即担 batch guarantee',
  ...(terms.sharing === undefined ? {} : { sharing: terms.sharing }),
});
