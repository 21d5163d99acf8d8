import { actorOf, type Principal } from '#lib/access';
import { dateAt, type Clock, type LocalDate, type Uscc, type WorkingCalendar, type Workflow } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { deadlinesOf, type Deadline, type Deal, type DealKind, type DealType, type Desk, type Party } from './deal.ts';
import { dealEvents, type DealEventRow } from './deals.store.ts';
import { changeFrom, type EventCatalogue } from './event-words.ts';
import { deskOf, type Command } from './raise.ts';
import { dealUnknown } from './refusals.ts';

/** A kind of deal as the API works with it. */
export interface DealDesk {
  readonly kind: DealKind;
  readonly table: Workflow<string, string, Desk>;
  readonly twoPersons: readonly string[];
  readonly words: EventCatalogue<string>;
  /** Members of terms and body that are money. */
  readonly money: ReadonlySet<string>;
  get(principal: Principal, dealId: string): Promise<AnyDeal>;
  command(principal: Principal, given: Omit<Command<never>, 'change'> & Raised): Promise<AnyDeal>;
  deadlines(deal: AnyDeal, calendar: WorkingCalendar): readonly Deadline<string>[];
  /** What this desk may see of it today; everything where nothing is said. */
  show(deal: AnyDeal, principal: Principal, today: LocalDate): { readonly terms: unknown; readonly body: unknown };
}

interface Raised {
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type AnyDeal = Deal<string, unknown, { readonly event: string }>;

/** What a service of one kind offers. */
interface DealCommands<S extends string, B, C extends { readonly event: string }, O> {
  get(principal: Principal, dealId: string): Promise<{ readonly deal: Deal<S, B, C, O> }>;
  command(principal: Principal, given: Command<C>): Promise<Deal<S, B, C, O>>;
}

/** A kind of deal for the API: its rules, its words, its service. */
export function dealDesk<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  service: DealCommands<S, B, C, O>,
  type: DealType<S, E, B, C, O>,
  {
    words,
    money,
    show,
  }: {
    readonly words: EventCatalogue<E>;
    readonly money: readonly string[];
    readonly show?: (deal: Deal<S, B, C, O>, principal: Principal, today: LocalDate) => ReturnType<DealDesk['show']>;
  },
): DealDesk {
  const own = (deal: AnyDeal): Deal<S, B, C, O> => deal as unknown as Deal<S, B, C, O>;
  return {
    kind: type.kind,
    table: type.table,
    twoPersons: type.twoPersons,
    words,
    money: new Set(money),
    get: async (principal, dealId) => (await service.get(principal, dealId)).deal,
    command: async (principal, { dealId, version, event, detail }) => {
      const change = changeFrom<C>(words, event, detail);
      return service.command(principal, { dealId, version, change });
    },
    deadlines: (deal, calendar) => deadlinesOf(type, own(deal), calendar),
    show: (deal, principal, today) =>
      show === undefined ? { terms: deal.terms, body: deal.body } : show(own(deal), principal, today),
  };
}

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
  readonly deal: AnyDeal;
  readonly shown: ReturnType<DealDesk['show']>;
  readonly events: readonly DealEventRow[];
  readonly deadlines: readonly Deadline<string>[];
  /** Events that the asker may raise now. */
  readonly allowed: readonly string[];
}

/** 业务: deals of every kind, as one partner, one firm or the house sees them. */
export class Deals {
  private readonly desks: ReadonlyMap<string, DealDesk>;

  constructor(
    private readonly db: Database,
    desks: readonly DealDesk[],
    private readonly calendar: WorkingCalendar,
    private readonly clock: Clock,
  ) {
    this.desks = new Map(desks.map((desk) => [desk.kind, desk]));
  }

  kinds(): readonly DealDesk[] {
    return [...this.desks.values()];
  }

  /** Throws ProblemError deal-unknown 404. */
  async get(principal: Principal, dealId: string): Promise<DealDetail> {
    const desk = await this.deskFor(principal, dealId);
    return this.detail(principal, desk, await desk.get(principal, dealId));
  }

  /** Throws ProblemError deal-unknown 404, event-unknown or event-invalid 422, or what the kind of deal refuses. */
  async command(
    principal: Principal,
    dealId: string,
    given: Raised & { readonly version: number },
  ): Promise<DealDetail> {
    const desk = await this.deskFor(principal, dealId);
    return this.detail(principal, desk, await desk.command(principal, { dealId, ...given }));
  }

  /** The newest first, as the asker may see; one more than asked for, if there is one. */
  async page(
    principal: Principal,
    { limit, before, kind, state, uscc, overdue = false }: DealsQuery,
  ): Promise<DealSummary[]> {
    return this.db.as(actorOf(principal), (tx) =>
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
  }

  private async deskFor(principal: Principal, dealId: string): Promise<DealDesk> {
    const [row] = await this.db.as(actorOf(principal), (tx) =>
      tx.query<{ kind: string }>('SELECT kind FROM deal WHERE deal_id = $1', [dealId], 'deal-kind'),
    );
    const desk = row && this.desks.get(row.kind);
    if (desk === undefined) throw dealUnknown(dealId);
    return desk;
  }

  private async detail(principal: Principal, desk: DealDesk, deal: AnyDeal): Promise<DealDetail> {
    const events = await this.db.as(actorOf(principal), (tx) => dealEvents(tx, deal.dealId));
    const on = Object.entries(desk.table.states[deal.state]!.on ?? {});
    const allowed = on.flatMap(([event, rule]) => {
      const by = rule?.by ?? [];
      const role = deskOf(principal, deal, by);
      return role !== undefined && by.includes(role) ? [event] : [];
    });
    return {
      desk,
      deal,
      shown: desk.show(deal, principal, dateAt(this.clock.now())),
      events,
      deadlines: desk.deadlines(deal, this.calendar),
      allowed,
    };
  }
}
