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

/** Firms on the list of one version or the other, where they stand otherwise. $1 list, $2 and $3 versions, $4 listed states. */
const FLIPS = `
  SELECT coalesce(a.uscc, b.uscc) AS uscc, coalesce(b.name, a.name) AS name, a.state AS before, b.state AS after
  FROM (SELECT uscc, name, state FROM list_entry WHERE list_code = $1 AND version = $2 AND kind = 'member' AND state = ANY ($4)) a
  FULL JOIN (SELECT uscc, name, state FROM list_entry WHERE list_code = $1 AND version = $3 AND kind = 'member' AND state = ANY ($4)) b
    USING (uscc)`;

/** The later less the earlier version: who came, who went, who changed, each with the reason. Pages by code. */
export async function listDifference(
  db: Db,
  from: ListVersion,
  to: ListVersion,
  { limit, after = '' }: { readonly limit: number; readonly after?: string },
): Promise<ListDifference> {
  const values = [from.listCode, from.version, to.version, LISTED];
  const [counts] = await db.query<ListDifference['counts']>(
    `SELECT count(before)::int AS before, count(after)::int AS after, (count(*) FILTER (WHERE before IS NULL))::int AS entered,
       (count(*) FILTER (WHERE after IS NULL))::int AS left, (count(*) FILTER (WHERE before <> after))::int AS changed
     FROM (${FLIPS}) f`,
    values,
  );
  const rows = await db.query<{
    uscc: string;
    name: string | null;
    before: MemberState | null;
    after: MemberState | null;
    event: MembershipEvent['event'] | null;
    reason: string | null;
    zh: string | null;
    en: string | null;
  }>(
    `SELECT f.*, e.event, e.reason, e.zh, e.en FROM (
       SELECT * FROM (${FLIPS}) x WHERE before IS DISTINCT FROM after AND uscc > $5 ORDER BY uscc LIMIT $6) f
     LEFT JOIN LATERAL (
       SELECT * FROM membership_event e WHERE e.list_code = $1 AND e.uscc = f.uscc
         AND e.list_version > least($2::int, $3::int) AND e.list_version <= greatest($2::int, $3::int)
       ORDER BY e.version DESC LIMIT 1) e ON true
     ORDER BY f.uscc`,
    [...values, after, limit + 1],
  );
  const items = rows.slice(0, limit).map((row): Flip => ({
    uscc: row.uscc,
    name: row.name,
    before: row.before,
    after: row.after,
    kind: row.before === null ? 'entered' : row.after === null ? 'left' : 'changed',
    because: row.event === null ? null : { event: row.event, reason: row.reason!, zh: row.zh!, en: row.en! },
  }));
  return { from, to, counts: counts!, items, next: rows.length > limit ? items.at(-1)!.uscc : null };
}
