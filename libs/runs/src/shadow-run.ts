import Cursor from 'pg-cursor';
import type { Clock } from '#lib/kernel';
import type { Database, Db, Tx } from '#lib/platform';
import { DEFAULT_CUT, type Score } from '#lib/scoring';
import { BookComparison, type BookDifference } from './book-comparison.ts';
import { hashOutput, partitionOf, ROWS_AT_ONCE, statsOf } from './publish-run.ts';
import type { Moved, RunStats } from './run.ts';

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

interface BothScores {
  readonly was_tenths: number;
  readonly was_score: number;
  readonly was_low: number;
  readonly was_grade: Score['grade'];
  readonly was: string;
  readonly is_tenths: number;
  readonly is_score: number;
  readonly is_low: number;
  readonly is_grade: Score['grade'];
  readonly is: string;
}

async function compare(tx: Tx, champion: string, challenger: string): Promise<BookDifference> {
  const cursor = tx.client.query(
    new Cursor<BothScores>(
      `SELECT a.score_tenths AS was_tenths, a.score AS was_score, a.low AS was_low, a.grade AS was_grade, a.published AS was,
         b.score_tenths AS is_tenths, b.score AS is_score, b.low AS is_low, b.grade AS is_grade, b.published AS is
       FROM ${partitionOf(champion)} a JOIN ${partitionOf(challenger)} b USING (company_id)`,
    ),
  );
  const comparison = new BookComparison(DEFAULT_CUT);
  for (let rows = await cursor.read(ROWS_AT_ONCE); rows.length > 0; rows = await cursor.read(ROWS_AT_ONCE))
    for (const row of rows)
      comparison.add(
        {
          scoreTenths: row.was_tenths,
          score: row.was_score,
          low: row.was_low,
          grade: row.was_grade,
          published: row.was,
        },
        { scoreTenths: row.is_tenths, score: row.is_score, low: row.is_low, grade: row.is_grade, published: row.is },
      );
  await cursor.close();
  return comparison.result();
}
