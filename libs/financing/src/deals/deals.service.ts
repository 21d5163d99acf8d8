import { actorOf, type Principal } from '#lib/access';
import { dateAt, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import type { Database, Db, Tx } from '#lib/platform';
import type { DealDesk, DealReading, SaidEvent } from './deal-desk.ts';
import type { DealKind, Party } from './deal.ts';
import { deskOf } from './raise.ts';
import { dealUnknown } from './refusals.ts';

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

/** 业务: deals of every kind, as one partner, one firm or the house sees them. */
export class Deals {
  private readonly desks: ReadonlyMap<string, DealDesk>;

  constructor(
    private readonly db: Database,
    desks: readonly DealDesk[],
    private readonly clock: Clock,
  ) {
    this.desks = new Map(desks.map((desk) => [desk.kind, desk]));
  }

  kinds(): readonly DealDesk[] {
    return [...this.desks.values()];
  }

  /** Throws ProblemError deal-unknown 404. */
  async get(principal: Principal, dealId: string): Promise<DealDetail> {
    return detail(principal, await this.deskFor(principal, dealId), dealId);
  }

  /** Throws ProblemError deal-unknown 404, event-unknown or event-invalid 422, or what the kind of deal refuses. */
  async say(principal: Principal, said: SaidEvent & { readonly version: number }): Promise<DealDetail> {
    const desk = await this.deskFor(principal, said.dealId);
    await desk.say(principal, said);
    return detail(principal, desk, said.dealId);
  }

  /** As `say`, in the caller's transaction: what a partner calls back. `kind`: what the caller takes it for. */
  async sayIn(tx: Tx, principal: Principal, kind: DealKind, said: SaidEvent): Promise<{ readonly version: number }> {
    const found = await kindOf(tx, said.dealId);
    const desk = found === kind ? this.desks.get(kind) : undefined;
    if (desk === undefined) throw dealUnknown(said.dealId);
    return desk.sayIn(tx, principal, said);
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
         FROM deal d WHERE ($1::uuid IS NULL OR d.deal_id < $1) AND ($2::text IS NULL OR d.kind = $2)
           AND ($3::text IS NULL OR d.state = $3) AND ($4::text IS NULL OR d.uscc = $4) AND (NOT $5 OR d.alarm_on < $6)
         ORDER BY d.deal_id DESC LIMIT $7`,
        [before ?? null, kind ?? null, state ?? null, uscc ?? null, overdue, dateAt(this.clock.now()), limit + 1],
        'deals-page',
      ),
    );
    return rows.map((row) => ({ ...row, parties: partiesFor(principal, row.parties) }));
  }

  private async deskFor(principal: Principal, dealId: string): Promise<DealDesk> {
    const kind = await this.db.as(actorOf(principal), (tx) => kindOf(tx, dealId));
    const desk = kind === undefined ? undefined : this.desks.get(kind);
    if (desk === undefined) throw dealUnknown(dealId);
    return desk;
  }
}

/** Who opened a deal and has no desk at it is not told who has. */
function partiesFor({ kind, institutionId }: Principal, parties: readonly Party[]): readonly Party[] {
  const seesAll = kind === 'operator' || kind === 'regulator' || kind === 'firm';
  return seesAll || parties.some((party) => party.institutionId === institutionId) ? parties : [];
}

async function kindOf(db: Db, dealId: string): Promise<string | undefined> {
  const [row] = await db.query<{ kind: string }>('SELECT kind FROM deal WHERE deal_id = $1', [dealId], 'deal-kind');
  return row?.kind;
}

async function detail(principal: Principal, desk: DealDesk, dealId: string): Promise<DealDetail> {
  const deal = await desk.read(principal, dealId);
  const allowed = Object.entries(desk.table.states[deal.state]!.on ?? {}).flatMap(([event, rule]) => {
    const by = rule?.by ?? [];
    const role = deskOf(principal, deal, by);
    return role !== undefined && by.includes(role) ? [event] : [];
  });
  return { desk, deal, allowed };
}
