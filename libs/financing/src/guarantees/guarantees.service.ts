import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, institutionsById, type InstitutionKind, type Principal } from '#lib/access';
import { ProblemError, type Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { Capacity } from '../capacity/capacity.service.ts';
import type { Desk, Party, Raiser } from '../deals/deal.ts';
import {
  dealEvents,
  dealsWithTerm,
  findDeal,
  openDeal,
  pageOfDeals,
  type DealEventRow,
  type DealQuery,
} from '../deals/deals.store.ts';
import { command, deskOf, move, sweepDeals, type Command, type DealParts } from '../deals/raise.ts';
import { dealUnknown } from '../deals/refusals.ts';
import { guaranteeFlow, type GuaranteeFlow } from './guarantee-flow.ts';
import { refusal } from './guarantee-refusals.ts';
import { guaranteeTerms, withinProgramme, type GuaranteeTerms } from './guarantee-terms.ts';
import { dueChange, GUARANTEE, guaranteeFor } from './guarantee-type.ts';
import type { Guarantee, GuaranteeChange } from './guarantee.ts';

export interface GuaranteeApplication {
  readonly uscc: Uscc;
  /** 产品代码. */
  readonly programme: string;
  readonly terms: GuaranteeTerms;
}

/** 担保申请: opened by the firm, its bank, a guarantor or the platform; moved by whoever sits at it. */
export class Guarantees {
  readonly flow: GuaranteeFlow;

  constructor(
    private readonly parts: DealParts,
    readonly capacity: Capacity,
  ) {
    this.flow = guaranteeFlow(capacity);
  }

  /**
   * A draft. Throws ProblemError guarantee-terms-invalid, guarantee-over-programme, party-unknown 422; application-refused 403
   * for whoever may not apply in these names.
   */
  async open(principal: Principal, { uscc, programme, terms: given }: GuaranteeApplication): Promise<Guarantee> {
    const terms = guaranteeTerms(given);
    withinProgramme('/principal', terms.principal, terms);
    const role = applicantOf(principal, uscc, terms);
    const { clock, calendar, db } = this.parts;
    return db.as(actorOf(principal), async (tx) => {
      await knownParties(tx, {
        '/guarantorId': [terms.guarantorId, 'guarantor'],
        '/bankId': [terms.bankId, 'bank'],
        '/reGuarantorId': [terms.reGuarantorId, 'guarantor'],
      });
      const at = clock.now();
      const order = {
        dealId: uuidv7({ msecs: at.getTime() }),
        uscc,
        programme,
        openedAt: at,
        parties: partiesOf(terms),
        terms,
      };
      const { institutionId, personId } = principal;
      return openDeal(tx, GUARANTEE, order, { by: { role, institutionId, personId, at }, calendar });
    });
  }

  /** One event. Throws what `command` throws, what the guarantee refuses, capacity-passed and reservation-expired 409. */
  async act(principal: Principal, given: Command<GuaranteeChange>): Promise<Guarantee> {
    const { change } = given;
    if (change.event === 'contract' && change.bankId !== undefined)
      await knownParties(this.parts.db, { '/bankId': [change.bankId, 'bank'] });
    const deal = await command(this.parts, this.flow, principal, given);
    return guaranteeFor(deskFor(principal, deal), deal);
  }

  /** As the reader's desk sees it. Throws ProblemError deal-unknown 404. */
  async get(
    principal: Principal,
    dealId: string,
  ): Promise<{ readonly deal: Guarantee; readonly events: readonly DealEventRow[] }> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, GUARANTEE, dealId);
      if (deal === undefined) throw dealUnknown(dealId);
      const desk = deskFor(principal, deal);
      const own = desk === 'GUAR' || desk === 'OPS';
      const events = await dealEvents(tx, dealId);
      return {
        deal: guaranteeFor(desk, deal),
        events: own
          ? events
          : events.map(({ detail, event, ...row }) => ({ ...row, event, detail: shown(event, detail) })),
      };
    });
  }

  /** Newest first, those that the reader may see. */
  async page(principal: Principal, query: DealQuery): Promise<Guarantee[]> {
    const deals = await this.parts.db.as(actorOf(principal), (tx) => pageOfDeals(tx, GUARANTEE, query));
    return deals.map((deal) => guaranteeFor(deskFor(principal, deal), deal));
  }

  /** Guarantees of a loan, so that its draws and repayments reach them. */
  ofLoan(db: Db, loanDealId: string): Promise<Guarantee[]> {
    return dealsWithTerm(db, GUARANTEE, 'loanDealId', loanDealId);
  }

  /** A change that follows from another deal, in its transaction: a repaid loan lowers its guarantee. Throws as `act`. */
  async follow(tx: Tx, dealId: string, change: GuaranteeChange, by: Raiser): Promise<Guarantee> {
    const deal = await findDeal(tx, GUARANTEE, dealId, 'update');
    if (deal === undefined) throw dealUnknown(dealId);
    return move(tx, this.parts, this.flow, deal, change, by);
  }

  /** 期限届满: what time brings, and reservations that are over. Resolves to the number of deals that moved. */
  sweep(): Promise<number> {
    return this.parts.db.as(HOUSE, async (tx) => {
      const moved = await sweepDeals(tx, this.parts, this.flow, dueChange);
      await this.capacity.expire(tx);
      return moved;
    });
  }
}

/** Where somebody stands who may see the deal; a regulator reads like the house. */
const deskFor = (principal: Principal, deal: Guarantee): Desk =>
  principal.kind === 'regulator' ? 'OPS' : (deskOf(principal, deal, ['GUAR']) ?? 'FIRM');

/** The details of an event without what is the guarantor's own. */
function shown(event: string | null, detail: DealEventRow['detail']): DealEventRow['detail'] {
  if (event === 'report') return {};
  const { caps: _own, ...rest } = detail;
  return rest;
}

export const partiesOf = ({ guarantorId, bankId, reGuarantorId }: GuaranteeTerms): Party[] => [
  { institutionId: guarantorId, desk: 'GUAR' },
  ...(bankId === null ? [] : [{ institutionId: bankId, desk: 'BANK' as const }]),
  ...(reGuarantorId === null ? [] : [{ institutionId: reGuarantorId, desk: 'REGUAR' as const }]),
];

function applicantOf(principal: Principal, uscc: Uscc, terms: GuaranteeTerms): Desk {
  const { kind, institutionId } = principal;
  if (kind === 'operator') return 'OPS';
  if (kind === 'firm' && principal.uscc === uscc) return 'FIRM';
  if (kind === 'bank' && terms.bankId === institutionId) return 'BANK';
  if (kind === 'guarantor' && terms.guarantorId === institutionId) return 'GUAR';
  const zh = '只能以本企业、本机构的名义申请';
  const en = 'an application is made in one’s own name';
  throw new ProblemError({ code: 'application-refused', status: 403, zh, en });
}

async function knownParties(
  db: Db,
  asked: Readonly<Record<string, readonly [string | null, InstitutionKind]>>,
): Promise<void> {
  const ids = Object.values(asked).flatMap(([id]) => (id === null ? [] : [id]));
  const known = await institutionsById(db, ids);
  for (const [pointer, [id, kind]] of Object.entries(asked))
    if (id !== null && known.get(id)?.kind !== kind)
      throw refusal(
        'party-unknown',
        422,
        pointer,
        `没有该${kind === 'bank' ? '银行' : '担保机构'}`,
        `there is no such ${kind}`,
      );
}
