import { addFen, fen, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import { claimAccount, type ClaimAccount, type ClaimEvent } from '../sharing/claim-account.ts';
import { feeOf } from '../sharing/fees.ts';
import { refusal } from '../deals/checks.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';

interface Booked {
  /** Of the deal, after the event. */
  readonly version: number;
  /** The version of the event that put it right; the amount is the right one. */
  readonly correctedBy?: number;
}

/** The entry of a loan that an entry follows: the loan's deal, and the version of the event that brought it there. */
export interface LoanEntryName {
  readonly dealId: string;
  readonly version: number;
}

/** What moved money under a letter, in the order of its events. */
export type GuaranteeEntry = Booked &
  (
    | {
        readonly kind: 'draw';
        readonly amount: Fen;
        readonly on: LocalDate;
        readonly maturity: LocalDate;
        readonly loan?: LoanEntryName;
      }
    | { readonly kind: 'repayment'; readonly amount: Fen; readonly on: LocalDate; readonly loan?: LoanEntryName }
    /** 展期: what was outstanding is guaranteed for longer. */
    | { readonly kind: 'extension'; readonly from: LocalDate; readonly maturity: LocalDate }
    | { readonly kind: 'claim'; readonly amount: Fen; readonly on: LocalDate }
    | { readonly kind: 'recovery'; readonly amount: Fen; readonly costs: Fen; readonly on: LocalDate }
    | { readonly kind: 'cost'; readonly amount: Fen; readonly on: LocalDate }
    | { readonly kind: 'write-off' }
  );

/** What the entries come to. Loan principal, but for `fee` and `account`. */
export interface GuaranteeFigures {
  readonly drawn: Fen;
  readonly repaid: Fen;
  /** drawn − repaid. */
  readonly outstanding: Fen;
  /** 担保费: of each draw from its day to the loan's maturity, of what is extended for the days that come with it. */
  readonly fee: Fen;
  /** 代偿账户; null: no claim was paid. */
  readonly account: ClaimAccount | null;
}

/** 担保责任 for so much of the loan, rounded up: the guarantee is never more than ⌈loan × ratio⌉. */
export const guaranteedOf = (loan: Fen, { guaranteedBp }: Pick<GuaranteeTerms, 'guaranteedBp'>): Fen =>
  mulDiv(loan, guaranteedBp, 10_000, 'up');

const ZERO = fen(0);
export const NOTHING: GuaranteeFigures = { drawn: ZERO, repaid: ZERO, outstanding: ZERO, fee: ZERO, account: null };

/**
 * Adds the entries up anew (pure). Throws ProblemError draw-over-letter 409 where more is drawn than was approved,
 * repayment-over-outstanding 409 where more is repaid than was drawn by then: also where a correction would make it so.
 */
export function figuresOf(
  entries: readonly GuaranteeEntry[],
  approved: Fen,
  terms: Pick<GuaranteeTerms, 'tree' | 'feeBp' | 'guaranteedBp'>,
): GuaranteeFigures {
  let [drawn, repaid, fee] = [ZERO, ZERO, ZERO];
  const charge = (loan: Fen, from: LocalDate, to: LocalDate): void => {
    // A draw on the very last day, or after an extension that shortened nothing, costs nothing.
    const period = { principal: guaranteedOf(loan, terms), bp: terms.feeBp, from, to: to < from ? from : to };
    fee = addFen(fee, feeOf(period).amount);
  };
  for (const entry of entries) {
    if (entry.kind === 'draw') {
      if (entry.amount > approved - drawn) throw overLetter(approved, drawn);
      drawn = addFen(drawn, entry.amount);
      charge(entry.amount, entry.on, entry.maturity);
    } else if (entry.kind === 'repayment') {
      if (entry.amount > drawn - repaid) throw overOutstanding(fen(drawn - repaid));
      repaid = addFen(repaid, entry.amount);
    } else if (entry.kind === 'extension') charge(fen(drawn - repaid), entry.from, entry.maturity);
  }
  const claims = entries.flatMap((entry): ClaimEvent[] => claimEventOf(entry));
  const account = claims.length === 0 ? null : claimAccount(terms.tree, claims).account;
  return { drawn, repaid, outstanding: fen(drawn - repaid), fee, account };
}

function claimEventOf(entry: GuaranteeEntry): ClaimEvent[] {
  if (entry.kind === 'claim' || entry.kind === 'cost') return [{ kind: entry.kind, amount: entry.amount }];
  if (entry.kind === 'recovery') return [{ kind: 'recovery', gross: entry.amount, costs: entry.costs }];
  return entry.kind === 'write-off' ? [{ kind: 'write-off' }] : [];
}

/** What all leaves have still to recover. */
export const stillToRecover = (account: ClaimAccount | null): Fen =>
  addFen(...(account?.leaves ?? []).map((leaf) => leaf.stillToRecover));

const overLetter = (approved: Fen, drawn: Fen) =>
  refusal(
    'draw-over-letter',
    409,
    '/amount',
    `超出保函可提金额：批准${approved}分，已提${drawn}分`,
    `more than the letter leaves: ${approved} fen approved, ${drawn} drawn`,
  );

const overOutstanding = (outstanding: Fen) =>
  refusal(
    'repayment-over-outstanding',
    409,
    '/amount',
    `还款超过当时贷款余额${outstanding}分`,
    `more than was outstanding by then: ${outstanding} fen`,
  );
