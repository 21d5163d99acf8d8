import type { LocalDate, Problem } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { runUnknown, type RunState, type RunStats, type RunView } from './run.ts';

interface RunRow {
  run_id: string;
  as_of: LocalDate;
  known_at: Date;
  model_id: string;
  model_hash: Buffer;
  catalogue_hash: Buffer;
  code_version: string;
  state: RunState;
  shadow_of: string | null;
  preview: boolean;
  planned_at: Date;
  planned_by: string;
  finished_at: Date | null;
  firms: number | null;
  output_hash: Buffer | null;
  stats: RunStats | null;
  problem: Problem | null;
  shards: number;
  shards_done: number;
  firms_done: number;
  firms_planned: number;
}

const SELECT = `SELECT r.run_id, r.as_of, r.known_at, m.model_id || ' ' || m.version AS model_id, r.model_hash, r.catalogue_hash, r.code_version,
    r.state, r.shadow_of, r.preview, r.planned_at, r.planned_by, r.finished_at, r.firms, r.output_hash, r.stats, r.problem,
    s.shards, s.shards_done, s.firms_done, s.firms_planned
  FROM run r JOIN model m USING (model_hash)
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS shards, (count(*) FILTER (WHERE state = 'DONE'))::int AS shards_done,
      coalesce(sum(firms), 0)::bigint AS firms_done, coalesce(sum(planned_firms), 0)::bigint AS firms_planned
    FROM run_shard WHERE run_id = r.run_id) s`;

const viewOf = (row: RunRow): RunView => ({
  runId: row.run_id,
  asOf: row.as_of,
  knownAt: row.known_at,
  modelId: row.model_id,
  modelHash: row.model_hash.toString('hex'),
  catalogueHash: row.catalogue_hash.toString('hex'),
  codeVersion: row.code_version,
  state: row.state,
  shadowOf: row.shadow_of,
  preview: row.preview,
  firmsDone: row.firms_done,
  firmsPlanned: row.firms_planned,
  firms: row.firms,
  shards: row.shards,
  shardsDone: row.shards_done,
  outputHash: row.output_hash?.toString('hex') ?? null,
  plannedAt: row.planned_at,
  plannedBy: row.planned_by,
  finishedAt: row.finished_at,
  stats: row.stats,
  problem: row.problem,
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Throws ProblemError run-unknown, also for what is no run id at all. */
export async function findRun(db: Db, runId: string): Promise<RunView> {
  if (!UUID.test(runId)) throw runUnknown(runId);
  const [row] = await db.query<RunRow>(`${SELECT} WHERE r.run_id = $1`, [runId], 'run-by-id');
  if (!row) throw runUnknown(runId);
  return viewOf(row);
}

export async function findPublishedRun(db: Db): Promise<RunView | undefined> {
  const [row] = await db.query<RunRow>(`${SELECT} WHERE r.state = 'PUBLISHED'`, [], 'run-published');
  return row && viewOf(row);
}

/** The newest run of this day that was published, archived since or not; two runs of one day count once. */
export async function findPublishedAsOf(db: Db, asOf: LocalDate): Promise<RunView | undefined> {
  const [row] = await db.query<RunRow>(
    `${SELECT} WHERE r.state IN ('PUBLISHED', 'ARCHIVED') AND r.as_of = $1 ORDER BY r.finished_at DESC LIMIT 1`,
    [asOf],
  );
  return row && viewOf(row);
}

export async function pageOfRuns(db: Db, limit: number, before?: { at: string; id: string }): Promise<RunView[]> {
  const rows = await db.query<RunRow>(
    `${SELECT} WHERE ($1::timestamptz IS NULL OR (r.planned_at, r.run_id) < ($1, $2::uuid)) ORDER BY r.planned_at DESC, r.run_id DESC LIMIT $3`,
    [before?.at ?? null, before?.id ?? null, limit],
  );
  return rows.map(viewOf);
}
