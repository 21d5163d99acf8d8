import { actorOf, type Principal } from '#lib/access';
import { dateAt, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import { actAs, again, type Database, type Tx } from '#lib/platform';
import type { DealDesk, DealReading, SaidEvent } from './deal-desk.ts';
import type { DealKind, Party } from './deal.ts';
import { dealWithEvents, takeDeal, type DealEventRow, type StoredDeal } from './deals.store.ts';
import { deskOf } from './raise.ts';

/** A deal in a list. */
export interface DealSummary {
  readonly dealId: string;
  readonly kind: DealKind;
  readonly uscc: Uscc;
  readonly programme: string;
  readonly state: string;
  readonly version: number;
  readonly openedAt: Date;
  readonly stateSince: Date;
  readonly dueOn: LocalDate | null;
  readonly alarmOn: LocalDate | null;
  readonly parties: readonly Party[];
}

export interface DealsQuery {
  readonly limit: number;
  readonly before?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly uscc?: string;
  /** Only those of which somebody is to be warned. */
  readonly overdue?: boolean;
}

/** One deal with all that may be seen and done. */
export interface DealDetail {
  readonly desk: DealDesk;
  readonly deal: DealReading;
  /** Events that the asker may raise now. */
  readonly allowed: readonly string[];
}

/**
 * Whether an institution may be told what line is suggested for a firm that has agreed to nothing yet: it was authorised by it,
 * and the look is logged in this transaction.
 */
export type TellsLine = (tx: Tx, principal: Principal, uscc: Uscc) => Promise<boolean>;

/** 业务: deals of every kind, as one partner, one firm or the house sees them. */
export class Deals {
  private readonly desks: ReadonlyMap<string, DealDesk>;

  constructor(
    private readonly db: Database,
    desks: readonly DealDesk[],
    private readonly clock: Clock,
    private readonly tellsLine: TellsLine,
  ) {
    this.desks = new Map(desks.map((desk) => [desk.kind, desk]));
  }

  kinds(): readonly DealDesk[] {
    return [...this.desks.values()];
  }

  /** Throws ProblemError deal-unknown 404. */
  async get(principal: Principal, dealId: string): Promise<DealDetail> {
    return this.db.as(actorOf(principal), (tx) => this.detail(tx, principal, dealId));
  }

  /** Throws ProblemError deal-unknown 404, event-unknown or event-invalid 422, or what the kind of deal refuses. */
  async say(principal: Principal, { dealId, ...said }: SaidOf & { readonly version: number }): Promise<DealDetail> {
    // A loan and its guarantee move one another: an event of each at the same moment can meet in the middle.
    return again(() =>
      this.db.as(actorOf(principal), async (tx) => {
        const taken = await takeDeal(tx, dealId);
        await this.deskOf(taken).say(tx, principal, taken, said);
        return this.detail(tx, principal, dealId);
      }),
    );
  }

  /** As `say`, in the caller's transaction: what a partner calls back. `kind`: what the caller takes it for. */
  async sayIn(
    tx: Tx,
    principal: Principal,
    kind: DealKind,
    { dealId, ...said }: SaidOf,
  ): Promise<{ readonly version: number }> {
    await actAs(tx, actorOf(principal));
    const taken = await takeDeal(tx, dealId, kind);
    return this.deskOf(taken).say(tx, principal, taken, said);
  }

  /** The newest first, as the asker may see; one more than asked for, if there is one. */
  async page(
    principal: Principal,
    { limit, before, kind, state, uscc, overdue = false }: DealsQuery,
  ): Promise<DealSummary[]> {
    const rows = await this.db.as(actorOf(principal), (tx) =>
      tx.query<DealSummary>(
        `SELECT d.deal_id AS "dealId", d.kind, d.uscc, d.programme, d.state, d.version, d.opened_at AS "openedAt",
           d.state_since AS "stateSince", d.due_on AS "dueOn", d.alarm_on AS "alarmOn",
           coalesce((SELECT jsonb_agg(jsonb_build_object('institutionId', p.institution_id, 'desk', p.desk)
             ORDER BY p.joined_at, p.desk, p.institution_id) FROM deal_party p WHERE p.deal_id = d.deal_id), '[]') AS parties
         FROM deal d WHERE ${theirsOf(principal)} ORDER BY d.deal_id DESC LIMIT $7`,
        [
          before ?? null,
          kind ?? null,
          state ?? null,
          uscc ?? null,
          overdue,
          dateAt(this.clock.now()),
          limit + 1,
          ...whoAsks(principal),
        ],
        `deals-page-of-${placeOf(principal)}`,
      ),
    );
    return rows.map((row) => ({ ...row, parties: partiesFor(principal, row.parties) }));
  }

  /** 建议额度 is the firm's: others at the deal read it once the firm agreed to something in it, or authorised them. */
  private async told(
    tx: Tx,
    principal: Principal,
    deal: DealReading,
    events: readonly DealEventRow[],
  ): Promise<DealReading> {
    const { terms } = deal as { readonly terms: { readonly suggestedLine?: number | null } };
    const isInstitution = placeOf(principal) === 'institution';
    if (!isInstitution || (terms.suggestedLine ?? null) === null || events.some(isByFirm)) return deal;
    if (await this.tellsLine(tx, principal, deal.uscc)) return deal;
    return { ...deal, terms: { ...terms, suggestedLine: null } };
  }

  private deskOf({ kind }: StoredDeal): DealDesk {
    const desk = this.desks.get(kind);
    if (desk === undefined) throw new RangeError(`no desk takes deals of the kind ${kind}`);
    return desk;
  }

  private async detail(tx: Tx, principal: Principal, dealId: string): Promise<DealDetail> {
    const found = await dealWithEvents(tx, dealId);
    const desk = this.deskOf(found.deal);
    const deal = await this.told(tx, principal, desk.read(principal, found.deal, found.events), found.events);
    const allowed = Object.entries(desk.table.states[deal.state]!.on ?? {}).flatMap(([event, rule]) => {
      const by = rule?.by ?? [];
      const role = deskOf(principal, deal, by);
      return role !== undefined && by.includes(role) ? [event] : [];
    });
    return { desk, deal, allowed };
  }
}

/** What a firm does to be lent to; what follows from another deal carries that one's consent with it. */
const AGREES = ['consent', 'carry-over', 'submit', 'supply', 'share'];
const isByFirm = ({ event, role }: DealEventRow): boolean =>
  role === 'FIRM' || role === 'SYSTEM' ? event === null || AGREES.includes(event) : false;

/** An event as it came from outside, and the deal that it is of. */
export interface SaidOf extends SaidEvent {
  readonly dealId: string;
}

/** $1 to $6 of a page. */
const asked = (deal: string): string =>
  `($1::uuid IS NULL OR ${deal}.deal_id < $1) AND ($2::text IS NULL OR ${deal}.kind = $2) AND ($3::text IS NULL OR ${deal}.state = $3)
   AND ($4::text IS NULL OR ${deal}.uscc = $4) AND (NOT $5 OR ${deal}.alarm_on < $6)`;

const placeOf = ({ kind, uscc }: Principal): 'house' | 'firm' | 'institution' =>
  kind === 'operator' || kind === 'regulator' ? 'house' : uscc === undefined ? 'institution' : 'firm';

/** $8 of a page. */
const whoAsks = (principal: Principal): string[] =>
  placeOf(principal) === 'house' ? [] : [principal.uscc ?? principal.institutionId];

/**
 * Row-level security says what somebody may see; this says where it lies, so that a page costs what it shows and not what
 * others have: the newest of the deals at which an institution sits, and of those that it opened.
 */
function theirsOf(principal: Principal): string {
  const place = placeOf(principal);
  if (place === 'house') return asked('d');
  if (place === 'firm') return `d.uscc = $8 AND ${asked('d')}`;
  const seats = `SELECT DISTINCT p.deal_id FROM deal_party p JOIN deal s USING (deal_id) WHERE p.institution_id = $8 AND ${asked('s')}`;
  const opened = `SELECT o.deal_id FROM deal o WHERE o.institution_id = $8 AND ${asked('o')}`;
  const newest = (deals: string): string => `(${deals} ORDER BY deal_id DESC LIMIT $7)`;
  return `d.deal_id IN (${newest(seats)} UNION ${newest(opened)})`;
}

/** Who opened a deal and has no desk at it is not told who has. */
function partiesFor({ kind, institutionId }: Principal, parties: readonly Party[]): readonly Party[] {
  const seesAll = kind === 'operator' || kind === 'regulator' || kind === 'firm';
  return seesAll || parties.some((party) => party.institutionId === institutionId) ? parties : [];
}
