import type { Db, Tx } from '#lib/platform';
import type { OutcomeLayout, OutcomeLine, Reporter } from './outcome-lines.ts';

/** Who reports. Throws RangeError for an institution that there is not. */
export async function reporterOf(db: Db, institutionId: string): Promise<Reporter> {
  const [row] = await db.query<Reporter>(
    'SELECT code, name_zh AS name FROM institution WHERE institution_id = $1',
    [institutionId],
    'outcome-reporter',
  );
  if (row === undefined) throw new RangeError(`there is no institution ${institutionId}`);
  return row;
}

/** The version that a correction replaces: the last one that put the same right, else the event itself. */
export async function replacedBy(db: Db, dealId: string, corrects: number): Promise<number> {
  const [row] = await db.query<{ version: number }>(
    'SELECT coalesce(max(version), $2) AS version FROM outcome WHERE deal_id = $1 AND corrects = $2',
    [dealId, corrects],
    'outcome-replaced',
  );
  return row!.version;
}

export interface NewOutcome {
  readonly layout: OutcomeLayout;
  readonly dealId: string;
  readonly institutionId: string;
  readonly version?: number;
  readonly corrects?: number;
  readonly month?: string;
  readonly monthVersion?: number;
  readonly line: OutcomeLine;
}

export async function insertOutcome(tx: Tx, outcome: NewOutcome): Promise<void> {
  const { layout, dealId, institutionId, version, corrects, month, monthVersion, line } = outcome;
  await tx.query(
    `INSERT INTO outcome (layout, deal_id, institution_id, version, corrects, month, line, month_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      layout,
      dealId,
      institutionId,
      version ?? null,
      corrects ?? null,
      month ?? null,
      JSON.stringify(line),
      monthVersion ?? null,
    ],
    'outcome-noted',
  );
}

/** Puts up to `limit` lines that wait into a batch; others' are passed by. Resolves to their number. */
export async function fillBatch(tx: Tx, layout: OutcomeLayout, limit: number): Promise<number> {
  const waiting = await tx.query<{ outcome_id: number }>(
    `SELECT outcome_id FROM outcome WHERE batch_id IS NULL AND layout = $1 ORDER BY outcome_id LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [layout, limit],
    'outcome-waiting',
  );
  if (waiting.length === 0) return 0;
  const [batch] = await tx.query<{ batch_id: number }>(
    'INSERT INTO outcome_batch (layout) VALUES ($1) RETURNING batch_id',
    [layout],
  );
  return tx.execute('UPDATE outcome SET batch_id = $1 WHERE outcome_id = ANY($2)', [
    batch!.batch_id,
    waiting.map((row) => row.outcome_id),
  ]);
}

export interface OpenBatch {
  readonly batchId: number;
  readonly layout: OutcomeLayout;
}

/** Batches that are not handed over, the oldest first. */
export const openBatches = (db: Db): Promise<OpenBatch[]> =>
  db.query<OpenBatch>(
    `SELECT batch_id AS "batchId", layout FROM outcome_batch WHERE delivery_id IS NULL ORDER BY batch_id`,
    [],
    'outcome-open',
  );

/** In the order in which they were written down; of a month that was put right in the same file the newest. */
export async function linesOf(db: Db, batchId: number): Promise<OutcomeLine[]> {
  const rows = await db.query<{ line: OutcomeLine }>(
    `SELECT line FROM outcome o WHERE batch_id = $1 AND NOT EXISTS (
       SELECT FROM outcome later WHERE later.batch_id = $1 AND later.deal_id = o.deal_id AND later.month = o.month
         AND later.outcome_id > o.outcome_id) ORDER BY outcome_id`,
    [batchId],
  );
  return rows.map(({ line }) => line);
}

/** Once: what another process marked meanwhile stays as it is. */
export const markHandedOver = (tx: Tx, batchId: number, deliveryId: string): Promise<number> =>
  tx.execute('UPDATE outcome_batch SET delivery_id = $2 WHERE batch_id = $1 AND delivery_id IS NULL', [
    batchId,
    deliveryId,
  ]);
