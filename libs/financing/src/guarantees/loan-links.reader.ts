import { addFen, fen, type Fen } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { findDeal } from '../deals/deals.store.ts';
import { owedOf } from '../referrals/loan-move.ts';
import type { ReferralState } from '../referrals/referral-table.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';
import type { Guarantee } from './guarantee.ts';

/** No loan came of it, and none will. */
const NEVER_LENT: readonly ReferralState[] = ['CLOSED_DECLINED', 'DECLINED', 'NO_RESPONSE', 'LAPSED', 'WITHDRAWN'];
const OVER: readonly ReferralState[] = ['REPAID', 'RENEWED', 'CLOSED'];

/** Whether a guarantee is one of this loan: of the same firm, and of the bank that lends. */
export const covers = (
  { uscc, parties }: Pick<Guarantee, 'uscc' | 'parties'>,
  loan: Pick<Referral, 'uscc'> & { readonly bank: string },
): boolean =>
  uscc === loan.uscc && parties.some(({ institutionId, desk }) => desk === 'BANK' && institutionId === loan.bank);

/**
 * Ids of the guarantees that may be one of a loan: the one that it names, and those that name it or a loan in whose place it
 * came (the bank before did not answer, or its loan was renewed). In one order, as they are locked.
 */
export async function guaranteesOfLoan(
  db: Db,
  { dealId, guaranteeId }: { readonly dealId: string; readonly guaranteeId: string | null },
): Promise<string[]> {
  const rows = await db.query<{ dealId: string }>(
    `WITH RECURSIVE line AS (
       SELECT deal_id, terms FROM deal WHERE deal_id = $1 AND kind = 'referral'
       UNION SELECT d.deal_id, d.terms FROM line JOIN deal d ON d.deal_id = (line.terms ->> 'follows')::uuid)
     SELECT g.deal_id AS "dealId" FROM line JOIN deal g ON g.terms @> jsonb_build_object('loanDealId', line.deal_id::text)
     WHERE g.kind = 'guarantee'
     UNION SELECT $2::uuid WHERE $2::uuid IS NOT NULL ORDER BY 1`,
    [dealId, guaranteeId],
    'guarantees-of-loan',
  );
  return rows.map((row) => row.dealId);
}

/** Loans under a guarantee, of either direction of the link; those of which no loan came are none. The oldest first. */
export async function loansOf(db: Db, guarantee: Guarantee): Promise<Referral[]> {
  const rows = await db.query<{ dealId: string }>(
    `WITH RECURSIVE line AS (
       SELECT deal_id FROM deal WHERE kind = 'referral' AND (deal_id = $1::uuid OR terms @> jsonb_build_object('guaranteeId', $2::text))
       UNION SELECT d.deal_id FROM line JOIN deal d ON d.terms @> jsonb_build_object('follows', line.deal_id::text)
         WHERE d.kind = 'referral')
     SELECT deal_id AS "dealId" FROM line ORDER BY 1`,
    [guarantee.terms.loanDealId, guarantee.dealId],
    'loans-of-guarantee',
  );
  const loans: Referral[] = [];
  for (const { dealId } of rows) {
    const loan = (await findDeal(db, REFERRAL, dealId))!;
    const { uscc, terms, state } = loan;
    if (!NEVER_LENT.includes(state) && covers(guarantee, { uscc, bank: terms.bank })) loans.push(loan);
  }
  return loans;
}

/** It may still be drawn, or is owed. */
export const isLive = (loan: Referral): boolean => !OVER.includes(loan.state);

export const allOwe = (loans: readonly Referral[]): Fen => addFen(fen(0), ...loans.map(owedOf));
