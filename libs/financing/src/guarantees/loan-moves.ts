import { addMonths, fen, ProblemError, type Fen } from '#lib/kernel';
import { refusal } from '../deals/checks.ts';
import type { LoanMove } from '../referrals/loan-move.ts';
import { figuresOf, type GuaranteeEntry, type LoanEntryName } from './guarantee-entries.ts';
import { MONTHS_AFTER_MATURITY } from './guarantee-letter.ts';
import { GUARANTEE_TABLE } from './guarantee-table.ts';
import { LETTER_BINDS, type Guarantee, type GuaranteeChange } from './guarantee.ts';

/** What else is known of the loans under a guarantee. */
export interface LoansAround {
  /** The loan names this guarantee itself: nothing is drawn on it that the letter does not carry. */
  readonly named: boolean;
  /** What the other loans under it owe. */
  readonly othersOwe: Fen;
  /** Another loan under it may still be drawn, or is owed. */
  readonly othersLive: boolean;
}

/**
 * What a move of a loan is to a guarantee of it, in order (pure). A draw is drawn under the letter, unless the guarantee's own
 * draw was told before it, as the row of a batch is. What is paid is taken off the guaranteed part first, and after it the
 * guarantee is never for more than its loans owe. A correction puts the very entry right that the loan's entry became. Throws
 * ProblemError guarantee-too-short 422 for a renewal that outlasts the letter.
 */
export function changesOfLoan(deal: Guarantee, loan: LoanMove, around: LoansAround): readonly GuaranteeChange[] {
  const { outstanding, letter } = deal.body;
  const owed = loan.owed + around.othersOwe;
  if (loan.kind === 'draw' && loan.was === null) return drawn(deal, loan, around, owed);
  // What no letter binds any more is not moved.
  if (!LETTER_BINDS.includes(deal.state)) return [];
  if (loan.kind === 'renewed') {
    if (outstanding > 0 && letter!.guaranteeUntil < addMonths(loan.maturity, MONTHS_AFTER_MATURITY))
      throw outlasts(letter!.guaranteeUntil, loan.maturity);
    return [];
  }
  if (loan.kind === 'repaid') {
    if (!around.othersLive && knows(deal, 'repaid')) return [{ event: 'repaid', on: loan.on }];
    return lowered(deal, loan, around.othersLive ? outstanding - around.othersOwe : outstanding);
  }
  const more = (loan.kind === 'draw' ? 1 : -1) * (loan.amount - (loan.was ?? 0));
  return more > 0
    ? raised(deal, loan, Math.min(more, owed - outstanding))
    : lowered(deal, loan, Math.max(0 - more, outstanding - owed));
}

type Entry = Extract<LoanMove, { readonly kind: 'draw' | 'payment' }>;

const knows = ({ state }: Guarantee, event: GuaranteeChange['event']): boolean =>
  GUARANTEE_TABLE.states[state].on?.[event] !== undefined;

function drawn(deal: Guarantee, loan: Entry, { named }: LoansAround, owed: number): GuaranteeChange[] {
  const { letter, outstanding } = deal.body;
  // The row of a batch is the draw of its loan, told in one.
  if (letter !== null && letter.batchNo !== null) return [];
  // A loan that knows of no guarantee may be drawn before one covers it, and after one has ended.
  const binds = letter !== null && LETTER_BINDS.includes(deal.state);
  if (!named && (!binds || loan.on < letter.issuedOn)) return [];
  const amount = fen(Math.min(loan.amount, Math.max(0, owed - outstanding)));
  return amount === 0 ? [] : [{ event: 'draw', amount, on: loan.on, loan: nameOf(loan) }];
}

const nameOf = ({ dealId, version }: Pick<Entry, 'dealId' | 'version'>): LoanEntryName => ({ dealId, version });

type LoanEntry = Extract<GuaranteeEntry, { readonly kind: 'draw' | 'repayment' }>;

/** What an entry of the loan became, the newest first. */
const becameOf = ({ body }: Guarantee, { dealId, version }: LoanEntryName): LoanEntry[] =>
  body.entries
    .filter((entry): entry is LoanEntry => entry.kind === 'draw' || entry.kind === 'repayment')
    .filter(({ loan }) => loan?.dealId === dealId && loan.version === version)
    .reverse();

const toAmount = ({ version }: LoanEntry, amount: number): GuaranteeChange => ({
  event: 'correct',
  version,
  amount: fen(amount),
  reason: '随贷款更正 as the loan was put right',
});

/** Less is owed: the entry is put right where it stands; where later entries rest on it, the rest counts as repaid. */
function lowered(deal: Guarantee, loan: Extract<LoanMove, LoanEntryName>, by: number): GuaranteeChange[] {
  const less = Math.min(by, deal.body.outstanding);
  if (less <= 0) return [];
  if (loan.kind !== 'repaid' && loan.was !== null) {
    for (const entry of becameOf(deal, nameOf(loan))) {
      const amount = entry.kind === 'draw' ? entry.amount - less : entry.amount + less;
      if (amount >= 0 && addsUp(deal, entry, amount)) return [toAmount(entry, amount)];
    }
  }
  return [{ event: 'reduce', amount: fen(less), on: loan.on, loan: nameOf(loan) }];
}

/** More is owed: less of it was repaid, or more was drawn. What the guarantee never covered it does not begin to cover. */
function raised(deal: Guarantee, loan: Entry, by: number): GuaranteeChange[] {
  const changes: GuaranteeChange[] = [];
  let left = Math.max(0, by);
  const became = becameOf(deal, nameOf(loan));
  for (const entry of became.filter(({ kind }) => kind === 'repayment')) {
    const part = Math.min(left, entry.amount);
    if (part > 0) changes.push(toAmount(entry, entry.amount - part));
    left -= part;
  }
  const draw = became.find(({ kind }) => kind === 'draw');
  if (left > 0 && draw !== undefined) changes.push(toAmount(draw, draw.amount + left));
  return changes;
}

function addsUp({ body, terms }: Guarantee, entry: LoanEntry, amount: number): boolean {
  const entries = body.entries.map((one) => (one === entry ? { ...entry, amount: fen(amount) } : one));
  try {
    figuresOf(entries, body.approved, terms);
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

const outlasts = (until: string, maturity: string): ProblemError =>
  refusal(
    'guarantee-too-short',
    422,
    '/maturity',
    `保证期间至${until}，不足新贷款到期日${maturity}后${MONTHS_AFTER_MATURITY}个月；须先由担保机构展期`,
    `the guarantee lasts until ${until}, less than ${MONTHS_AFTER_MATURITY} months after ${maturity}: its guarantor extends it first`,
  );
