import { institutionsById } from '#lib/access';
import { fen, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import type { RecognisedInvestment } from '../line/recognised-equity.ts';
import type { JointDeal } from './joint-body.ts';
import { liveJointCases } from './joint-use.ts';
import { inForce } from './positions.ts';

/** Equity that the firm's live 2:1:1 cases recognise (认定额), one row an investor. Reads as the house. */
export async function jointEquity(db: Db, uscc: Uscc): Promise<readonly RecognisedInvestment[]> {
  const cases = await liveJointCases(db, uscc);
  const ids = cases.flatMap(({ body }) => body.positions.map(({ institutionId }) => institutionId));
  const names = await institutionsById(db, ids);
  return cases.flatMap((joint) => equityOf(joint, (institutionId) => names.get(institutionId)!.zh));
}

/** What one case recognises. A case that is the sum of its desks is not carried by its equity. Pure. */
export function equityOf(
  { terms, body }: Pick<JointDeal, 'terms' | 'body'>,
  nameOf: (institutionId: string) => string,
): RecognisedInvestment[] {
  if (terms.reading === 'sum') return [];
  return body.positions.flatMap(({ part, institutionId, committed, paid }) => {
    if (part !== 'equity' || (committed === 0 && paid === 0)) return [];
    const days = inForce(body.entries)
      .filter(({ event, partner, amount }) => event === 'pay' && partner === institutionId && amount > 0)
      .map(({ on }) => on);
    const [first, last] = [days[0], days.at(-1)];
    return [
      {
        investor: nameOf(institutionId),
        amount: fen(Math.max(committed, paid)),
        paid: fen(paid),
        paidOn: first === undefined || last === undefined ? null : { first, last },
      },
    ];
  });
}
