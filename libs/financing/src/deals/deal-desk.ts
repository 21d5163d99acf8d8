import type { Principal } from '#lib/access';
import type { WorkingCalendar, Workflow } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { deadlinesOf, type Deadline, type Deal, type DealKind, type DealType, type Desk, type Raiser } from './deal.ts';
import { dealFrom, type DealEventRow, type StoredDeal } from './deals.store.ts';
import { changeFrom, type EventCatalogue } from './event-words.ts';
import { heard } from './heard.ts';
import type { CommandOn } from './raise.ts';

/** An event as it came from outside. */
export interface SaidEvent {
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** 收到时刻 of what was told before and waited; its days are judged by it. Default: now. */
  readonly heardAt?: Date;
}

/** A deal as its reader may see it. Terms and body are JSON; members of `money` are whole fen. */
export interface DealReading extends Pick<
  Deal<string, unknown, unknown>,
  'dealId' | 'uscc' | 'programme' | 'state' | 'version' | 'openedAt' | 'stateSince' | 'parties' | 'terms' | 'body'
> {
  /** What waits for a second person. */
  readonly proposal: { readonly event: string; readonly by: Raiser['role'] | null; readonly at: Date | null } | null;
  readonly deadlines: readonly Deadline<string>[];
  /** Events that the reader's desk may raise and the reader itself may not now; left out: none. */
  readonly barred?: readonly string[];
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
  /** A deal that the asker may see, as it is theirs to read. */
  read(principal: Principal, deal: StoredDeal, events: readonly DealEventRow[]): DealReading;
  /**
   * In the transaction that took the deal; without a version at whatever version it stands. Throws ProblemError event-unknown or
   * event-invalid 422, and whatever refuses the event.
   */
  say(
    tx: Tx,
    principal: Principal,
    deal: StoredDeal,
    said: SaidEvent & { readonly version?: number },
  ): Promise<{ readonly version: number }>;
}

/** What a service of one kind offers. */
interface DealCommands<S extends string, B, C extends { readonly event: string }, O> {
  seen(
    principal: Principal,
    deal: Deal<S, B, C, O>,
    events: readonly DealEventRow[],
  ): { readonly deal: Deal<S, B, C, O>; readonly events: readonly DealEventRow[] };
  commandOn(tx: Tx, principal: Principal, given: CommandOn<C>): Promise<{ readonly version: number }>;
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
    read: (principal, stored, history) => {
      const { deal, events } = service.seen(principal, dealFrom(type, stored), history);
      const { proposal, ...shown } = deal;
      return {
        ...shown,
        proposal: proposal && { event: proposal.change.event, by: proposal.by.role, at: proposal.by.at },
        deadlines: deadlinesOf(type, deal, calendar),
        events,
      };
    },
    say: (tx, principal, taken, { event, detail, heardAt, ...at }) =>
      service.commandOn(tx, principal, { taken, ...at, change: heard(changeFrom<C>(words, event, detail), heardAt) }),
  };
}
