import { dateAt, type LocalDate } from '#lib/kernel';
import type { Db } from '#lib/platform';
import type { Condition, Fact } from './candidate.ts';
import type { ListEntry } from './lists.store.ts';
import type { MembershipEvent } from './apply-events.ts';
import { LISTED, type MemberState } from './membership.ts';

export interface EntryQuery {
  readonly kind: ListEntry['kind'];
  readonly limit: number;
  readonly after?: string;
  /** Default: those that are on the list. Of near misses it does not count. */
  readonly states?: readonly MemberState[];
}

export interface EntryPage {
  readonly items: readonly ListEntry[];
  /** Code of the last item when there are more. */
  readonly next: string | null;
}

interface EntryRow {
  uscc: string;
  kind: ListEntry['kind'];
  state: ListEntry['state'];
  name: string | null;
  region: string;
  industry: string | null;
  score: number;
  low: number;
  high: number;
  coverage_bp: number;
  confidence: string;
  grade: string | null;
  warnings: string[];
  flags: string[];
  off_list: boolean | null;
  entered_on: LocalDate | null;
  valid_until: LocalDate | null;
  missing: Condition[] | null;
}

const entryOf = (row: EntryRow): ListEntry => ({
  uscc: row.uscc,
  kind: row.kind,
  state: row.state,
  name: row.name,
  region: row.region,
  industry: row.industry,
  score: row.score,
  low: row.low,
  high: row.high,
  coverageBp: row.coverage_bp,
  confidence: row.confidence,
  grade: row.grade,
  warnings: row.warnings,
  flags: row.flags,
  offList: row.off_list,
  enteredOn: row.entered_on,
  validUntil: row.valid_until,
  missing: row.missing,
});

/** A page of one version in the order of the codes. */
export async function entriesOf(db: Db, listCode: string, version: number, query: EntryQuery): Promise<EntryPage> {
  const { kind, limit, after = '', states = LISTED } = query;
  const rows = await db.query<EntryRow>(
    `SELECT * FROM list_entry WHERE list_code = $1 AND version = $2 AND kind = $3 AND uscc > $4
       AND (kind = 'near-miss' OR state = ANY ($5)) ORDER BY uscc LIMIT $6`,
    [listCode, version, kind, after, states, limit + 1],
    'list-page',
  );
  const items = rows.slice(0, limit).map(entryOf);
  return { items, next: rows.length > limit ? items.at(-1)!.uscc : null };
}

/** What the newest version says of one firm; undefined: nothing. */
export async function newestEntry(
  db: Db,
  listCode: string,
  uscc: string,
): Promise<{ readonly version: number; readonly entry: ListEntry } | undefined> {
  const [row] = await db.query<EntryRow & { version: number }>(
    `SELECT * FROM list_entry WHERE list_code = $1 AND uscc = $2
       AND version = (SELECT max(version) FROM list_version WHERE list_code = $1) ORDER BY kind LIMIT 1`,
    [listCode, uscc],
  );
  return row && { version: row.version, entry: entryOf(row) };
}

/** An event as recorded, with who and what stands behind it. */
export interface RecordedEvent extends MembershipEvent {
  readonly personId: string | null;
  readonly runId: string | null;
  readonly listVersion: number | null;
}

interface EventRow {
  version: number;
  event: MembershipEvent['event'];
  from_state: MemberState | null;
  to_state: MemberState;
  at: Date;
  person_id: string | null;
  run_id: string | null;
  list_version: number | null;
  reason: string;
  zh: string;
  en: string;
}

/** Oldest first. */
export async function membershipEvents(db: Db, listCode: string, uscc: string): Promise<RecordedEvent[]> {
  const rows = await db.query<EventRow>(
    'SELECT * FROM membership_event WHERE list_code = $1 AND uscc = $2 ORDER BY version',
    [listCode, uscc],
  );
  return rows.map((row) => ({
    version: row.version,
    event: row.event,
    fromState: row.from_state,
    toState: row.to_state,
    at: row.at,
    personId: row.person_id,
    runId: row.run_id,
    listVersion: row.list_version,
    reason: row.reason,
    zh: row.zh,
    en: row.en,
  }));
}

/**
 * Where one firm stands with every list in force, by code: NONE where the list is out and never met the firm, not known
 * where there is no version of it yet, or only a provisional one, which nobody is told.
 */
export async function standingsOf(db: Db, uscc: string): Promise<Readonly<Record<string, Fact<MemberState | 'NONE'>>>> {
  const rows = await db.query<{
    list_code: string;
    state: MemberState | null;
    state_since: Date | null;
    as_of: LocalDate | null;
    version_state: string | null;
  }>(
    `SELECT r.list_code, m.state, m.state_since, v.as_of, v.state AS version_state FROM list_rules r
     LEFT JOIN membership m ON m.list_code = r.list_code AND m.uscc = $1
     LEFT JOIN LATERAL (SELECT as_of, state FROM list_version WHERE list_code = r.list_code ORDER BY version DESC LIMIT 1) v ON true
     WHERE r.state = 'IN_FORCE' ORDER BY r.list_code`,
    [uscc],
    'standings-of-firm',
  );
  return Object.fromEntries(
    rows.map(({ list_code: code, state, state_since: since, as_of: asOf, version_state: version }) => {
      if (version === null) return [code, unknown(`名单${code}尚未发布`, `list ${code} has not been published yet`)];
      if (version === 'PROVISIONAL') return [code, unknown(`名单${code}为暂定`, `list ${code} is provisional`)];
      return [code, { known: true, value: state ?? 'NONE', date: since === null ? asOf : dateAt(since) }];
    }),
  );
}

const unknown = (zh: string, en: string): Fact<never> => ({ known: false, why: { zh, en } });
