import { fen } from '#lib/kernel';
import type { LoanMove } from '../referrals/referrals.service.ts';
import { GUARANTEE_TABLE } from './guarantee-table.ts';
import type { Guarantee, GuaranteeChange } from './guarantee.ts';

/** What a move of the loan is to its guarantee (pure); undefined: nothing. */
export function changeOfLoan(deal: Guarantee, { kind, amount, on }: LoanMove): GuaranteeChange | undefined {
  const known = (event: GuaranteeChange['event']): boolean =>
    GUARANTEE_TABLE.states[deal.state].on?.[event] !== undefined;
  const { outstanding } = deal.body;
  const repay = (part: number): GuaranteeChange | undefined =>
    part > 0 && known('reduce') ? { event: 'reduce', amount: fen(part), on } : undefined;
  switch (kind) {
    case 'draw':
      return { event: 'draw', amount, on };
    case 'payment':
      return repay(amount);
    case 'repaid':
      return known('repaid') ? { event: 'repaid', on } : repay(outstanding);
    case 'correct':
      return amount < 0
        ? repay(Math.min(0 - amount, outstanding))
        : known('correct')
          ? moreOutstanding(deal, amount)
          : undefined;
  }
}

/** More is outstanding than was told: less was repaid last, or where nothing was, more was drawn. */
function moreOutstanding({ body }: Guarantee, more: number): GuaranteeChange | undefined {
  if (more === 0) return undefined;
  const repaid = body.entries.findLast((entry) => entry.kind === 'repayment' && entry.amount >= more);
  const drawn = body.entries.findLast((entry) => entry.kind === 'draw');
  const entry = repaid ?? drawn;
  if (entry?.kind !== 'repayment' && entry?.kind !== 'draw') return undefined;
  const amount = fen(entry.kind === 'repayment' ? entry.amount - more : entry.amount + more);
  return { event: 'correct', version: entry.version, amount, reason: '随贷款更正 as the loan was put right' };
}
