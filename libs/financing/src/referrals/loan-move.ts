import { dateAt, fen, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { Raiser } from '../deals/deal.ts';
import type { Move } from '../deals/raise.ts';
import type { ReferralState } from './referral-table.ts';
import type { ReferralBody, ReferralChange, ReferralTerms } from './referral-terms.ts';
import { loanOf } from './referral.ts';

/** What happened to a loan, as its guarantees are told it. Amounts in 分. */
export type LoanMove = MovedLoan &
  (
    | {
        readonly kind: 'draw' | 'payment';
        /** Of the loan's entry: the event that brought it, also where it is put right. */
        readonly version: number;
        /** What stood there before it was put right; null: it is new. */
        readonly was: Fen | null;
        readonly amount: Fen;
        readonly on: LocalDate;
      }
    /** Nothing is owed any more, and nothing will be. */
    | { readonly kind: 'repaid'; readonly version: number; readonly on: LocalDate }
    /** 无还本续贷: what is owed goes over to a loan with this maturity. */
    | { readonly kind: 'renewed'; readonly maturity: LocalDate }
  );

interface MovedLoan {
  readonly dealId: string;
  readonly uscc: Uscc;
  readonly bank: string;
  /** The guarantee that it names. */
  readonly guaranteeId: string | null;
  /** After it: what is outstanding and what was written off, which is owed as before. */
  readonly owed: Fen;
  readonly by: Raiser;
}

/** Guarantees move with the loan that they cover, in the same transaction. */
export interface CoveringGuarantee {
  /** Throws ProblemError where the letter does not allow it. */
  loanMoved(tx: Tx, loan: LoanMove): Promise<void>;
}

/** 未偿本金 of the borrower: a write-off ends a hope, not a debt. */
export function owedOf(loan: Parameters<typeof loanOf>[0]): Fen {
  const { outstanding, writtenOff } = loanOf(loan);
  return fen(outstanding + writtenOff);
}

type ReferralMove = Move<ReferralState, ReferralBody, ReferralChange, ReferralTerms>;

/** Undefined: nothing that concerns a guarantee. Pure. */
export function loanMoveOf({ before, after, change, by }: ReferralMove): LoanMove | undefined {
  const { dealId, uscc, version, terms } = after;
  const loan = { dealId, uscc, bank: terms.bank, guaranteeId: terms.guaranteeId, owed: owedOf(after), by };
  if (change.event === 'draw')
    return { ...loan, kind: 'draw', version, was: null, amount: change.amount, on: change.on };
  if (change.event === 'pay' || change.event === 'recover')
    return { ...loan, kind: 'payment', version, was: null, amount: change.amount, on: change.on };
  if (change.event === 'correct') {
    const { kind, amount: was, version: of } = before.body.entries.find((one) => one.version === change.corrects)!;
    const { amount } = change;
    return { ...loan, kind: kind === 'draw' ? 'draw' : 'payment', version: of, was, amount, on: dateAt(by.at) };
  }
  if (change.event === 'repaid') return { ...loan, kind: 'repaid', version, on: change.on };
  // After a default nothing else says that all was paid.
  if (change.event === 'close' && before.state === 'DEFAULTED')
    return { ...loan, kind: 'repaid', version, on: dateAt(by.at) };
  return change.event === 'renew' ? { ...loan, kind: 'renewed', maturity: change.maturity } : undefined;
}
