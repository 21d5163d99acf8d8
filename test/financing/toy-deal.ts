import { v7 as uuidv7 } from 'uuid';
import { HOUSE, type Principal } from '#lib/access';
import { openDeal, type DealFlow, type DealType, type Desk } from '#lib/financing';
import { ProblemError, workflow } from '#lib/kernel';
import { demoUscc } from '../kit/firms.ts';
import { readCalendar } from '#lib/product';
import type { TestProduct } from '../kit/database.ts';

type State = 'OPEN' | 'DONE';
type Change = { readonly event: 'add'; readonly amount: number } | { readonly event: 'finish' };
interface Body {
  readonly amounts: readonly number[];
}

/** The smallest deal: a bank adds amounts below 100 in the order in which they come. */
export const TOY: DealType<State, Change['event'], Body, Change, object> = {
  kind: 'referral',
  table: workflow<State, Change['event'], Desk>({
    name: 'toy',
    initial: 'OPEN',
    states: {
      OPEN: { zh: '开', en: 'open', on: { add: { to: 'OPEN', by: ['BANK'] }, finish: { to: 'DONE', by: ['BANK'] } } },
      DONE: { zh: '毕', en: 'done' },
    },
  }),
  twoPersons: [],
  begin: () => ({ amounts: [] }),
  apply: ({ body }, change) => {
    if (change.event === 'finish') return { body };
    if (change.amount > 100)
      throw new ProblemError({ code: 'amount-invalid', status: 422, zh: '金额过大', en: 'too much' });
    return { body: { amounts: [...body.amounts, change.amount] } };
  },
};

export const TOY_FLOW: DealFlow<State, Change['event'], Body, Change, object> = { type: TOY };

/** Opens one for a bank; resolves to its id. */
export async function openToy({ db, clock }: TestProduct, bank: Principal): Promise<string> {
  const at = clock.now();
  const dealId = uuidv7({ msecs: at.getTime() });
  const { institutionId, personId } = bank;
  const order = {
    dealId,
    uscc: demoUscc(1),
    programme: 'CKT',
    openedAt: at,
    parties: [{ institutionId, desk: 'BANK' as const }],
    terms: {},
  };
  await db.as(HOUSE, (tx) =>
    openDeal(tx, TOY, order, { by: { role: 'BANK', institutionId, personId, at }, calendar: readCalendar() }),
  );
  return dealId;
}
