import type { LocalDate, Uscc, WorkingCalendar } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import {
  deadlinesOf,
  opened,
  type Deal,
  type DealKind,
  type DealOrder,
  type DealRecord,
  type DealType,
  type Party,
  type Proposal,
  type Raiser,
} from './deal.ts';
import { dealUnknown } from './refusals.ts';

interface DealRow {
  deal_id: string;
  kind: DealKind;
  uscc: Uscc;
  programme: string;
  institution_id: string;
  opened_at: Date;
  terms: unknown;
  state: string;
  version: number;
  state_since: Date;
  body: unknown;
  proposal: { change: unknown; by: Omit<Raiser, 'at'> & { at: string } } | null;
  parties: Party[];
}

const PARTIES = `coalesce((SELECT jsonb_agg(jsonb_build_object('institutionId', p.institution_id, 'desk', p.desk)
  ORDER BY p.joined_at, p.desk, p.institution_id) FROM deal_party p WHERE p.deal_id = d.deal_id), '[]') AS parties`;

const EVENTS = `SELECT version, event, proposed, role, institution_id AS "institutionId", person_id AS "personId",
  first_person_id AS "firstPersonId", at, from_state AS "from", to_state AS "to", detail
  FROM deal_event WHERE deal_id = $1`;

/** Rows are written by this code only: a state that the table does not know is an error. */
function dealOf<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  row: DealRow,
): Deal<S, B, C, O> {
  if (row.kind !== type.kind) throw new RangeError(`${row.deal_id} is a ${row.kind}, not a ${type.kind}`);
  if (!Object.hasOwn(type.table.states, row.state)) throw new RangeError(`unknown state of ${type.kind}: ${row.state}`);
  const proposal = row.proposal && { ...row.proposal, by: { ...row.proposal.by, at: new Date(row.proposal.by.at) } };
  return {
    dealId: row.deal_id,
    uscc: row.uscc,
    programme: row.programme,
    openedAt: row.opened_at,
    parties: row.parties,
    terms: row.terms as O,
    state: row.state as S,
    version: row.version,
    stateSince: row.state_since,
    proposal: proposal as Proposal<C> | null,
    body: row.body as B,
  };
}

/** A deal of any kind as it lies in the store: what it says is asked of its kind. */
export interface StoredDeal {
  readonly kind: DealKind;
  readonly dealId: string;
  readonly row: object;
}

const stored = (row: DealRow): StoredDeal => ({ kind: row.kind, dealId: row.deal_id, row });

/** What its kind reads in it. */
export const dealFrom = <S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  { row }: StoredDeal,
): Deal<S, B, C, O> => dealOf(type, row as DealRow);

/**
 * A deal that the actor may move, locked; from here on the transaction acts for the house, for what follows from a deal is
 * others' too: capacity, notices, other deals. Throws ProblemError deal-unknown 404 for one that there is not, that is not
 * theirs, or that is of another kind than asked for.
 */
export async function takeDeal(tx: Tx, dealId: string, kind?: DealKind): Promise<StoredDeal> {
  const [row] = await tx.query<DealRow>(`SELECT d.*, ${PARTIES} FROM deal_taken($1) d`, [dealId], 'deal-taken');
  if (row === undefined || (kind !== undefined && row.kind !== kind)) throw dealUnknown(dealId);
  return stored(row);
}

/** A deal with its events, the oldest first. Throws ProblemError deal-unknown 404 for one that is not the actor's to see. */
export async function dealWithEvents(
  db: Db,
  dealId: string,
): Promise<{ readonly deal: StoredDeal; readonly events: readonly DealEventRow[] }> {
  const [row] = await db.query<DealRow & { events: (Omit<DealEventRow, 'at'> & { at: string })[] }>(
    `SELECT d.*, ${PARTIES}, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.version) FROM (${EVENTS}) e) AS events
     FROM deal d WHERE d.deal_id = $1`,
    [dealId],
    'deal-with-events',
  );
  if (row === undefined) throw dealUnknown(dealId);
  const events = row.events.map((event) => ({ ...event, at: new Date(event.at) }));
  return { deal: stored(row), events };
}

/** A new deal with its first event. */
export async function openDeal<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  type: DealType<S, E, B, C, O>,
  order: DealOrder<O>,
  { by, calendar }: { readonly by: Raiser & { readonly institutionId: string }; readonly calendar: WorkingCalendar },
): Promise<Deal<S, B, C, O>> {
  const deal = opened(type, order);
  const due = dueDays(type, deal, calendar);
  await tx.execute(
    `INSERT INTO deal (deal_id, kind, uscc, programme, institution_id, opened_at, terms, state, version, state_since, body, due_on, alarm_on)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $6, $9, $10, $11)`,
    [
      order.dealId,
      type.kind,
      order.uscc,
      order.programme,
      by.institutionId,
      order.openedAt,
      JSON.stringify(order.terms),
      deal.state,
      JSON.stringify(deal.body),
      due.due,
      due.alarm,
    ],
  );
  await insertParties(tx, order.dealId, order.parties, order.openedAt);
  await tx.query(`${INSERT_EVENT} VALUES (${EVENT_VALUES})`, eventValues(undefined, deal, by), 'deal-opened');
  return deal;
}

/** The deal after a change, with the event that made it, the deadlines of its state and the parties that joined. */
export async function saveDeal<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  type: DealType<S, E, B, C, O>,
  {
    before,
    after,
    change,
  }: { readonly before: Deal<S, B, C, O>; readonly after: Deal<S, B, C, O>; readonly change: C },
  { by, calendar }: { readonly by: Raiser; readonly calendar: WorkingCalendar },
): Promise<void> {
  const due = dueDays(type, after, calendar);
  const saved = await tx.query(
    `WITH moved AS (
       UPDATE deal SET state = $11, version = $2, state_since = $13, body = $14, proposal = $15, due_on = $16, alarm_on = $17
       WHERE deal_id = $1 AND version = $18 RETURNING 1)
     ${INSERT_EVENT} SELECT ${EVENT_VALUES} FROM moved RETURNING version`,
    [
      ...eventValues(before, after, by, change),
      after.stateSince,
      JSON.stringify(after.body),
      after.proposal && JSON.stringify(after.proposal),
      due.due,
      due.alarm,
      before.version,
    ],
    'deal-moved',
  );
  if (saved.length !== 1) throw new RangeError(`${after.dealId} was not at version ${before.version}`);
  await insertParties(tx, after.dealId, after.parties.slice(before.parties.length), by.at);
}

/** The last days after which something happens by itself, and after which somebody is warned. */
function dueDays<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  type: DealType<S, E, B, C, O>,
  deal: Deal<S, B, C, O>,
  calendar: WorkingCalendar,
): { due: LocalDate | null; alarm: LocalDate | null } {
  const all = deadlinesOf(type, deal, calendar);
  return {
    due: all.find(({ event }) => event !== 'alarm')?.lastDay ?? null,
    alarm: all.find(({ event }) => event === 'alarm')?.lastDay ?? null,
  };
}

async function insertParties(tx: Tx, dealId: string, parties: readonly Party[], at: Date): Promise<void> {
  for (const { institutionId, desk } of parties)
    await tx.execute('INSERT INTO deal_party (deal_id, institution_id, desk, joined_at) VALUES ($1, $2, $3, $4)', [
      dealId,
      institutionId,
      desk,
      at,
    ]);
}

const INSERT_EVENT = `INSERT INTO deal_event (deal_id, version, event, proposed, role, institution_id, person_id,
  first_person_id, at, from_state, to_state, detail)`;
/** In the order of `eventValues`. */
const EVENT_VALUES =
  '$1::uuid, $2::integer, $3, $4::boolean, $5, $6::uuid, $7::uuid, $8::uuid, $9::timestamptz, $10, $11, $12::jsonb';

function eventValues<S extends string, B, C extends { readonly event: string }, O>(
  before: Deal<S, B, C, O> | undefined,
  after: Deal<S, B, C, O>,
  by: Raiser,
  change?: C,
): unknown[] {
  const { event = null, ...detail } = change ?? {};
  const proposed = after.proposal !== null;
  return [
    after.dealId,
    after.version,
    event,
    proposed,
    by.role,
    by.institutionId,
    by.personId,
    // What was proposed and is now done was said by somebody else first.
    !proposed && before?.proposal && before.proposal.change.event === event ? before.proposal.by.personId : null,
    by.at,
    before?.state ?? null,
    after.state,
    JSON.stringify(detail),
  ];
}

/** Undefined: there is none of this kind, or it is not theirs. `update` keeps others from changing it meanwhile. */
export async function findDeal<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  db: Db,
  type: DealType<S, E, B, C, O>,
  dealId: string,
  lock: 'update' | 'none' = 'none',
): Promise<Deal<S, B, C, O> | undefined> {
  const [row] = await db.query<DealRow>(
    `SELECT d.*, ${PARTIES} FROM deal d WHERE d.deal_id = $1 AND d.kind = $2${lock === 'update' ? ' FOR UPDATE OF d' : ''}`,
    [dealId, type.kind],
    `deal-${lock}`,
  );
  return row && dealOf(type, row);
}

/** A firm's deals of this kind in these states, the oldest first. */
export async function dealsOfFirm<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  db: Db,
  type: DealType<S, E, B, C, O>,
  uscc: Uscc,
  states: readonly S[],
): Promise<Deal<S, B, C, O>[]> {
  const rows = await db.query<DealRow>(
    `SELECT d.*, ${PARTIES} FROM deal d WHERE d.uscc = $1 AND d.kind = $2 AND d.state = ANY ($3) ORDER BY d.deal_id`,
    [uscc, type.kind, states],
    'deals-of-firm',
  );
  return rows.map((row) => dealOf(type, row));
}

/** Deals of this kind whose last day is over, locked; others' locks are passed by. */
export async function dueDeals<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  tx: Tx,
  type: DealType<S, E, B, C, O>,
  today: LocalDate,
  limit: number,
): Promise<Deal<S, B, C, O>[]> {
  const rows = await tx.query<DealRow>(
    `SELECT d.*, ${PARTIES} FROM deal d WHERE d.kind = $1 AND d.due_on < $2 ORDER BY d.due_on, d.deal_id LIMIT $3
     FOR UPDATE OF d SKIP LOCKED`,
    [type.kind, today, limit],
  );
  return rows.map((row) => dealOf(type, row));
}

/** An event as it is kept. */
export interface DealEventRow {
  readonly version: number;
  readonly event: string | null;
  readonly proposed: boolean;
  readonly role: Raiser['role'];
  readonly institutionId: string | null;
  readonly personId: string | null;
  readonly firstPersonId: string | null;
  readonly at: Date;
  readonly from: string | null;
  readonly to: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The oldest first. */
export async function dealEvents(db: Db, dealId: string): Promise<DealEventRow[]> {
  return db.query<DealEventRow>(`${EVENTS} ORDER BY version`, [dealId], 'deal-events');
}

/** What `replayed` takes. */
export const recordsOf = <C>(rows: readonly DealEventRow[]): DealRecord<C>[] =>
  rows.map(({ version, event, role, institutionId, personId, at, detail }) => ({
    version,
    by: { role, institutionId, personId, at },
    ...(event === null ? {} : { change: { event, ...detail } as C }),
  }));
