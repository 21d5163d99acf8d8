import { createHash } from 'node:crypto';
import Cursor from 'pg-cursor';
import type { Clock, LocalDate, Problem } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import type { RunStats } from './run.ts';
import { countCohorts } from './percentiles.ts';
import { outputLine, type ScoreRow } from './score-row.ts';

/** Rows of a run read at once. */
export const ROWS_AT_ONCE = 5000;

/** Any number of ours. Publications follow one another: each decides by the run that is published when it comes. */
const PUBLISH_LOCK = 7_104_006;

/** The run's own part of run_score. */
export const partitionOf = (runId: string): string => `run_score_${runId.replaceAll('-', '')}`;

/** SHA-256 over one line a firm in the byte order of the codes, in one ordered scan. */
export async function hashOutput(tx: Tx, runId: string): Promise<{ hash: Buffer; firms: number }> {
  const cursor = tx.client.query(
    new Cursor<ScoreRow>(
      `SELECT uscc, score_tenths, low, high, coverage_bp, grade, decision, knock_outs, bins FROM ${partitionOf(runId)} ORDER BY uscc`,
    ),
  );
  const hash = createHash('sha256');
  let firms = 0;
  for (;;) {
    const rows = await cursor.read(ROWS_AT_ONCE);
    if (rows.length === 0) break;
    for (const row of rows) hash.update(outputLine(row));
    firms += rows.length;
  }
  await cursor.close();
  return { hash: hash.digest(), firms };
}

/**
 * Checks a run whose shards are all done and publishes it whole, or holds it with the reason. One transaction: whoever
 * gets the run's row first does it, everybody else sees it done.
 */
export async function publishRun(db: Database, runId: string, clock: Clock): Promise<void> {
  await db.transaction(async (tx) => {
    const [run] = await tx.query<{ as_of: LocalDate; known_at: Date; done: number }>(
      `SELECT as_of, known_at, (SELECT coalesce(sum(firms), 0) FROM run_shard WHERE run_id = $1)::bigint AS done FROM run
       WHERE run_id = $1 AND state = 'RUNNING'
         AND NOT EXISTS (SELECT FROM run_shard WHERE run_id = $1 AND state = 'OPEN')
       FOR UPDATE SKIP LOCKED`,
      [runId],
    );
    if (!run) return;
    await tx.execute('SELECT pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    await tx.execute('SELECT finish_run_partition($1)', [runId]);
    const { hash, firms } = await hashOutput(tx, runId);
    const stats = await statsOf(tx, runId);
    const problem = await check(tx, runId, run, firms);
    if (problem) {
      await tx.execute(
        `UPDATE run SET state = 'HOLD', problem = $2, firms = $3, output_hash = $4, stats = $5, finished_at = $6 WHERE run_id = $1`,
        [runId, JSON.stringify(problem), firms, hash, JSON.stringify(stats), clock.now()],
      );
      return;
    }
    await countCohorts(tx, { runId, asOf: run.as_of, knownAt: run.known_at });
    // A run of an earlier date never takes the place of a later one: it is archived at once.
    await tx.execute(`UPDATE run SET state = 'ARCHIVED' WHERE state = 'PUBLISHED' AND as_of <= $1`, [run.as_of]);
    await tx.execute(
      `UPDATE run SET state = CASE WHEN EXISTS (SELECT FROM run WHERE state = 'PUBLISHED') THEN 'ARCHIVED' ELSE 'PUBLISHED' END,
         firms = $2, output_hash = $3, stats = $4, finished_at = $5 WHERE run_id = $1`,
      [runId, firms, hash, JSON.stringify(stats), clock.now()],
    );
  });
}

export async function statsOf(tx: Tx, runId: string): Promise<RunStats> {
  const rows = await tx.query<{ published: string; n: number }>(
    `SELECT published, count(*)::int AS n FROM ${partitionOf(runId)} GROUP BY published ORDER BY published`,
  );
  return { published: Object.fromEntries(rows.map((row) => [row.published, row.n])) };
}

/** Firms that an earlier run had and this one lacks, in basis points of the earlier run, that hold a run. */
const MAX_LOST_BP = 100;

/** What must hold before anybody sees a run. */
async function check(
  tx: Tx,
  runId: string,
  run: { as_of: string; done: number },
  firms: number,
): Promise<Problem | undefined> {
  if (firms !== run.done)
    return {
      code: 'run-incomplete',
      status: 500,
      zh: `分片共${run.done}家，结果${firms}家`,
      en: `the shards scored ${run.done} firms, the result holds ${firms}`,
    };
  const [lost] = await tx.query<{ before: number; lost: number }>(
    `WITH earlier AS (SELECT run_id FROM run WHERE state = 'PUBLISHED' AND as_of <= $1)
     SELECT count(*)::int AS before, (count(*) FILTER (WHERE n.company_id IS NULL))::int AS lost
     FROM run_score p LEFT JOIN ${partitionOf(runId)} n ON n.company_id = p.company_id
     WHERE p.run_id IN (SELECT run_id FROM earlier)`,
    [run.as_of],
  );
  if (lost!.lost * 10_000 > lost!.before * MAX_LOST_BP)
    return {
      code: 'firms-lost',
      status: 409,
      zh: `上一批次的${lost!.before}家中有${lost!.lost}家不在本批次`,
      en: `${lost!.lost} of the ${lost!.before} firms of the published run are not in this one`,
    };
  return undefined;
}
