import type { Principal } from '#lib/access';
import type { WorkingCalendar, Workflow } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { deadlinesOf, type Deadline, type Deal, type DealKind, type DealType, type Desk, type Raiser } from './deal.ts';
import type { DealEventRow } from './deals.store.ts';
import { changeFrom, type EventCatalogue } from './event-words.ts';
import type { Command } from './raise.ts';

/** An event as it came from outside. */
export interface SaidEvent {
  readonly dealId: string;
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A deal as its reader may see it. Terms and body are JSON; members of `money` are whole fen. */
export interface DealReading extends Pick<
  Deal<string, unknown, unknown>,
  'dealId' | 'uscc' | 'programme' | 'state' | 'version' | 'openedAt' | 'stateSince' | 'parties' | 'terms' | 'body'
> {
  /** What waits for a second person. */
  readonly proposal: { readonly event: string; readonly by: Raiser['role'] | null; readonly at: Date | null } | null;
  readonly deadlines: readonly Deadline<string>[];
  /** Those that concern the reader, the oldest first. */
  readonly events: readonly DealEventRow[];
}

/** A kind of deal as the API and callbacks work with it. */
export interface DealDesk {
  readonly kind: DealKind;
  readonly table: Workflow<string, string, Desk>;
  readonly twoPersons: readonly string[];
  readonly words: EventCatalogue<string>;
  /** Members of terms, body and events that are money. */
  readonly money: ReadonlySet<string>;
  /** Throws ProblemError deal-unknown 404. */
  read(principal: Principal, dealId: string): Promise<DealReading>;
  /** Throws ProblemError event-unknown or event-invalid 422, and whatever refuses the event. */
  say(principal: Principal, said: SaidEvent & { readonly version: number }): Promise<void>;
  /** As `say`, in the caller's transaction, at whatever version the deal stands. */
  sayIn(tx: Tx, principal: Principal, said: SaidEvent): Promise<{ readonly version: number }>;
}

/** What a service of one kind offers. */
interface DealCommands<S extends string, B, C extends { readonly event: string }, O> {
  get(
    principal: Principal,
    dealId: string,
  ): Promise<{ readonly deal: Deal<S, B, C, O>; readonly events: readonly DealEventRow[] }>;
  command(principal: Principal, given: Command<C>): Promise<unknown>;
  commandIn(tx: Tx, principal: Principal, given: Omit<Command<C>, 'version'>): Promise<{ readonly version: number }>;
}

/** A kind of deal whose service shows it as it is kept. */
export function dealDesk<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  service: DealCommands<S, B, C, O>,
  type: DealType<S, E, B, C, O>,
  rest: {
    readonly words: EventCatalogue<E>;
    readonly money: readonly string[];
    readonly calendar: WorkingCalendar;
  },
): DealDesk {
  const { words, money, calendar } = rest;
  return {
    kind: type.kind,
    table: type.table,
    twoPersons: type.twoPersons,
    words,
    money: new Set(money),
    read: async (principal, dealId) => {
      const { deal, events } = await service.get(principal, dealId);
      const { proposal, ...shown } = deal;
      return {
        ...shown,
        proposal: proposal && { event: proposal.change.event, by: proposal.by.role, at: proposal.by.at },
        deadlines: deadlinesOf(type, deal, calendar),
        events,
      };
    },
    say: async (principal, { dealId, version, event, detail }) =>
      void (await service.command(principal, { dealId, version, change: changeFrom<C>(words, event, detail) })),
    sayIn: (tx, principal, { dealId, event, detail }) =>
      service.commandIn(tx, principal, { dealId, change: changeFrom<C>(words, event, detail) }),
  };
}
