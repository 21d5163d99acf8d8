import type { Clock } from '#lib/kernel';
import type { Database, Db, Tx } from '#lib/platform';
import { hashOutput, partitionOf, statsOf } from './publish-run.ts';
import type { Moved, RunStats, ShadowComparison } from './run.ts';

/**
 * Ends a shadow run whose shards are all done: its scores are hashed and compared with those of the run that it shadows,
 * which has to be finished first. One transaction, by whoever comes first. Nothing of it is published.
 */
export async function finishShadow(db: Database, runId: string, clock: Clock): Promise<void> {
  await db.transaction(async (tx) => {
    const [run] = await tx.query<{ shadow_of: string }>(
      `SELECT r.shadow_of FROM run r JOIN run p ON p.run_id = r.shadow_of
       WHERE r.run_id = $1 AND r.state = 'RUNNING' AND p.state <> 'RUNNING'
         AND NOT EXISTS (SELECT FROM run_shard WHERE run_id = $1 AND state = 'OPEN')
       FOR UPDATE OF r SKIP LOCKED`,
      [runId],
    );
    if (!run) return;
    await tx.execute('SELECT finish_run_partition($1)', [runId]);
    const { hash, firms } = await hashOutput(tx, runId);
    const stats: RunStats = { ...(await statsOf(tx, runId)), compared: await compare(tx, run.shadow_of, runId) };
    await tx.execute(
      `UPDATE run SET state = 'SHADOW', firms = $2, output_hash = $3, stats = $4, finished_at = $5 WHERE run_id = $1`,
      [runId, firms, hash, JSON.stringify(stats), clock.now()],
    );
  });
}

/** 入库线 at cold start (domain §4.2): a parameter of each list, here only to show how much a model moves it. */
const LIST_CUT = 600;
const meets = (row: 'a' | 'b'): string =>
  `(${row}.grade IS NOT NULL AND ${row}.score >= ${LIST_CUT} AND ${row}.coverage_bp >= 6000 AND ${row}.low >= ${LIST_CUT - 60})`;

/** The largest changes first, of equal ones by code. */
export async function moversOf(db: Db, champion: string, challenger: string, limit: number): Promise<Moved[]> {
  const rows = await db.query<{ uscc: string; before: number; was: string; after: number; now: string }>(
    `SELECT a.uscc, a.score_tenths AS before, a.published AS was, b.score_tenths AS after, b.published AS now
     FROM ${partitionOf(champion)} a JOIN ${partitionOf(challenger)} b USING (company_id)
     WHERE a.score_tenths <> b.score_tenths OR a.published <> b.published
     ORDER BY abs(b.score_tenths - a.score_tenths) DESC, a.uscc LIMIT $1`,
    [limit],
  );
  return rows.map(({ uscc, before, was, after, now }) => ({
    uscc,
    before: { scoreTenths: before, published: was },
    after: { scoreTenths: after, published: now },
  }));
}

async function compare(tx: Tx, champion: string, challenger: string): Promise<ShadowComparison> {
  const both = `${partitionOf(champion)} a JOIN ${partitionOf(challenger)} b USING (company_id)`;
  const [totals] = await tx.query<{ firms: number; moved: number; mean: number; rise: number; fall: number }>(
    `SELECT count(*)::int AS firms, (count(*) FILTER (WHERE a.score <> b.score))::int AS moved,
       coalesce(round(avg(b.score_tenths - a.score_tenths)), 0)::int AS mean,
       coalesce(max(greatest(b.score_tenths - a.score_tenths, 0)), 0) AS rise,
       coalesce(max(greatest(a.score_tenths - b.score_tenths, 0)), 0) AS fall FROM ${both}`,
  );
  const transitions = await tx.query<{ from: string; to: string; firms: number }>(
    `SELECT a.published AS from, b.published AS to, count(*)::int AS firms FROM ${both}
     WHERE a.published <> b.published GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  );
  const histogram = await tx.query<{ from: number; firms: number }>(
    `SELECT floor((b.score - a.score) / 10.0)::int * 10 AS from, count(*)::int AS firms FROM ${both} GROUP BY 1 ORDER BY 1`,
  );
  const [list] = await tx.query<{ before: number; after: number; enter: number; leave: number }>(
    `SELECT (count(*) FILTER (WHERE was))::int AS before, (count(*) FILTER (WHERE is_now))::int AS after,
       (count(*) FILTER (WHERE is_now AND NOT was))::int AS enter, (count(*) FILTER (WHERE was AND NOT is_now))::int AS leave
     FROM (SELECT ${meets('a')} AS was, ${meets('b')} AS is_now FROM ${both}) l`,
  );
  return {
    firms: totals!.firms,
    moved: totals!.moved,
    meanTenths: totals!.mean,
    largestRiseTenths: totals!.rise,
    largestFallTenths: totals!.fall,
    transitions,
    histogram,
    list: { cut: LIST_CUT, ...list! },
  };
}
