import { ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { CoverageBook } from './coverage-book.ts';
import { findDelivery } from './deliveries.store.ts';
import { LedgerDossier, type LedgerRecord } from './dossier-document.ts';
import { readDossiers, recordOf, type FirmOfRange, type RecordRow } from './dossiers.reader.ts';
import { takeTick } from './intake/apply.ts';

/** What undoing a delivery does to the records that are known now. */
export interface UndoCounts {
  /** Records that only this delivery states: withdrawn. */
  readonly withdrawn: number;
  /** Records whose earlier or older version counts again. */
  readonly restored: number;
  /** Records that another delivery states likewise: only their evidence changes. */
  readonly restated: number;
  readonly firms: number;
  /** The delivery's claim to be complete, which no longer counts. */
  readonly coverage: boolean;
}

/**
 * Works out, in temporary tables of this transaction, what the ledger would say had the delivery never come: for each
 * key that it stated, the newest of all other statements in the order of deliveries (domain §1.1), be it a version or
 * the last confirmation of one. Reads only. Throws ProblemError delivery-unknown, delivery-not-applied or
 * delivery-undone.
 */
export async function planUndo(tx: Tx, deliveryId: string): Promise<UndoCounts> {
  await mustBeApplied(tx, deliveryId);
  await tx.execute(
    `CREATE TEMP TABLE undo_touched ON COMMIT DROP AS
     SELECT DISTINCT company_id, source, record_key FROM record
     WHERE delivery_id = $1 AND known_from = ANY (ARRAY(
       SELECT applied_at FROM delivery WHERE delivery_id = $1
       UNION SELECT released_at FROM quarantine WHERE delivery_id = $1 AND released_at IS NOT NULL
       UNION SELECT released_at FROM delivery_release WHERE delivery_id = $1
       -- Undoing another delivery may have opened versions of this one again.
       UNION SELECT undone_at FROM delivery WHERE undone_at IS NOT NULL))
     UNION SELECT company_id, source, record_key FROM record_confirmed WHERE delivery_id = $1 OR $1 = ANY (others)`,
    [deliveryId],
  );
  await tx.execute('ANALYZE undo_touched');
  await tx.execute(
    `CREATE TEMP TABLE undo_plan ON COMMIT DROP AS
     WITH stated AS (
       SELECT r.company_id, r.source, r.record_key, r.known_from, r.delivery_id, r.row_no
       FROM undo_touched JOIN record r USING (company_id, source, record_key)
       UNION ALL
       SELECT r.company_id, r.source, r.record_key, r.known_from, s.delivery_id, s.row_no
       FROM undo_touched JOIN record_confirmed f USING (company_id, source, record_key)
       JOIN record r USING (company_id, source, record_key)
       CROSS JOIN unnest(f.delivery_id || f.others, f.row_no || f.other_rows) s(delivery_id, row_no)
       JOIN delivery a ON a.delivery_id = s.delivery_id
       WHERE r.known_from <= a.applied_at AND (r.known_to IS NULL OR r.known_to > a.applied_at)
     ), best AS (
       SELECT DISTINCT ON (company_id, source, record_key) s.*
       FROM stated s JOIN delivery d ON d.delivery_id = s.delivery_id AND d.undone_at IS NULL AND d.delivery_id <> $1
       ORDER BY company_id, source, record_key,
         d.sequence DESC, coalesce(d.source_time, '-infinity') DESC, d.received_at DESC, s.row_no DESC, s.known_from DESC
     )
     SELECT o.company_id, o.source, o.record_key, coalesce(b.known_from, o.known_from) AS content_from,
       coalesce(b.delivery_id, o.delivery_id) AS delivery_id, coalesce(b.row_no, o.row_no) AS row_no, coalesce(c.op, 'D') AS op,
       CASE WHEN b.company_id IS NULL THEN 'withdrawn'
         WHEN c.op = o.op AND c.payload_hash = o.payload_hash THEN 'restated' ELSE 'restored' END AS becomes
     FROM undo_touched t JOIN record o USING (company_id, source, record_key)
     LEFT JOIN best b USING (company_id, source, record_key)
     LEFT JOIN record c ON c.company_id = b.company_id AND c.source = b.source AND c.record_key = b.record_key AND c.known_from = b.known_from
     WHERE o.known_to IS NULL AND CASE WHEN b.company_id IS NULL THEN o.op = 'U'
       ELSE (b.delivery_id, b.row_no) <> (o.delivery_id, o.row_no) END`,
    [deliveryId],
  );
  await tx.execute('ANALYZE undo_plan');
  const [counts] = await tx.query<{ [K in keyof UndoCounts]: UndoCounts[K] }>(
    `SELECT (count(*) FILTER (WHERE becomes = 'withdrawn'))::int AS withdrawn, (count(*) FILTER (WHERE becomes = 'restored'))::int AS restored,
       (count(*) FILTER (WHERE becomes = 'restated'))::int AS restated, count(DISTINCT company_id)::int AS firms,
       EXISTS (SELECT FROM coverage WHERE delivery_id = $1) AS coverage FROM undo_plan`,
    [deliveryId],
  );
  return counts!;
}

/** Firms whose records the plan of this transaction changes, ascending. */
export async function plannedFirms(tx: Tx): Promise<number[]> {
  const rows = await tx.query<{ company_id: number }>('SELECT DISTINCT company_id FROM undo_plan ORDER BY company_id');
  return rows.map((row) => row.company_id);
}

/** As readDossiers at the newest tick, with the plan of this transaction carried out. */
export async function readDossiersAfterUndo(
  tx: Tx,
  from: number,
  to: number,
  knownAt: Date,
  coverage: CoverageBook,
): Promise<FirmOfRange[]> {
  const rows = await tx.query<RecordRow>(
    `SELECT r.company_id, r.source, r.record_key, r.known_from, r.event_date, r.event_to, r.delivery_id, r.row_no, r.payload
     FROM record r LEFT JOIN undo_plan p USING (company_id, source, record_key)
     WHERE r.company_id IN (SELECT company_id FROM undo_plan WHERE company_id >= $1 AND company_id < $2)
       AND CASE WHEN p.company_id IS NULL THEN r.known_to IS NULL AND r.op = 'U' ELSE r.known_from = p.content_from AND p.op = 'U' END
     ORDER BY company_id, source, record_key`,
    [from, to],
  );
  const changed = new Map<number, LedgerRecord[]>();
  for (const { company_id } of await tx.query<{ company_id: number }>(
    'SELECT DISTINCT company_id FROM undo_plan WHERE company_id >= $1 AND company_id < $2',
    [from, to],
  ))
    changed.set(company_id, []);
  for (const row of rows) changed.get(row.company_id)!.push(recordOf(row, false));
  const firms = await readDossiers(tx, from, to, knownAt, coverage);
  return firms.map((firm) => {
    const records = changed.get(firm.companyId);
    return records ? { ...firm, dossier: new LedgerDossier(firm.uscc, records, coverage) } : firm;
  });
}

export interface UndoInput {
  readonly person: string;
  readonly reason: string;
  readonly clock: Clock;
}

/**
 * Takes an applied delivery back (撤销入账) by compensating versions at a tick of its own: what was known before that
 * tick stays readable as it was. Firms that it registered stay, without their registration. Firms' documents are marked
 * stale. Throws ProblemError delivery-unknown, delivery-not-applied or delivery-undone.
 */
export async function undoDelivery(db: Database, deliveryId: string, input: UndoInput): Promise<UndoCounts> {
  return db.transaction(async (tx) => {
    await tx.execute(`SET LOCAL work_mem = '96MB'`);
    await mustBeApplied(tx, deliveryId); // before the tick, which a refusal must not use up
    const tick = await takeTick(tx, input.clock.now(), undefined);
    const counts = await planUndo(tx, deliveryId); // under the ledger's lock: nothing is applied in between
    await tx.execute(
      `UPDATE record r SET known_to = $1 FROM undo_plan p
       WHERE r.company_id = p.company_id AND r.source = p.source AND r.record_key = p.record_key AND r.known_to IS NULL`,
      [tick],
    );
    await tx.execute(
      `INSERT INTO record (company_id, source, record_key, known_from, event_date, event_to, op, delivery_id, row_no, payload, payload_hash)
       SELECT p.company_id, p.source, p.record_key, $1::timestamptz, c.event_date, c.event_to, p.op, p.delivery_id, p.row_no, c.payload, c.payload_hash
       FROM undo_plan p JOIN record c ON c.company_id = p.company_id AND c.source = p.source AND c.record_key = p.record_key
         AND c.known_from = p.content_from
       ORDER BY p.company_id, p.source, p.record_key`,
      [tick],
    );
    await confirmByOthers(tx, deliveryId);
    await tx.execute('UPDATE coverage SET known_to = $2 WHERE delivery_id = $1', [deliveryId, tick]);
    await tx.execute(`UPDATE quarantine SET state = 'WAITING', mended_by = NULL WHERE mended_by = $1`, [deliveryId]);
    await tx.execute(
      `INSERT INTO dossier_stale (company_id, since) SELECT DISTINCT company_id, $1::timestamptz FROM undo_plan
       ON CONFLICT (company_id) DO UPDATE SET since = least(dossier_stale.since, excluded.since)`,
      [tick],
    );
    await tx.execute('UPDATE delivery SET undone_at = $2, undone_by = $3, undo_reason = $4 WHERE delivery_id = $1', [
      deliveryId,
      tick,
      input.person,
      input.reason,
    ]);
    return counts;
  });
}

/** Where the delivery was the newest to confirm a record, the newest of the others takes its place. */
async function confirmByOthers(tx: Tx, deliveryId: string): Promise<void> {
  await tx.execute(
    `UPDATE record_confirmed f SET delivery_id = n.delivery_id, row_no = n.row_no
     FROM (SELECT DISTINCT ON (company_id, source, record_key) c.company_id, c.source, c.record_key, s.delivery_id, s.row_no
       FROM record_confirmed c CROSS JOIN unnest(c.others, c.other_rows) s(delivery_id, row_no)
       JOIN delivery d ON d.delivery_id = s.delivery_id AND d.undone_at IS NULL AND d.delivery_id <> $1
       WHERE c.delivery_id = $1
       ORDER BY company_id, source, record_key, d.sequence DESC, coalesce(d.source_time, '-infinity') DESC, d.received_at DESC, s.row_no DESC) n
     WHERE f.company_id = n.company_id AND f.source = n.source AND f.record_key = n.record_key`,
    [deliveryId],
  );
}

async function mustBeApplied(tx: Tx, deliveryId: string): Promise<void> {
  const delivery = await findDelivery(tx, deliveryId);
  if (delivery.undone !== null)
    throw new ProblemError({
      code: 'delivery-undone',
      status: 409,
      zh: `交付批次 ${deliveryId} 已撤销入账`,
      en: `delivery ${deliveryId} has been undone already`,
    });
  if (delivery.state !== 'RECONCILED')
    throw new ProblemError({
      code: 'delivery-not-applied',
      status: 409,
      zh: `交付批次 ${deliveryId} 未入账（${delivery.state}）`,
      en: `delivery ${deliveryId} is not applied (${delivery.state})`,
    });
}
