import { addMonths, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';

export interface GuaranteeTerm extends Text {
  readonly state: 'pass' | 'fail' | 'unknown';
  /** The first expiry that will do; null while the maturity of the loan is not known. */
  readonly earliest: LocalDate | null;
}

/**
 * Whether a guarantee ends `months` (6 by the programme, domain §5.2) or more after the loan matures (保证期间). Past the
 * end of a month its last day counts. A date that is not known is no pass.
 */
export function guaranteeOutlasts(
  loanMaturity: LocalDate | null,
  guaranteeExpiry: LocalDate | null,
  months: number,
): GuaranteeTerm {
  if (loanMaturity === null)
    return { state: 'unknown', earliest: null, zh: '贷款到期日未知', en: 'the maturity of the loan is not known' };
  const earliest = addMonths(loanMaturity, months);
  if (guaranteeExpiry === null)
    return { state: 'unknown', earliest, zh: '担保到期日未知', en: 'the expiry of the guarantee is not known' };
  const holds = guaranteeExpiry >= earliest;
  return {
    state: holds ? 'pass' : 'fail',
    earliest,
    zh: `担保到期日 ${guaranteeExpiry}，应不早于贷款到期日后 ${months} 个月（${earliest}）`,
    en: `the guarantee ends ${guaranteeExpiry}; ${earliest} or later is asked, ${months} months after the loan matures`,
  };
}
