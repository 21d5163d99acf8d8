import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import { creditHistory } from '#lib/data-sources';
import type { CreditHistory, Dossier, DossierRecord, LoanMonth, OutcomeEvent } from '#lib/data-sources';
import { assessmentDay, CAUSE_WORDS, FirmAt, type Text } from '#lib/scoring';
import type { ExistingLoans } from './line.ts';
import { balanceOn, outcomesInForce, type ReportedLoan } from './loan-balance.ts';

/** What moved on a day: above 0 drawn, below 0 paid, 分. */
export interface LoanMovement {
  readonly on: LocalDate;
  readonly amount: number;
}

/** 平台贷款: a loan of a deal of ours, which knows it from its first drawing on, whatever anybody reports. */
export interface OwnLoan {
  /** By which source 16 names it, if it does: 借据编号. */
  readonly loanIds: readonly string[];
  /** False: it is guaranteed or pledged, or another deal counts it; then it is known and not deducted. */
  readonly unsecured: boolean;
  readonly outstanding: Fen;
  readonly moved: readonly LoanMovement[];
}

/** Debt that somebody found as of a day, no loan told apart. */
interface DebtAt {
  readonly amount: Fen;
  readonly on: LocalDate;
}

export interface LoansBesides {
  readonly own?: readonly OwnLoan[];
  /** What a second party found in the firm's own books: deducted where the credit history knows less. */
  readonly stated?: DebtAt;
}

/**
 * 存量贷款 of a firm. Loans that are known one by one (of our own deals, and as source 16 reports others) count with what is
 * owed on them now. The balance of the newest credit query (CRD) names no loan: what it holds beyond the known ones, as they
 * stood on its day, is owed besides. Known loans under a guarantee or pledge lower no line (domain §5.1 «unsecured»);
 * of all others no source tells the form, so that they count.
 */
export function existingLoans(
  dossier: Dossier,
  asOf: LocalDate,
  { own = [], stated }: LoansBesides = {},
): ExistingLoans {
  const firm = new FirmAt(dossier, assessmentDay(asOf));
  const query = newestQuery(firm);
  const queried = queriedBalance(firm, query?.payload);
  const known = [...own.map(ownLoan), ...reportedLoans(firm, new Set(own.flatMap(({ loanIds }) => loanIds)))];
  const debts = [...('amount' in queried ? [queried] : []), ...(stated === undefined ? [] : [stated])];
  const besides = debts.map(({ amount, on }) =>
    Math.max(
      0,
      known.reduce((rest, loan) => rest - (loan.at(on) ?? 0), amount as number),
    ),
  );
  const now = known.filter(({ secured }) => !secured).map((loan) => loan.at(undefined));
  const unknown = 'unknown' in queried ? queried.unknown : now.includes(undefined) ? OUT_UNKNOWN : null;
  return {
    amount: addFen(fen(Math.max(0, ...besides)), ...now.map((owed) => owed ?? fen(0))),
    unknown,
    on: query?.payload.queriedOn ?? null,
  };
}

const OUT_UNKNOWN: Text = { zh: 'OUT 未载明贷款余额', en: 'OUT leaves the balance of a loan out' };

function newestQuery(firm: FirmAt): DossierRecord<CreditHistory> | undefined {
  let newest: DossierRecord<CreditHistory> | undefined;
  for (const record of firm.records(creditHistory))
    if (newest === undefined || record.payload.queriedOn > newest.payload.queriedOn) newest = record;
  return newest;
}

function queriedBalance(firm: FirmAt, query: CreditHistory | undefined): DebtAt | { readonly unknown: Text } {
  const { cause: feedCause } = firm.feed('CRD');
  // Nobody was allowed to ask about this firm: neither absence nor a list of others says anything.
  const cause = query === undefined ? (feedCause === 'NOT_CONNECTED' ? feedCause : 'NOT_AUTHORISED') : feedCause;
  if (query !== undefined && cause === undefined) {
    const { hasLoan, balance, queriedOn: on } = query;
    if (hasLoan === false) return { amount: fen(0), on };
    if (balance !== undefined) return { amount: balance, on };
  }
  const { zh, en } = CAUSE_WORDS[cause ?? 'NOT_STATED'];
  return { unknown: { zh: `CRD ${zh}`, en: `CRD ${en}` } };
}

/** A loan told apart from others. `at`: the balance at the end of a day, or now; undefined: an amount is not stated. */
interface KnownLoan {
  readonly secured: boolean;
  readonly at: (day: LocalDate | undefined) => Fen | undefined;
}

const ownLoan = ({ unsecured, outstanding, moved }: OwnLoan): KnownLoan => ({
  secured: !unsecured,
  at: (day) =>
    day === undefined
      ? outstanding
      : fen(
          Math.max(
            0,
            moved.reduce((sum, { on, amount }) => (on <= day ? sum + amount : sum), 0),
          ),
        ),
});

/** Loans of source 16 that are none of ours. One that a guarantee is named for is guaranteed. */
function reportedLoans(firm: FirmAt, ours: ReadonlySet<string>): readonly KnownLoan[] {
  const loans = new Map<string, ReportedLoan & { months: LoanMonth[]; events: OutcomeEvent[] }>();
  for (const one of outcomesInForce(firm)) {
    if (one.loanId === undefined || ours.has(one.loanId)) continue;
    const loan = loans.get(one.loanId) ?? { months: [], events: [] };
    loans.set(one.loanId, loan);
    if (one.kind === 'month') loan.months.push(one);
    else loan.events.push(one);
  }
  return [...loans.values()].map((loan) => ({
    secured: loan.events.some(({ guaranteeId }) => guaranteeId !== undefined),
    at: (day) => balanceOn(loan, day ?? firm.day.date),
  }));
}
