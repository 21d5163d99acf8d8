import { canonicalJson } from '#lib/data-sources';
import { dueOn, ProblemError, step, type LocalDate, type Uscc, type WorkingCalendar, type Workflow } from '#lib/kernel';
import { judgedBy, saidIn } from './heard.ts';

/** 业务类别: guarantee 担保申请, referral 贷款推荐, joint-case 联合授信 (投贷担, 股贷担保租). */
export const DEAL_KINDS = ['guarantee', 'referral', 'joint-case'] as const;
export type DealKind = (typeof DEAL_KINDS)[number];

/** 席位: for whom somebody acts in a deal. OPS is the platform, which informs and matches and never decides. */
export const DESKS = ['FIRM', 'BANK', 'GUAR', 'REGUAR', 'INVEST', 'INSUR', 'LEASE', 'OPS'] as const;
export type Desk = (typeof DESKS)[number];

/** An institution at a desk of a deal. FIRM and OPS are nobody's seat: the firm is its code, the platform the house. */
export interface Party {
  readonly institutionId: string;
  readonly desk: Exclude<Desk, 'FIRM' | 'OPS'>;
}

/** What a deal is about: fixed when it is opened. */
export interface DealOrder<O> {
  readonly dealId: string;
  readonly uscc: Uscc;
  /** 产品代码 of models/programmes. */
  readonly programme: string;
  readonly openedAt: Date;
  readonly parties: readonly Party[];
  readonly terms: O;
}

/** Who raises an event. `SYSTEM`: a timer, or what follows from another deal; then both ids are null. */
export interface Raiser {
  readonly role: Desk | 'SYSTEM';
  readonly institutionId: string | null;
  readonly personId: string | null;
  readonly at: Date;
}

/** The first half of what takes two persons (双人复核): it stands until anything else happens. */
export interface Proposal<C> {
  readonly change: C;
  readonly by: Raiser;
}

/** 业务: as its events made it. */
export interface Deal<S extends string, B, C, O = unknown> extends DealOrder<O> {
  readonly state: S;
  readonly version: number;
  readonly stateSince: Date;
  readonly proposal: Proposal<C> | null;
  /** Amounts and partners' words: what the kind of deal keeps. */
  readonly body: B;
}

/** What an event did: the chosen state where the table leaves several, the new body, parties that joined. */
export interface Effect<S extends string, B> {
  readonly to?: S;
  readonly body: B;
  readonly joining?: readonly Party[];
}

/** The last day on which something lasts by itself. */
export interface Deadline<E extends string> {
  readonly event: E | 'alarm';
  readonly lastDay: LocalDate;
}

/** One kind of deal: its table, and what an event does to its body. All pure. */
export interface DealType<S extends string, E extends string, B, C extends { readonly event: E }, O> {
  readonly kind: DealKind;
  readonly table: Workflow<S, E, Desk>;
  /** Events that two persons raise together. */
  readonly twoPersons: readonly E[];
  readonly begin: (order: DealOrder<O>) => B;
  /** Throws ProblemError for what the event may not do now. Called after the table and the role allowed it. */
  readonly apply: (deal: Deal<S, B, C, O>, change: C, by: Raiser) => Effect<S, B>;
  /** Deadlines that the body knows, beside the timers of the table. */
  readonly deadlines?: (deal: Deal<S, B, C, O>) => readonly Deadline<E>[];
  /** Desks that are waited for, where the table alone does not say; undefined: it does. */
  readonly awaits?: (deal: Deal<S, B, C, O>) => readonly Desk[] | undefined;
  /** Whether an institution at the deal is told of what goes on (通知) on this day; left out: every one is. */
  readonly tells?: (deal: Deal<S, B, C, O>, institutionId: string, today: LocalDate) => boolean;
}

/** A deal that was just opened: version 1, before its first event. */
export function opened<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  order: DealOrder<O>,
): Deal<S, B, C, O> {
  const { initial } = type.table;
  return { ...order, state: initial, version: 1, stateSince: order.openedAt, proposal: null, body: type.begin(order) };
}

/**
 * The deal after a change (pure): version + 1. What takes two persons is a proposal first, and is done when another person
 * says exactly the same. Throws ProblemError transition-refused 409, role-refused 403, two-persons-needed 409, or what the
 * kind of deal refuses.
 */
export function changed<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  deal: Deal<S, B, C, O>,
  change: C,
  by: Raiser,
): Deal<S, B, C, O> {
  const { state } = deal;
  const { event } = change;
  const rule = type.table.states[state].on?.[event];
  // Refused before the body is looked at: a guard may rely on the table.
  const anyTarget = rule === undefined || typeof rule.to === 'string' ? {} : { to: rule.to[0]! };
  const allowed = step(type.table, { state, event, role: by.role, ...anyTarget });
  if (!allowed.ok) throw new ProblemError(allowed.problem);
  const next = { ...deal, version: deal.version + 1 };
  const effect = type.apply(deal, change, judgedBy(change, by));
  if (type.twoPersons.includes(event) && by.role !== 'SYSTEM') {
    const first = deal.proposal;
    if (first === null || !sameChange(first.change, change)) return { ...next, proposal: { change, by } };
    if (first.by.personId === by.personId) throw secondPerson(event);
  }
  const chosen = step(type.table, {
    state,
    event,
    role: by.role,
    ...(effect.to === undefined ? {} : { to: effect.to }),
  });
  if (!chosen.ok) throw new ProblemError(chosen.problem);
  const moved = chosen.value !== state;
  return {
    ...next,
    state: chosen.value,
    stateSince: moved ? by.at : deal.stateSince,
    proposal: null,
    body: effect.body,
    parties: [...deal.parties, ...(effect.joining ?? [])],
  };
}

const sameChange = (a: object, b: object): boolean => canonicalJson(saidIn(a)) === canonicalJson(saidIn(b));

const secondPerson = (event: string): ProblemError =>
  new ProblemError({
    code: 'two-persons-needed',
    status: 409,
    zh: `「${event}」须由另一人复核`,
    en: `${event} takes a second person`,
    errors: [
      { header: 'Authorization', code: 'two-persons-needed', zh: '须由另一人复核', en: 'a second person is needed' },
    ],
  });

/** One row of a deal's history; the first has no change: it is the order. */
export interface DealRecord<C> {
  readonly version: number;
  readonly by: Raiser;
  readonly change?: C;
}

/** The deal as its events tell it (重放). Throws RangeError for a gap, ProblemError as `changed`. */
export function replayed<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  order: DealOrder<O>,
  records: readonly DealRecord<C>[],
): Deal<S, B, C, O> {
  let deal = opened(type, order);
  for (const [i, { version, by, change }] of records.entries()) {
    if (version !== i + 1) throw new RangeError(`event ${i + 1} of ${order.dealId} is missing`);
    if (change !== undefined) deal = changed(type, deal, change, by);
  }
  return deal;
}

/** Every deadline of the deal's state, the earliest first: timers of the table, and what the body knows. */
export function deadlinesOf<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  deal: Deal<S, B, C, O>,
  calendar: WorkingCalendar,
): readonly Deadline<E>[] {
  const timed = (type.table.states[deal.state].timers ?? []).map((timer) => ({
    event: timer.event,
    lastDay: dueOn(timer, deal.stateSince, calendar),
  }));
  const all = [...timed, ...(type.deadlines?.(deal) ?? [])];
  return all.sort((a, b) => (a.lastDay === b.lastDay ? 0 : a.lastDay < b.lastDay ? -1 : 1));
}
