import type { LocalDate } from '#lib/kernel';
import { CoverageBook, readCoverage, readDossiers } from '#lib/ledger';
import { scoreFirm } from '#lib/scoring';
import type { Database, Tx } from '#lib/platform';
import { modelByHash } from './models/models.ts';
import { copyLine, SCORE_COLUMNS } from './score-row.ts';

/** A shard that failed this often fails its run. */
const MAX_FAILURES = 3;

interface Claim {
  run_id: string;
  shard_no: number;
  from_company: number;
  to_company: number;
  as_of: LocalDate;
  known_at: Date;
  model_hash: Buffer;
  catalogue_hash: Buffer;
}

/** The coverage of a run never changes, so a worker reads it once for all its shards. */
let newestBook: { readonly runId: string; readonly book: CoverageBook } | undefined;

/**
 * Claims one open shard (of `runId`, else of the oldest run) and scores its firms, all in one transaction: a killed
 * worker frees the shard at once and leaves nothing of it. Resolves to the run's id, or undefined when none is open.
 * Only shards of this process's own catalogue are taken: another build would compute something else.
 */
export async function scoreNextShard(
  db: Database,
  worker: string,
  catalogue: Buffer,
  runId?: string,
): Promise<string | undefined> {
  let claim: Claim | undefined;
  try {
    return await db.transaction(async (tx) => {
      claim = await claimShard(tx, catalogue, runId);
      if (!claim) return undefined;
      const firms = await scoreShard(tx, claim);
      await tx.execute(
        `UPDATE run_shard SET state = 'DONE', firms = $3, worker = $4 WHERE run_id = $1 AND shard_no = $2`,
        [claim.run_id, claim.shard_no, firms, worker],
      );
      return claim.run_id;
    });
  } catch (error) {
    if (claim === undefined) throw error;
    await noteFailure(db, claim, error);
    return claim.run_id;
  }
}

async function claimShard(tx: Tx, catalogue: Buffer, runId: string | undefined): Promise<Claim | undefined> {
  const [claim] = await tx.query<Claim>(
    `SELECT s.run_id, s.shard_no, s.from_company, s.to_company, r.as_of, r.known_at, r.model_hash, r.catalogue_hash
     FROM run_shard s JOIN run r USING (run_id)
     WHERE s.state = 'OPEN' AND r.state = 'RUNNING' AND r.catalogue_hash = $1 AND ($2::uuid IS NULL OR r.run_id = $2)
     ORDER BY r.planned_at, s.run_id, s.shard_no
     FOR UPDATE OF s SKIP LOCKED LIMIT 1`,
    [catalogue, runId ?? null],
  );
  return claim;
}

async function scoreShard(tx: Tx, claim: Claim): Promise<number> {
  const model = await modelByHash(tx, claim.model_hash.toString('hex'));
  if (newestBook?.runId !== claim.run_id)
    newestBook = { runId: claim.run_id, book: await readCoverage(tx, claim.known_at) };
  const firms = await readDossiers(tx, claim.from_company, claim.to_company, claim.known_at, newestBook.book);
  const lines: string[] = [];
  for (const { companyId, uscc, dossier } of firms) {
    const scored = scoreFirm(dossier, model, claim.as_of);
    if (scored.kind === 'scored') lines.push(copyLine(claim.run_id, companyId, uscc, scored.score, scored.values));
  }
  if (lines.length > 0)
    await tx.copyIn(`COPY run_score_${claim.run_id.replaceAll('-', '')} (run_id, ${SCORE_COLUMNS}) FROM STDIN`, [
      lines.join(''),
    ]);
  return lines.length;
}

async function noteFailure(db: Database, claim: Claim, error: unknown): Promise<void> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const reason = (error instanceof Error ? `${error.name}: ${error.message}` : text).slice(0, 500);
  await db.transaction(async (tx) => {
    await tx.execute(`UPDATE run_shard SET failures = failures + 1, problem = $3 WHERE run_id = $1 AND shard_no = $2`, [
      claim.run_id,
      claim.shard_no,
      text.slice(0, 4000),
    ]);
    const problem = {
      code: 'run-failed',
      status: 500,
      zh: `第${claim.shard_no}个分片失败${MAX_FAILURES}次：${reason}`,
      en: `shard ${claim.shard_no} failed ${MAX_FAILURES} times: ${reason}`,
    };
    await tx.execute(
      `UPDATE run SET state = 'RUN_FAILED', problem = $3
       WHERE run_id = $1 AND state = 'RUNNING' AND EXISTS (SELECT FROM run_shard WHERE run_id = $1 AND shard_no = $2 AND failures >= $4)`,
      [claim.run_id, claim.shard_no, JSON.stringify(problem), MAX_FAILURES],
    );
  });
}
