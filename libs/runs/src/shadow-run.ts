import type { Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { hashOutput, partitionOf, statsOf } from './publish-run.ts';
import type { RunStats, ShadowComparison } from './run.ts';

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
  return {
    firms: totals!.firms,
    moved: totals!.moved,
    meanTenths: totals!.mean,
    largestRiseTenths: totals!.rise,
    largestFallTenths: totals!.fall,
    transitions,
  };
}
