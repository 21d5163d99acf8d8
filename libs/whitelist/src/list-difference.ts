import type { Db } from '#lib/platform';
import type { Text } from '#lib/scoring';
import type { MembershipEvent } from './apply-events.ts';
import type { ListVersion } from './lists.store.ts';
import { LISTED, type MemberState } from './membership.ts';

/** One firm that stands otherwise in the later version (名单变动), with the event that led there. */
export interface Flip {
  readonly uscc: string;
  readonly name: string | null;
  /** Null: it was not in that version. */
  readonly before: MemberState | null;
  readonly after: MemberState | null;
  readonly kind: 'entered' | 'left' | 'changed';
  /** The last event between the two; null only where a correction of the register took the firm out of the run. */
  readonly because: (Text & Pick<MembershipEvent, 'event' | 'reason'>) | null;
}

export interface ListDifference {
  readonly from: ListVersion;
  readonly to: ListVersion;
  /** On the list in the earlier and the later version, and how many came, went or changed their state on it. */
  readonly counts: Readonly<Record<'before' | 'after' | 'entered' | 'left' | 'changed', number>>;
  readonly items: readonly Flip[];
  /** Code of the last item when there are more. */
  readonly next: string | null;
}

/** What two versions differ in, without the words: it is worked out once, for versions never change. */
export interface KnownDifference {
  readonly counts: ListDifference['counts'];
  /** Codes of all flips, in order. */
  readonly usccs: readonly string[];
}

/** Members that are on the list of a version. $1 list, $2 and $3 versions, $4 listed states. */
const listed = (version: '$2' | '$3'): string =>
  `(SELECT uscc, state FROM list_entry WHERE list_code = $1 AND version = ${version} AND kind = 'member' AND state = ANY ($4))`;

/** Reads both versions whole. A full join is merged or hashed, also where a new version has no statistics yet. */
export async function knownDifference(db: Db, from: ListVersion, to: ListVersion): Promise<KnownDifference> {
  const [row] = await db.query<ListDifference['counts'] & { readonly usccs: readonly string[] }>(
    `SELECT count(a.state)::int AS before, count(b.state)::int AS after, (count(*) FILTER (WHERE a.state IS NULL))::int AS entered,
       (count(*) FILTER (WHERE b.state IS NULL))::int AS left, (count(*) FILTER (WHERE a.state <> b.state))::int AS changed,
       coalesce(array_agg(uscc ORDER BY uscc) FILTER (WHERE a.state IS DISTINCT FROM b.state), '{}') AS usccs
     FROM ${listed('$2')} a FULL JOIN ${listed('$3')} b USING (uscc)`,
    [from.listCode, from.version, to.version, LISTED],
  );
  const { usccs, ...counts } = row!;
  return { counts, usccs };
}

/** How one firm stood on the list of a version, or nothing. LIMIT keeps it a look-up by key, whatever the planner believes. */
const stands = (version: '$2' | '$3'): string =>
  `(SELECT name, state FROM list_entry WHERE list_code = $1 AND version = ${version} AND kind = 'member' AND uscc = u.uscc
      AND state = ANY ($4) LIMIT 1)`;

/**
 * A page of the later less the earlier version: who came, who went, who changed, each with the reason, by code. `+ 0`
 * keeps the events a look-up by firm: by version, each of many firms would read all that happened in the month.
 */
export async function flipsOf(
  db: Db,
  from: ListVersion,
  to: ListVersion,
  { known, limit, after = '' }: { readonly known: KnownDifference; readonly limit: number; readonly after?: string },
): Promise<Pick<ListDifference, 'items' | 'next'>> {
  const start = firstAfter(known.usccs, after);
  const usccs = known.usccs.slice(start, start + limit);
  const rows = await db.query<FlipRow>(
    `SELECT u.uscc, coalesce(b.name, a.name) AS name, a.state AS before, b.state AS after, e.event, e.reason, e.zh, e.en
     FROM unnest($5::text[]) WITH ORDINALITY AS u(uscc, n)
     LEFT JOIN LATERAL ${stands('$2')} a ON true
     LEFT JOIN LATERAL ${stands('$3')} b ON true
     LEFT JOIN LATERAL (
       SELECT * FROM membership_event e WHERE e.list_code = $1 AND e.uscc = u.uscc
         AND e.list_version + 0 > least($2::int, $3::int) AND e.list_version + 0 <= greatest($2::int, $3::int)
       ORDER BY e.version DESC LIMIT 1) e ON true
     ORDER BY u.n`,
    [from.listCode, from.version, to.version, LISTED, usccs],
  );
  const items = rows.map((row): Flip => ({
    uscc: row.uscc,
    name: row.name,
    before: row.before,
    after: row.after,
    kind: row.before === null ? 'entered' : row.after === null ? 'left' : 'changed',
    because: row.event === null ? null : { event: row.event, reason: row.reason!, zh: row.zh!, en: row.en! },
  }));
  return { items, next: start + limit < known.usccs.length ? usccs.at(-1)! : null };
}

/** Where the codes after this one begin, in codes that are in order. */
function firstAfter(usccs: readonly string[], after: string): number {
  let [low, high] = [0, usccs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (usccs[middle]! > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface FlipRow {
  uscc: string;
  name: string | null;
  before: MemberState | null;
  after: MemberState | null;
  event: MembershipEvent['event'] | null;
  reason: string | null;
  zh: string | null;
  en: string | null;
}
