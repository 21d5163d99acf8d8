import { canonicalJson } from '#lib/data-sources';
import { ProblemError, type LocalDate, type Problem } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { EarlierDelivery } from './intake/gates.ts';
import { storableJson } from './intake/storable.ts';
import type { DeliveryManifest, DeliveryProgress, DeliveryState, DeliveryView, QuarantinedRow } from './deliveries.ts';

interface DeliveryRow {
  delivery_id: string;
  source: string;
  layout: string;
  file_name: string;
  file_sha256: Buffer;
  bytes: number;
  sequence: number;
  state: DeliveryState;
  clock: 'system' | 'simulated';
  received_at: Date;
  received_by: string;
  source_time: Date | null;
  manifest: DeliveryManifest;
  territory: string[];
  population: 'all' | 'listed';
  covers_from: LocalDate | null;
  data_through: LocalDate | null;
  applied_at: Date | null;
  rows: number | null;
  applied: number | null;
  unchanged: number | null;
  quarantined: number | null;
  ignored: number | null;
  held: string | null;
  counts: Record<string, number>;
  problem: Problem | null;
  progress: DeliveryProgress | null;
  released_by: string | null;
  undone_at: Date | null;
  undone_by: string | null;
  undo_reason: string | null;
  seconds: number | null;
}

export interface StoredDelivery extends DeliveryView {
  readonly manifest: DeliveryManifest;
  readonly sourceTime: Date | null;
  /** A person has released it from a gate: gates no longer hold it. */
  readonly released: boolean;
}

const COLUMNS = `delivery_id, source, layout, file_name, file_sha256, bytes, sequence, state, clock, received_at, received_by,
  source_time, manifest, territory, population, covers_from, data_through, applied_at, rows, applied, unchanged, quarantined,
  ignored, held, counts, problem, progress, released_by, undone_at, undone_by, undo_reason, seconds`;

const viewOf = (row: DeliveryRow): StoredDelivery => ({
  deliveryId: row.delivery_id,
  source: row.source,
  layout: row.layout,
  fileName: row.file_name,
  sha256: row.file_sha256.toString('hex'),
  bytes: row.bytes,
  sequence: row.sequence,
  state: row.state,
  clock: row.clock,
  receivedAt: row.received_at,
  receivedBy: row.received_by,
  appliedAt: row.applied_at,
  rows: row.rows,
  applied: row.applied,
  unchanged: row.unchanged,
  quarantined: row.quarantined,
  ignored: row.ignored,
  held: row.held,
  counts: row.counts,
  coverage: { territory: row.territory, population: row.population, from: row.covers_from, through: row.data_through },
  problem: row.problem,
  progress: row.progress,
  undone: row.undone_at && { at: row.undone_at, by: row.undone_by!, reason: row.undo_reason! },
  seconds: row.seconds,
  manifest: row.manifest,
  sourceTime: row.source_time,
  released: row.released_by !== null,
});

export const deliveryUnknown = (deliveryId: string): ProblemError =>
  new ProblemError({
    code: 'delivery-unknown',
    status: 404,
    zh: `没有交付批次 ${deliveryId}`,
    en: `there is no delivery ${deliveryId}`,
  });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function findDelivery(db: Db, deliveryId: string): Promise<StoredDelivery> {
  if (!UUID.test(deliveryId)) throw deliveryUnknown(deliveryId);
  const [row] = await db.query<DeliveryRow>(`SELECT ${COLUMNS} FROM delivery WHERE delivery_id = $1`, [deliveryId]);
  if (!row) throw deliveryUnknown(deliveryId);
  return viewOf(row);
}

/** What a manifest says of order and coverage, as one text: with the file's hash it names the delivery. */
export const statedOf = ({ sequence, coverage }: DeliveryManifest): string =>
  sequence === undefined && coverage === undefined ? '' : canonicalJson({ sequence, coverage });

/** The delivery of these bytes; a file that comes without a word of order or coverage is any delivery of them. */
export async function findByFile(
  db: Db,
  source: string,
  layout: string,
  sha256: Buffer,
  stated: string,
): Promise<StoredDelivery | undefined> {
  const [row] = await db.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM delivery
     WHERE source = $1 AND layout = $2 AND file_sha256 = $3 AND ($4 = '' OR stated = $4) AND state <> 'REJECTED' AND undone_at IS NULL
     ORDER BY stated = $4 DESC, received_at LIMIT 1`,
    [source, layout, sha256, stated],
  );
  return row && viewOf(row);
}

/** Deliveries that still want work, oldest first. */
export async function openDeliveries(db: Db): Promise<string[]> {
  const rows = await db.query<{ delivery_id: string }>(
    `SELECT delivery_id FROM delivery WHERE state NOT IN ('RECONCILED', 'HOLD', 'REJECTED') ORDER BY received_at, delivery_id`,
  );
  return rows.map((row) => row.delivery_id);
}

export async function pageOfDeliveries(
  db: Db,
  filter: { source?: string; state?: string; limit: number; before?: { at: string; id: string } },
): Promise<StoredDelivery[]> {
  const rows = await db.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM delivery
     WHERE ($1::text IS NULL OR source = $1) AND ($2::text IS NULL OR state = $2)
       AND ($3::timestamptz IS NULL OR (received_at, delivery_id) < ($3, $4::uuid))
     ORDER BY received_at DESC, delivery_id DESC LIMIT $5`,
    [filter.source ?? null, filter.state ?? null, filter.before?.at ?? null, filter.before?.id ?? null, filter.limit],
  );
  return rows.map(viewOf);
}

export async function pageOfQuarantine(
  db: Db,
  deliveryId: string,
  after: number,
  limit: number,
): Promise<QuarantinedRow[]> {
  const rows = await db.query<{
    row_no: number;
    code: string;
    issues: QuarantinedRow['issues'];
    raw: string;
    state: QuarantinedRow['state'];
    released_at: Date | null;
    mended_by: string | null;
  }>(
    `SELECT row_no, code, issues, raw, state, released_at, mended_by FROM quarantine WHERE delivery_id = $1 AND row_no > $2 ORDER BY row_no LIMIT $3`,
    [deliveryId, after, limit],
  );
  return rows.map((row) => ({
    deliveryId,
    rowNo: row.row_no,
    code: row.code,
    issues: row.issues,
    raw: row.raw,
    state: row.state,
    releasedAt: row.released_at,
    mendedBy: row.mended_by,
  }));
}

export interface NewDelivery {
  readonly deliveryId: string;
  readonly source: string;
  readonly layout: string;
  readonly fileName: string;
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly clock: 'system' | 'simulated';
  readonly receivedAt: Date;
  readonly receivedBy: string;
  readonly manifest: DeliveryManifest;
  readonly territory: readonly string[];
  readonly population: 'all' | 'listed';
  readonly watermark?: string;
}

/** False when the same file was received in the meantime. */
export async function insertDelivery(tx: Tx, d: NewDelivery): Promise<boolean> {
  const inserted = await tx.execute(
    `INSERT INTO delivery (delivery_id, source, layout, file_name, file_sha256, bytes, sequence, state, clock, received_at, received_by,
       source_time, manifest, territory, population, covers_from, data_through, stated, watermark)
     SELECT $1, $2, $3, $4, $5, $6, coalesce($7::bigint, (SELECT coalesce(max(sequence), 0) + 1 FROM delivery WHERE source = $2)),
       'RECEIVED', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
     ON CONFLICT (source, layout, file_sha256, stated) WHERE state <> 'REJECTED' AND undone_at IS NULL DO NOTHING`,
    [
      d.deliveryId,
      d.source,
      d.layout,
      d.fileName,
      d.sha256,
      d.bytes,
      d.manifest.sequence ?? null,
      d.clock,
      d.receivedAt,
      d.receivedBy,
      d.manifest.sourceTime === undefined ? null : new Date(d.manifest.sourceTime),
      JSON.stringify(d.manifest),
      d.territory,
      d.population,
      d.manifest.coverage?.from ?? null,
      d.manifest.coverage?.through ?? null,
      statedOf(d.manifest),
      d.watermark ?? null,
    ],
  );
  return inserted === 1;
}

export async function saveProgress(
  db: Db,
  deliveryId: string,
  state: DeliveryState,
  progress: DeliveryProgress,
): Promise<void> {
  await db.query(
    `UPDATE delivery SET state = $2, progress = $3 WHERE delivery_id = $1 AND state NOT IN ('RECONCILED', 'HOLD', 'REJECTED')`,
    [deliveryId, state, JSON.stringify(progress)],
  );
}

export async function rejectDelivery(
  db: Db,
  deliveryId: string,
  problem: Problem,
  by?: { person: string; reason: string },
): Promise<void> {
  await db.query(
    `UPDATE delivery SET state = 'REJECTED', problem = $2, progress = NULL, held = NULL, rows = NULL, applied = NULL, unchanged = NULL,
       quarantined = NULL, ignored = NULL, released_by = coalesce($3, released_by), release_reason = coalesce($4, release_reason)
     WHERE delivery_id = $1 AND state NOT IN ('RECONCILED', 'REJECTED')`,
    [deliveryId, storableJson(problem), by?.person ?? null, by?.reason ?? null],
  );
}

export async function holdDelivery(
  db: Db,
  deliveryId: string,
  held: { code: string; zh: string; en: string },
  rows: number,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  await db.query(
    `UPDATE delivery SET state = 'HOLD', held = $2, rows = $3, applied = 0, unchanged = 0, quarantined = 0, ignored = 0, counts = $4,
       problem = $5, progress = NULL WHERE delivery_id = $1`,
    [deliveryId, held.code, rows, JSON.stringify(counts), storableJson({ ...held, status: 409 })],
  );
}

/** A delivery that failed this often on something nobody foresaw waits for a person instead of being tried for ever. */
const MAX_FAILURES = 3;

/** Counts a failure that is no refusal; the last one holds the delivery, and a release tries it again. */
export async function noteFailure(db: Db, deliveryId: string, what: string): Promise<void> {
  const problem = { code: 'intake-failed', status: 500, zh: `处理失败：${what}`, en: `processing failed: ${what}` };
  await db.query(
    `UPDATE delivery SET failures = failures + 1, progress = NULL,
       state = CASE WHEN failures + 1 >= $3 THEN 'HOLD' ELSE state END,
       held = CASE WHEN failures + 1 >= $3 THEN 'FAILED' END,
       problem = CASE WHEN failures + 1 >= $3 THEN $2::jsonb END,
       rows = CASE WHEN failures + 1 >= $3 THEN 0 END,
       applied = CASE WHEN failures + 1 >= $3 THEN 0 END, unchanged = CASE WHEN failures + 1 >= $3 THEN 0 END,
       quarantined = CASE WHEN failures + 1 >= $3 THEN 0 END, ignored = CASE WHEN failures + 1 >= $3 THEN 0 END
     WHERE delivery_id = $1 AND state NOT IN ('RECONCILED', 'HOLD', 'REJECTED')`,
    [deliveryId, JSON.stringify(problem), MAX_FAILURES],
  );
}

/** True when the delivery was on HOLD. */
export async function releaseHeld(tx: Tx, deliveryId: string, person: string, reason: string): Promise<boolean> {
  const changed = await tx.execute(
    `UPDATE delivery SET state = 'RECEIVED', released_by = $2, release_reason = $3, held = NULL, problem = NULL, failures = 0,
       rows = NULL, applied = NULL, unchanged = NULL, quarantined = NULL, ignored = NULL
     WHERE delivery_id = $1 AND state = 'HOLD'`,
    [deliveryId, person, reason],
  );
  return changed === 1;
}

export interface Reconciled {
  readonly tick: Date;
  readonly rows: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly ignored: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  readonly nulls: Readonly<Record<string, number>>;
  readonly medians: Readonly<Record<string, number>>;
  readonly through: LocalDate | undefined;
  readonly seconds: number;
}

export async function reconcileDelivery(tx: Tx, deliveryId: string, r: Reconciled): Promise<void> {
  await tx.execute(
    `UPDATE delivery SET state = 'RECONCILED', applied_at = $2, rows = $3, applied = $4, unchanged = $5, quarantined = $6, ignored = $7,
       counts = $8, columns = $9, data_through = $10, seconds = $11, nulls = $12, medians = $13, progress = NULL
     WHERE delivery_id = $1`,
    [
      deliveryId,
      r.tick,
      r.rows,
      r.applied,
      r.unchanged,
      r.quarantined,
      r.ignored,
      JSON.stringify(r.counts),
      r.columns,
      r.through ?? null,
      r.seconds,
      JSON.stringify(r.nulls),
      JSON.stringify(r.medians),
    ],
  );
}

/** The last few applied deliveries of the same layout and coverage, newest first: what a trailing median is taken of. */
export async function earlierDeliveries(tx: Tx, delivery: StoredDelivery): Promise<EarlierDelivery[]> {
  return tx.query<EarlierDelivery>(
    `SELECT rows, nulls, medians FROM delivery WHERE source = $1 AND layout = $2 AND state = 'RECONCILED' AND undone_at IS NULL
       AND territory = $3 AND population = $4 ORDER BY sequence DESC LIMIT 5`,
    [delivery.source, delivery.layout, delivery.coverage.territory, delivery.coverage.population],
  );
}

/** Up to where the newest poll has read that was not refused; null: none has. */
export async function newestWatermark(db: Db, source: string, layout: string): Promise<string | null> {
  const [row] = await db.query<{ watermark: string }>(
    `SELECT watermark FROM delivery WHERE source = $1 AND layout = $2 AND watermark IS NOT NULL AND state <> 'REJECTED'
     ORDER BY sequence DESC LIMIT 1`,
    [source, layout],
  );
  return row?.watermark ?? null;
}

/** Polled deliveries that are not at their end, held ones among them, oldest first. */
export async function openPolls(db: Db, source: string, layout: string): Promise<string[]> {
  const rows = await db.query<{ delivery_id: string }>(
    `SELECT delivery_id FROM delivery WHERE source = $1 AND layout = $2 AND watermark IS NOT NULL
       AND state NOT IN ('RECONCILED', 'REJECTED') ORDER BY sequence`,
    [source, layout],
  );
  return rows.map((row) => row.delivery_id);
}
