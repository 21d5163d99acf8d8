import { addFen, fen, firstDay, lastDay, type Fen, type LocalDate } from '#lib/kernel';
import { creditHistory, loanOutcomes } from '#lib/data-sources';
import type { CreditHistory, Dossier, DossierRecord, LoanMonth, OutcomeEvent } from '#lib/data-sources';
import { assessmentDay, CAUSE_WORDS, FirmAt, type Text } from '#lib/scoring';
import type { ExistingLoans } from './line.ts';

/**
 * 存量贷款 of a firm: the balance of its newest credit query (CRD), and what banks of this platform report (OUT) of loans
 * drawn after it. No source tells unsecured loans from others, so all of them count.
 */
export function existingLoans(dossier: Dossier, asOf: LocalDate): ExistingLoans {
  const firm = new FirmAt(dossier, assessmentDay(asOf));
  const query = newestQuery(firm);
  const queried = queriedBalance(firm, query?.payload);
  const reported = reportedSince(firm, query?.payload.queriedOn);
  return {
    amount: addFen(queried.amount, reported.amount),
    unknown: queried.unknown ?? reported.unknown,
    on: query?.payload.queriedOn ?? null,
  };
}

interface Owed {
  readonly amount: Fen;
  readonly unknown: Text | null;
}

function newestQuery(firm: FirmAt): DossierRecord<CreditHistory> | undefined {
  let newest: DossierRecord<CreditHistory> | undefined;
  for (const record of firm.records(creditHistory))
    if (newest === undefined || record.payload.queriedOn > newest.payload.queriedOn) newest = record;
  return newest;
}

function queriedBalance(firm: FirmAt, query: CreditHistory | undefined): Owed {
  const { cause: feedCause } = firm.feed('CRD');
  // Nobody was allowed to ask about this firm: neither absence nor a list of others says anything.
  const cause = query === undefined ? (feedCause === 'NOT_CONNECTED' ? feedCause : 'NOT_AUTHORISED') : feedCause;
  if (query !== undefined && cause === undefined) {
    if (query.hasLoan === false) return { amount: fen(0), unknown: null };
    if (query.balance !== undefined) return { amount: query.balance, unknown: null };
  }
  const { zh, en } = CAUSE_WORDS[cause ?? 'NOT_STATED'];
  return { amount: fen(0), unknown: { zh: `CRD ${zh}`, en: `CRD ${en}` } };
}

interface Loan {
  readonly months: LoanMonth[];
  readonly events: OutcomeEvent[];
}

function loansOf(firm: FirmAt): Iterable<Loan> {
  const loans = new Map<string, Loan>();
  const all = firm.records(loanOutcomes).map(({ payload }) => payload);
  const corrected = new Set(
    all.flatMap((one) =>
      one.kind === 'event' && one.corrects !== undefined ? [`${one.partner}|${one.corrects}`] : [],
    ),
  );
  for (const one of all) {
    if (one.loanId === undefined) continue;
    const loan = loans.get(one.loanId) ?? { months: [], events: [] };
    loans.set(one.loanId, loan);
    if (one.kind === 'month') loan.months.push(one);
    else if (!corrected.has(`${one.partner}|${one.eventId}`)) loan.events.push(one);
  }
  return loans.values();
}

function reportedSince(firm: FirmAt, queriedOn: LocalDate | undefined): Owed {
  let amount = fen(0);
  let unknown: Text | null = null;
  for (const loan of loansOf(firm)) {
    const drawnOn = drawnDay(loan);
    if (drawnOn === undefined || (queriedOn !== undefined && drawnOn <= queriedOn)) continue;
    const owed = owedOn(loan);
    if (owed === undefined) unknown = { zh: 'OUT 未载明贷款余额', en: 'OUT leaves the balance of a loan out' };
    else amount = addFen(amount, owed);
  }
  return { amount, unknown };
}

/** undefined: nothing shows that it was drawn. */
function drawnDay({ months, events }: Loan): LocalDate | undefined {
  const days = [
    ...months.map(({ drawnOn, month }) => drawnOn ?? firstDay(month)),
    ...events.flatMap(({ event, occurredOn }) => (event === 'drawn' ? [occurredOn] : [])),
  ];
  return days.length === 0 ? undefined : days.reduce((a, b) => (a < b ? a : b));
}

/** The balance of the newest month and what happened after it; undefined: an amount is not stated. */
function owedOn({ months, events }: Loan): Fen | undefined {
  const newest = months.reduce<LoanMonth | undefined>(
    (a, b) => (a === undefined || b.month > a.month ? b : a),
    undefined,
  );
  let owed: number | undefined =
    newest === undefined ? 0 : newest.status === 'settled' ? 0 : (newest.balance ?? newest.principal);
  const told = newest === undefined ? '' : lastDay(newest.month);
  for (const { event, amount, occurredOn } of events) {
    if (occurredOn <= told) continue;
    if (event === 'closed') return fen(0);
    if (event !== 'drawn' && event !== 'repaid') continue;
    if (amount === undefined || owed === undefined) owed = undefined;
    else owed = event === 'drawn' ? owed + amount : owed - amount;
  }
  return owed === undefined ? undefined : fen(Math.max(0, owed));
}
