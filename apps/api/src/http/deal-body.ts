import type { DealDesk, DealDetail, DealEventRow, DealSummary, Fields, FieldWords } from '#lib/financing';
import { instantText, ProblemError, type ProblemDetail } from '#lib/kernel';

const state = ({ table }: DealDesk, code: string): object => {
  const { zh, en } = table.states[code]!;
  return { code, zh, en };
};

/** A deal in a list. */
export const dealSummaryBody =
  (desks: readonly DealDesk[]) =>
  (deal: DealSummary): object => ({
    dealId: deal.dealId,
    kind: deal.kind,
    uscc: deal.uscc,
    programme: deal.programme,
    state: state(
      desks.find(({ kind }) => kind === deal.kind)!,
      deal.state,
    ),
    version: deal.version,
    openedAt: instantText(deal.openedAt),
    stateSince: instantText(deal.stateSince),
    dueOn: deal.dueOn,
    alarmOn: deal.alarmOn,
    parties: deal.parties,
  });

/** A deal with what may be seen of it, what happened and what may be done next. */
export function dealBody({ desk, deal, allowed }: DealDetail): object {
  const { proposal, deadlines, events } = deal;
  return {
    dealId: deal.dealId,
    kind: desk.kind,
    uscc: deal.uscc,
    programme: deal.programme,
    state: state(desk, deal.state),
    version: deal.version,
    openedAt: instantText(deal.openedAt),
    stateSince: instantText(deal.stateSince),
    parties: deal.parties,
    terms: withMoney(deal.terms, desk.money),
    body: withMoney(deal.body, desk.money),
    proposal: proposal && { ...proposal, at: proposal.at && instantText(proposal.at) },
    deadlines,
    allowed: allowed.map((event) => {
      const { zh, en } = desk.words[event]!;
      return { event, zh, en, twoPersons: desk.twoPersons.includes(event) };
    }),
    events: events.map((event) => eventBody(event, desk)),
  };
}

/** Persons are not named: partners and the firm see for which desk something was done. */
const eventBody = (
  { version, event, proposed, role, institutionId, at, from, to, detail }: DealEventRow,
  desk: DealDesk,
): object => ({
  version,
  event,
  proposed,
  role,
  institutionId,
  at: instantText(at),
  from,
  to,
  detail: withMoney(detail, desk.money),
});

/** Amounts inside are whole fen; outside money carries its currency. */
export function withMoney(value: unknown, money: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withMoney(item, money));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      money.has(name) && typeof member === 'number' ? { fen: member, currency: 'CNY' } : withMoney(member, money),
    ]),
  );
}

/** The kinds of deals with their states, events, fields and periods: what a partner programs against. */
export const dealKindBody = ({ kind, table, words, twoPersons }: DealDesk): object => ({
  kind,
  initial: table.initial,
  states: Object.entries(table.states).map(([code, { zh, en, on = {}, timers = [] }]) => ({
    code,
    zh,
    en,
    events: Object.entries(on).map(([event, rule]) => ({
      event,
      to: typeof rule!.to === 'string' ? [rule!.to] : rule!.to,
      by: rule!.by ?? [],
    })),
    timers: timers.map(({ event, days, workingDays }) => ({
      event,
      days: days ?? null,
      workingDays: workingDays ?? null,
    })),
  })),
  events: Object.entries(words).map(([event, { zh, en, fields }]) => ({
    event,
    zh,
    en,
    twoPersons: twoPersons.includes(event),
    fields: fieldsBody(fields),
  })),
});

const fieldsBody = (fields: Fields): object[] =>
  Object.entries(fields).map(([name, { unit, zh, en, optional, choices, fields: inner }]: [string, FieldWords]) => ({
    name,
    unit,
    zh,
    en,
    optional: optional === true,
    choices: choices ?? [],
    fields: inner === undefined ? [] : fieldsBody(inner),
  }));

/** Faults of an event's fields lie under /detail in the request; those of the terms, which it does not repeat, in the deal. */
export async function inDetail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.errors === undefined) throw error;
    const { extra, ...problem } = error.problem;
    const shown = extra === undefined ? {} : { extra: withMoney(extra, CAP_MONEY) as Record<string, unknown> };
    throw new ProblemError({ ...problem, ...shown, errors: problem.errors!.map(placed) }, { cause: error });
  }
}

/** Members of a guarantor's cap, and of its claim rate, that are money. */
export const CAP_MONEY: ReadonlySet<string> = new Set([
  'limit',
  'before',
  'after',
  'room',
  'claimsPaid',
  'annualisedReleased',
]);

const OUTSIDE = ['/event', '/version', '/detail', ''];

const placed = (detail: ProblemDetail): ProblemDetail =>
  detail.pointer === undefined || OUTSIDE.includes(detail.pointer) || detail.pointer.startsWith('/terms/')
    ? detail
    : { ...detail, pointer: `/detail${detail.pointer}` };
