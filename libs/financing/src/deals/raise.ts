import { actorOf, type Principal } from '#lib/access';
import { dateAt, type Clock, type WorkingCalendar } from '#lib/kernel';
import type { Notices } from '#lib/notices';
import { again, type Database, type Tx } from '#lib/platform';
import { changed, deadlinesOf, type Deal, type DealType, type Desk, type Raiser } from './deal.ts';
import { dealFrom, dueDeals, saveDeal, takeDeal, type StoredDeal } from './deals.store.ts';
import { dealUnknown, versionStale } from './refusals.ts';

/** What every kind of deal works with. */
export interface DealParts {
  readonly db: Database;
  readonly notices: Notices;
  readonly calendar: WorkingCalendar;
  readonly clock: Clock;
}

/** What partners at a deal are told of a change (domain §6.9). */
export interface DealMessage {
  /** `guarantee.event.v1`, `referral.status.v1` … */
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A kind of deal with what its service adds to the pure rules. */
export interface DealFlow<S extends string, E extends string, B, C extends { readonly event: E }, O> {
  readonly type: DealType<S, E, B, C, O>;
  /**
   * Adds to a change what is true at that moment and has to be replayed with it, such as the caps of a guarantor. In the
   * transaction, after the rules allowed the change as it came; not for events that two persons raise, which say the same.
   */
  readonly prepare?: (tx: Tx, move: Move<S, B, C, O>) => Promise<C>;
  /**
   * In the transaction, after the rules allowed the change and before it is saved: capacity is taken, linked deals move,
   * outcomes are written down. Throws ProblemError to refuse it all.
   */
  readonly effects?: (tx: Tx, move: Move<S, B, C, O>) => Promise<void>;
  /** Undefined: nobody is told. Not asked for proposals. */
  readonly message?: (move: Move<S, B, C, O>) => DealMessage | undefined;
}

/** One change of one deal. */
export interface Move<S extends string, B, C, O> {
  readonly before: Deal<S, B, C, O>;
  readonly after: Deal<S, B, C, O>;
  readonly change: C;
  readonly by: Raiser;
}

export interface Command<C> {
  readonly dealId: string;
  readonly change: C;
  /** What the caller saw; another version is refused. */
  readonly version: number;
}

/**
 * A change by a partner, the firm or the house, in a transaction of its own. Throws ProblemError deal-unknown 404,
 * version-stale 409, transition-refused 409, role-refused 403, two-persons-needed 409, or what the kind refuses.
 */
export async function command<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  parts: DealParts,
  flow: DealFlow<S, E, B, C, O>,
  principal: Principal,
  { dealId, change, version }: Command<C>,
): Promise<Deal<S, B, C, O>> {
  return again(() =>
    parts.db.as(actorOf(principal), async (tx) => {
      const taken = await takeDeal(tx, dealId, flow.type.kind);
      return commandOn(tx, parts, flow, principal, { taken, change, version });
    }),
  );
}

/** What somebody wants of a deal that `takeDeal` gave them; without a version it is taken as it was found. */
export interface CommandOn<C> {
  readonly taken: StoredDeal;
  readonly change: C;
  readonly version?: number;
}

/** As `command`, in the transaction that took the deal. */
export async function commandOn<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  parts: DealParts,
  flow: DealFlow<S, E, B, C, O>,
  principal: Principal,
  { taken, change, version }: CommandOn<C>,
): Promise<Deal<S, B, C, O>> {
  const deal = dealFrom(flow.type, taken);
  if (version !== undefined && deal.version !== version) throw versionStale(deal.version);
  const role = deskOf(principal, deal, flow.type.table.states[deal.state].on?.[change.event]?.by ?? []);
  if (role === undefined) throw dealUnknown(deal.dealId);
  const { institutionId, personId } = principal;
  return move(tx, parts, flow, deal, change, { role, institutionId, personId, at: parts.clock.now() });
}

/** The desk at which somebody acts: of several, one that may raise the event. Undefined: none. */
export function deskOf(
  principal: Pick<Principal, 'kind' | 'institutionId' | 'uscc'>,
  { uscc, parties }: Pick<Deal<string, unknown, unknown>, 'uscc' | 'parties'>,
  allowed: readonly Desk[],
): Desk | undefined {
  if (principal.kind === 'operator') return 'OPS';
  if (principal.kind === 'firm') return principal.uscc === uscc ? 'FIRM' : undefined;
  const desks = parties
    .filter(({ institutionId }) => institutionId === principal.institutionId)
    .map(({ desk }) => desk);
  return desks.find((desk) => allowed.includes(desk)) ?? desks[0];
}

/** One change of a deal that the caller has locked: rules, effects, event, messages, in the caller's transaction. */
export async function move<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  { notices, calendar }: Pick<DealParts, 'notices' | 'calendar'>,
  flow: DealFlow<S, E, B, C, O>,
  before: Deal<S, B, C, O>,
  given: C,
  by: Raiser,
): Promise<Deal<S, B, C, O>> {
  let made = { before, after: changed(flow.type, before, given, by), change: given, by };
  if (flow.prepare && !flow.type.twoPersons.includes(given.event)) {
    const change = await flow.prepare(tx, made);
    made = { ...made, change, after: changed(flow.type, before, change, by) };
  }
  const { after } = made;
  if (after.proposal === null) await flow.effects?.(tx, made);
  await saveDeal(tx, flow.type, made, { by, calendar });
  const message = after.proposal === null ? flow.message?.(made) : undefined;
  if (message !== undefined) {
    const told = new Set(after.parties.map(({ institutionId }) => institutionId));
    if (by.institutionId !== null) told.delete(by.institutionId);
    for (const one of told) if (flow.type.tells?.(after, one, dateAt(by.at)) === false) told.delete(one);
    const aggregate = `${flow.type.kind}/${after.dealId}`;
    // In one order for all: two deals with the same partners wait for one another's notices, and never both.
    for (const institutionId of [...told].sort())
      await notices.publish(tx, { institutionId, ...message, aggregate, at: by.at });
  }
  return after;
}

/** Deals of one kind that a sweep looks at. */
const SWEPT_AT_ONCE = 200;

/**
 * Raises what time brings (期限届满): the earliest event whose last day is over. Resolves to the number of deals that moved.
 * `changeOf` makes the change of a timer's event.
 */
export async function sweepDeals<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  parts: DealParts,
  flow: DealFlow<S, E, B, C, O>,
  changeOf: (event: E, deal: Deal<S, B, C, O>) => C,
): Promise<number> {
  const at = parts.clock.now();
  const today = dateAt(at);
  const due = await dueDeals(tx, flow.type, today, SWEPT_AT_ONCE);
  let moved = 0;
  for (const deal of due) {
    const first = deadlinesOf(flow.type, deal, parts.calendar).find(
      ({ event, lastDay }) => event !== 'alarm' && lastDay < today,
    );
    if (first === undefined) continue;
    const change = changeOf(first.event as E, deal);
    await move(tx, parts, flow, deal, change, { role: 'SYSTEM', institutionId: null, personId: null, at });
    moved += 1;
  }
  return moved;
}
