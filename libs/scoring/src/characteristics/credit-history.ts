import { addMonths } from '#lib/kernel';
import { creditHistory, type CreditHistory, type DossierRecord } from '#lib/data-sources';
import { missing, valueOf, type CharacteristicDefinition, type Family } from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';
import { loanDefault } from './loan-outcomes.ts';

type Query = DossierRecord<CreditHistory>;

/** The newest query or own report of the day. */
function newestQuery(firm: FirmAt): Query | undefined {
  let newest: Query | undefined;
  for (const record of firm.records(creditHistory))
    if (newest === undefined || record.payload.queriedOn > newest.payload.queriedOn) newest = record;
  return newest;
}

export const CC09: CharacteristicDefinition = {
  code: 'CC09',
  dimension: 'CC',
  zh: '信贷履约',
  en: 'Loan performance',
  definition: {
    zh: '最近一次经授权的信贷查询：近24个月逾期超过30天或现有未结清逾期；最长1–30天且已结清；授权查询无贷款记录；无逾期。未经授权为缺失',
    en: 'the newest authorised query: over 30 days past due in 24 months or still overdue; worst 1–30 and cured; queried, no loan; clean. Not authorised: missing',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近24个月', en: '24 months' },
  feeds: ['CRD'],
  compute(firm, cite) {
    const view = firm.feed('CRD');
    const query = newestQuery(firm);
    // Nobody was allowed to ask about this firm: neither absence nor a list of others says anything.
    if (query === undefined) return missing(view.cause === 'NOT_CONNECTED' ? view.cause : 'NOT_AUTHORISED');
    if (view.cause !== undefined) return missing(view.cause);
    const { hasLoan, maxOverdueDays: worst, overdueDays: open } = query.payload;
    if (hasLoan === undefined) return missing('NOT_STATED');
    cite.record(query);
    if (!hasLoan) return valueOf('noRecord', view.freshness);
    if ((worst ?? 0) > 30 || (open ?? 0) > 0) return valueOf('over30', view.freshness);
    if (worst === undefined) return missing('NOT_STATED');
    if (worst === 0) return valueOf('clean', view.freshness);
    return open === undefined ? missing('NOT_STATED') : valueOf('cured', view.freshness);
  },
};

const DEFAULT_DAYS = 90;
const CURE_MONTHS = 12;

/**
 * What the newest query says of a default: 90 days past due, or a guarantor's claim not recovered. A default that ended
 * counts until 12 months after its clearance; without the day of it, as long as the query shows it.
 */
export function queriedDefault(firm: FirmAt): { readonly state: 'yes' | 'no' | 'unknown'; readonly query?: Query } {
  const query = newestQuery(firm);
  const { date, halfYearsAgo } = firm.day;
  // What a query says of 24 months has ended when it is itself older than that.
  if (query === undefined || query.payload.queriedOn <= halfYearsAgo[4]!) return { state: 'unknown' };
  const { hasLoan, maxOverdueDays, overdueDays, overdueClearedOn, claimUnpaid } = query.payload;
  if ((claimUnpaid ?? 0) > 0 || (overdueDays ?? 0) >= DEFAULT_DAYS) return { state: 'yes', query };
  if ((maxOverdueDays ?? 0) >= DEFAULT_DAYS) {
    const cured =
      overdueClearedOn !== undefined && overdueDays === 0 && addMonths(overdueClearedOn, CURE_MONTHS) <= date;
    if (!cured) return { state: 'yes', query };
  }
  if (firm.feed('CRD').cause !== undefined) return { state: 'unknown' };
  if (hasLoan === false) return { state: 'no', query };
  return maxOverdueDays === undefined || claimUnpaid === undefined ? { state: 'unknown' } : { state: 'no', query };
}

export const FAMILY: Family = {
  characteristics: [CC09],
  knockOuts: [
    {
      code: 'K09',
      feeds: ['CRD'],
      alsoReads: ['OUT', 'OUT.events'],
      zh: '贷款逾期90天以上或代偿未还',
      en: 'loan 90 days past due, or a guarantor’s claim unpaid',
      cure: { zh: '全部清偿满12个月', en: 'fully recovered and 12 months' },
      find(firm) {
        const reported = loanDefault(firm);
        const queried = queriedDefault(firm);
        const records = [...reported.records, ...(queried.state === 'yes' ? [queried.query!] : [])];
        if (records.length > 0) return { state: 'yes', records, coverage: [] };
        // Banks report their own loans only: that there is no default at all, the credit register says.
        if (queried.state === 'no' && !reported.unclear)
          return { state: 'no', records: [queried.query!], coverage: [] };
        return { state: 'unknown', records: [], coverage: [] };
      },
    },
  ],
};
