import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import { dealsOfFirm } from '../deals/deals.store.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { LIVE_REFERRALS, useOfReferral, type DealUse, type UseReader } from '../standing/deal-use.ts';
import type { LoanMovement } from '../line/existing-loans.ts';
import type { GuaranteeEntry } from './guarantee-entries.ts';
import { LETTER_BINDS, type Guarantee } from './guarantee.ts';
import { loansOf } from './loan-links.reader.ts';
import type { GuaranteeState } from './guarantee-table.ts';
import { GUARANTEE } from './guarantee-type.ts';

/** Approved, and it may still be drawn. An application is nobody's offer: what a guarantor has not approved takes up nothing. */
const DRAWABLE: readonly GuaranteeState[] = ['APPROVED', 'CONTRACTED', 'ISSUED', 'IN_FORCE'];
const LIVE: readonly GuaranteeState[] = ['CONDITIONAL', 'APPROVED', 'CONTRACTED', ...LETTER_BINDS];

/**
 * Guarantees of a firm (担保申请): credit under their programme, with or without a referral on the platform. It is guaranteed
 * credit, so that it takes from the caps of programme and platform and leaves the suggested line alone, which is of unsecured
 * lending (domain §5.1). A loan that is referred here too counts as that referral, and its guarantee only for what goes beyond.
 */
export const guaranteeUse: UseReader = async (db, uscc, on) => {
  const guarantees = await dealsOfFirm(db, GUARANTEE, uscc, LIVE);
  if (guarantees.length === 0) return [];
  const loans = (await dealsOfFirm(db, REFERRAL, uscc, LIVE_REFERRALS)).map((loan) => ({
    ...useOfReferral(loan, on),
    guaranteeId: loan.terms.guaranteeId,
  }));
  const uses: DealUse[] = [];
  for (const guarantee of guarantees) {
    const { dealId, terms } = guarantee;
    // A loan may have gone over to another, which names no guarantee.
    const under = terms.loanDealId === null ? [] : (await loansOf(db, guarantee)).map((loan) => loan.dealId);
    const own = loans.filter(
      (loan) => loan.dealId === terms.loanDealId || loan.guaranteeId === dealId || under.includes(loan.dealId),
    );
    uses.push(useOfGuarantee(guarantee, on, own));
  }
  return uses;
};

/** What a guarantee takes up on a day beside the loans that are referred under it: of the loan, guaranteed or not. Pure. */
export function useOfGuarantee(
  { dealId, programme, state, body }: Pick<Guarantee, 'dealId' | 'programme' | 'state' | 'body'>,
  on: LocalDate,
  loans: readonly Pick<DealUse, 'offered' | 'undrawn' | 'outstanding'>[],
): DealUse {
  const { decision, approved, drawn, drawsEnded, letter } = body;
  const mayDraw = DRAWABLE.includes(state) && !drawsEnded && (letter === null || on <= letter.drawUntil);
  let counted = addFen(...loans.flatMap(({ offered, undrawn, outstanding }) => [offered, undrawn, outstanding]));
  const beyond = (amount: number): Fen => {
    const rest = fen(Math.max(0, amount - counted));
    counted = fen(Math.max(0, counted - amount));
    return rest;
  };
  return {
    dealId,
    programme,
    unsecured: false,
    outstanding: beyond(body.outstanding),
    undrawn: beyond(mayDraw ? approved - drawn : 0),
    offered: beyond(state === 'CONDITIONAL' ? (decision?.amount ?? 0) : 0),
    // Source 16 names a loan by its lender's number, which a guarantee does not have.
    loanIds: [],
    // A loan that is referred here is told by its referral.
    moved: loans.length > 0 ? [] : body.entries.flatMap(movementOf),
  };
}

const movementOf = (entry: GuaranteeEntry): LoanMovement[] =>
  entry.kind === 'draw' || entry.kind === 'repayment'
    ? [{ on: entry.on, amount: entry.kind === 'draw' ? entry.amount : 0 - entry.amount }]
    : [];
