import { addFen, type Fen } from '#lib/kernel';
import { leavesOf, type PartyShare } from './share-tree.ts';

/** One payment that a claim asks for; `lender` stands for the bank that is paid. */
export interface ClaimPayment {
  readonly from: string;
  readonly to: string;
  readonly amount: Fen;
}

/**
 * Who pays whom for a claim that was split by a tree: each party its own share to the bank, or (先行代偿) `advancedBy` the whole
 * and the others their shares to it. The bank's own share is nobody's payment.
 */
export function claimPayments(split: readonly PartyShare[], advancedBy: string | null): readonly ClaimPayment[] {
  const owed = leavesOf(split).filter(({ lender, amount }) => !lender && amount > 0);
  if (owed.length === 0) return [];
  if (advancedBy === null) return owed.map(({ party, amount }) => ({ from: party, to: 'lender', amount }));
  return [
    { from: advancedBy, to: 'lender', amount: addFen(...owed.map(({ amount }) => amount)) },
    ...owed
      .filter(({ party }) => party !== advancedBy)
      .map(({ party, amount }) => ({ from: party, to: advancedBy, amount })),
  ];
}
