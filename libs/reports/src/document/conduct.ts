import {
  abnormalList,
  annualReports,
  creditHistory,
  judicial,
  loanOutcomes,
  penalties,
  seriousViolations,
  socialSecurity,
  taxCredit,
  type JudicialCase,
} from '#lib/data-sources';
import { NO_AUTHORISATION } from './notes.ts';
import { CASE_ROLE, coded } from './words.ts';
import { newestFirst, yuan, type Writing } from './writing.ts';

/** 10 合规: tax grade by year, arrears, lists, penalties that are still published, cases, annual reports. */
export function conductOf(writing: Writing): object {
  const { asOf } = writing;
  const taxes = [...writing.records(taxCredit)].sort((a, b) => b.payload.year - a.payload.year);
  const arrears = newestFirst(writing.records(socialSecurity), (payload) =>
    payload.kind === 'arrears' ? payload.fromMonth : undefined,
  );
  // A repaired penalty, or one whose time is over, is shown no more (深圳条例 art. 79–82).
  const published = writing
    .records(penalties)
    .filter(({ payload }) => (payload.repairedOn ?? '9999') > asOf && (payload.publicUntil ?? '9999') >= asOf);
  return {
    tax: taxes.map(({ payload }) => ({
      year: payload.year,
      grade: payload.grade ?? null,
      publishedOn: payload.publishedOn ?? null,
      abnormal: payload.abnormal ?? null,
      arrears: yuan(payload.arrears),
      arrearsClearedOn: payload.arrearsClearedOn ?? null,
    })),
    socialSecurityArrears: arrears.flatMap(({ payload }) =>
      payload.kind === 'arrears'
        ? [
            {
              type: payload.type,
              from: payload.fromMonth,
              to: payload.toMonth ?? null,
              amount: yuan(payload.amount),
              clearedOn: payload.clearedOn ?? null,
              unreadable: payload.clearedUnreadable ?? false,
            },
          ]
        : [],
    ),
    abnormalList: newestFirst(writing.records(abnormalList), ({ listedOn }) => listedOn)
      // 列入错误: it never happened.
      .filter(({ payload }) => payload.removalReason !== 'listedInError')
      .map(({ payload }) => listing(payload, payload.reason)),
    seriousViolations: newestFirst(writing.records(seriousViolations), ({ listedOn }) => listedOn)
      .filter(({ payload }) => payload.removalReason !== 'listedInError')
      .map(({ payload }) => listing(payload, payload.reason)),
    penalties: newestFirst(published, ({ decidedOn }) => decidedOn).map(({ payload }) => ({
      docNo: payload.docNo,
      department: payload.department ?? null,
      offence: payload.offence ?? null,
      kinds: payload.kinds ?? [],
      fine: yuan(payload.fine),
      decidedOn: payload.decidedOn ?? null,
      publicUntil: payload.publicUntil ?? null,
    })),
    cases: newestFirst(writing.records(judicial), ({ filedOn }) => filedOn)
      .slice(0, 100)
      .map(({ payload }) => caseOf(payload)),
    annualReports: newestFirst(writing.records(annualReports), ({ year }) => String(year)).flatMap(({ payload }) =>
      payload.kind === 'filing'
        ? [{ year: payload.year, filed: payload.filed ?? null, filedOn: payload.filedOn ?? null }]
        : [],
    ),
    sources: ['TAX', 'SOC.arrears', 'ABN', 'SER', 'PEN', 'JUD', 'ANRF'].map((feed) => writing.feed(feed)),
  };
}

const listing = (
  { listedOn, authority, removedOn, removalUnreadable }: ListedEntry,
  reason: string | undefined,
): object => ({
  reason: reason ?? null,
  listedOn,
  authority: authority ?? null,
  removedOn: removedOn ?? null,
  unreadable: removalUnreadable ?? false,
});

interface ListedEntry {
  readonly listedOn: string;
  readonly authority?: string;
  readonly removedOn?: string;
  readonly removalUnreadable?: true;
}

const caseOf = (payload: JudicialCase): object => ({
  caseNo: payload.caseNo,
  court: payload.court ?? null,
  role: coded(CASE_ROLE, payload.role),
  cause: payload.cause ?? null,
  claim: yuan(payload.claim),
  filedOn: payload.filedOn ?? null,
  outcome: payload.outcome ?? null,
  judgedOn: payload.judgedOn ?? null,
  closedOn: payload.closedOn ?? null,
  enforced: yuan(payload.enforced),
  unpaid: yuan(payload.unpaid),
  dishonest:
    payload.dishonest === true ? { from: payload.dishonestFrom ?? null, until: payload.dishonestUntil ?? null } : null,
  limited: payload.limited === true ? { from: payload.limitedFrom ?? null, until: payload.limitedUntil ?? null } : null,
});

/** 11 信贷, only with an authorisation that names it. Lenders are counted, never named. */
export function creditOf(writing: Writing): object {
  if (writing.isDark(creditHistory)) return { shown: false, why: NO_AUTHORISATION };
  const [newest] = newestFirst(writing.records(creditHistory), ({ queriedOn }) => queriedOn);
  const loans = newestFirst(writing.records(loanOutcomes), (payload) =>
    payload.kind === 'month' ? payload.month : undefined,
  );
  const month = loans.flatMap(({ payload }) => (payload.kind === 'month' ? [payload.month] : []))[0];
  const current = loans.flatMap(({ payload }) =>
    payload.kind === 'month' && payload.month === month ? [payload] : [],
  );
  return {
    shown: true,
    query:
      newest === undefined
        ? null
        : {
            queriedOn: newest.payload.queriedOn,
            ownReport: newest.payload.ownReport ?? false,
            hasLoan: newest.payload.hasLoan ?? null,
            firstLoanOn: newest.payload.firstLoanOn ?? null,
            lenders: newest.payload.lenders ?? null,
            balance: yuan(newest.payload.balance),
            overdueDays: newest.payload.overdueDays ?? null,
            maxOverdueDays24Months: newest.payload.maxOverdueDays ?? null,
            guaranteeBalance: yuan(newest.payload.guaranteeBalance),
            claimUnpaid: yuan(newest.payload.claimUnpaid),
          },
    loans:
      month === undefined
        ? null
        : {
            month,
            count: new Set(current.map(({ loanId }) => loanId)).size,
            balance: yuan(current.reduce((sum, { balance }) => sum + (balance ?? 0), 0)),
            worstDaysPastDue: Math.max(0, ...current.map(({ daysPastDue }) => daysPastDue ?? 0)),
          },
    sources: ['CRD', 'OUT'].map((feed) => writing.feed(feed)),
  };
}
