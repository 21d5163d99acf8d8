import type { LocalDate } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { MembershipEvent, MembershipRow } from './apply-events.ts';
import type { MemberState } from './membership.ts';

interface StoredMembership {
  uscc: string;
  state: MemberState;
  version: number;
  former_state: 'ACTIVE' | 'WATCH' | null;
  bad_runs: number;
  thin_runs: number;
  entered_on: LocalDate | null;
  valid_until: LocalDate | null;
  state_since: Date;
  exception_until: LocalDate | null;
}

const rowOf = (stored: StoredMembership): MembershipRow => ({
  uscc: stored.uscc,
  state: stored.state,
  version: stored.version,
  formerState: stored.former_state,
  badRuns: stored.bad_runs,
  thinRuns: stored.thin_runs,
  enteredOn: stored.entered_on,
  validUntil: stored.valid_until,
  stateSince: stored.state_since,
  exceptionUntil: stored.exception_until,
});

/** Any number of ours: builds, decisions and timers of one list follow one another. */
const LIST_LOCK = 7_104_020;
export const lockList = async (tx: Tx, listCode: string): Promise<void> =>
  void (await tx.execute('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LIST_LOCK, listCode]));

export async function membershipsOf(db: Db, listCode: string): Promise<Map<string, MembershipRow>> {
  const rows = await db.query<StoredMembership>('SELECT * FROM membership WHERE list_code = $1', [listCode]);
  return new Map(rows.map((row) => [row.uscc, rowOf(row)]));
}

/** Locked against other decisions; undefined: the firm never passed. */
export async function lockMembership(tx: Tx, listCode: string, uscc: string): Promise<MembershipRow | undefined> {
  const [row] = await tx.query<StoredMembership>(
    'SELECT * FROM membership WHERE list_code = $1 AND uscc = $2 FOR UPDATE',
    [listCode, uscc],
  );
  return row && rowOf(row);
}

/** Who and what stands behind events that are written. */
export interface EventOrigin {
  readonly person: string | null;
  readonly runId: string | null;
  /** The version of the list that first shows them. */
  readonly listVersion: number;
}

const ROWS_AT_ONCE = 5000;

/** Writes rows as they now stand and the events that led there, many at once. */
export async function saveMemberships(
  tx: Tx,
  listCode: string,
  rows: readonly MembershipRow[],
  events: readonly (MembershipEvent & { readonly uscc: string })[],
  { person, runId, listVersion }: EventOrigin,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const part = rows.slice(from, from + ROWS_AT_ONCE);
    await tx.execute(
      `INSERT INTO membership (list_code, uscc, state, version, former_state, bad_runs, thin_runs, entered_on, valid_until, state_since, exception_until)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::int[], $8::date[], $9::date[], $10::timestamptz[], $11::date[])
       ON CONFLICT (list_code, uscc) DO UPDATE SET state = excluded.state, version = excluded.version, former_state = excluded.former_state,
         bad_runs = excluded.bad_runs, thin_runs = excluded.thin_runs, entered_on = excluded.entered_on, valid_until = excluded.valid_until,
         state_since = excluded.state_since, exception_until = excluded.exception_until`,
      [
        listCode,
        part.map((row) => row.uscc),
        part.map((row) => row.state),
        part.map((row) => row.version),
        part.map((row) => row.formerState),
        part.map((row) => row.badRuns),
        part.map((row) => row.thinRuns),
        part.map((row) => row.enteredOn),
        part.map((row) => row.validUntil),
        part.map((row) => row.stateSince),
        part.map((row) => row.exceptionUntil),
      ],
    );
  }
  for (let from = 0; from < events.length; from += ROWS_AT_ONCE) {
    const part = events.slice(from, from + ROWS_AT_ONCE);
    await tx.execute(
      `INSERT INTO membership_event (list_code, uscc, version, event, from_state, to_state, at, person_id, run_id, list_version, reason, zh, en)
       SELECT $1, uscc, version, event, from_state, to_state, at, $2::uuid, $3::uuid, $4::int, reason, zh, en
       FROM unnest($5::text[], $6::int[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::text[])
         AS e(uscc, version, event, from_state, to_state, at, reason, zh, en)`,
      [
        listCode,
        person,
        runId,
        listVersion,
        part.map((event) => event.uscc),
        part.map((event) => event.version),
        part.map((event) => event.event),
        part.map((event) => event.fromState),
        part.map((event) => event.toState),
        part.map((event) => event.at),
        part.map((event) => event.reason),
        part.map((event) => event.zh),
        part.map((event) => event.en),
      ],
    );
  }
}

/** The version that the next build will have: what happens until then first shows in it. */
export async function nextListVersion(db: Db, listCode: string): Promise<number> {
  const [row] = await db.query<{ next: number }>(
    'SELECT coalesce(max(version), 0) + 1 AS next FROM list_version WHERE list_code = $1',
    [listCode],
  );
  return row!.next;
}
