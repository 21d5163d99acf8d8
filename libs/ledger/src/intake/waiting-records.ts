import type { Tx } from '#lib/platform';
import { placeOf } from './apply.ts';

/**
 * Keeps what the delivery states of firms that nobody has registered (未入册主体的记录): of rows that wait in quarantine
 * (DQ03), of rows that the layout only counts, and of rows that name other firms as well. Rows whose firm goes by a name
 * that is nobody's wait under that name, unless the file states their key twice in different words.
 */
export async function keepWaiting(tx: Tx, deliveryId: string, source: string): Promise<void> {
  await tx.execute(
    `INSERT INTO waiting_record (subject, source, record_key, delivery_id, row_no, event_date, event_to, op, payload, payload_hash)
     SELECT s.uscc, $2, s.record_key, $1::uuid, s.row_no, s.event_date, s.event_to, s.op, s.payload, s.payload_hash
     FROM stage s JOIN verdict v ON v.row_no = s.row_no AND v.uscc = s.uscc AND v.record_key = s.record_key
     WHERE v.verdict = 'unknown'
     UNION ALL
     SELECT subject, $2, record_key, $1::uuid, row_no, event_date, event_to, op, payload, payload_hash FROM stage_waiting s
     WHERE NOT EXISTS (SELECT FROM stage_waiting o WHERE o.subject = s.subject AND o.record_key = s.record_key
       AND (o.op, o.payload_hash) <> (s.op, s.payload_hash))
     ORDER BY 1, 3`,
    [deliveryId, source],
  );
}

/** Rows that the release of waiting records took, by the code under which they waited; `unknown-firm`: no code. */
export type ReleasedRows = ReadonlyMap<string, number>;

/**
 * Gives waiting records to the firms in the temporary table `arriving` (subject, company_id). Every statement becomes a
 * version, so that each can be undone: the newest in the order of deliveries opens at `tick`, unless a record newer than
 * it is open; the others follow at ticks of their own, closed, as versions do that arrive late. Rows of undone deliveries
 * and rows mended meanwhile are dropped. Quarantined rows become RELEASED.
 */
export async function releaseWaiting(tx: Tx, tick: Date): Promise<ReleasedRows> {
  await tx.execute(
    `CREATE TEMP TABLE released ON COMMIT DROP AS
     WITH stated AS (
       SELECT a.company_id, r.*, q.code, d.sequence, d.source_time, d.received_at,
         row_number() OVER (PARTITION BY a.company_id, r.source, r.record_key ORDER BY ${placeOf('d', 'r')} DESC) AS age
       FROM arriving a JOIN waiting_record r ON r.subject = a.subject
       JOIN delivery d ON d.delivery_id = r.delivery_id AND d.undone_at IS NULL
       LEFT JOIN quarantine q ON q.delivery_id = r.delivery_id AND q.row_no = r.row_no
       -- Of a row of several firms one may have come before.
       WHERE q.code IS NULL OR q.state = 'WAITING' OR (q.code = 'DQ03' AND q.state = 'RELEASED')
     )
     SELECT s.*, s.age = 1 AND (that.delivery_id IS NULL OR ${placeOf('s', 's')} > ${placeOf('that', 'o')})
         AND (again.delivery_id IS NULL OR ${placeOf('s', 's')} > ${placeOf('again', 'f')}) AS opens
     FROM stated s
     LEFT JOIN record o ON o.company_id = s.company_id AND o.source = s.source AND o.record_key = s.record_key AND o.known_to IS NULL
     LEFT JOIN delivery that ON that.delivery_id = o.delivery_id AND that.undone_at IS NULL
     LEFT JOIN record_confirmed f ON f.company_id = o.company_id AND f.source = o.source AND f.record_key = o.record_key
     LEFT JOIN delivery again ON again.delivery_id = f.delivery_id AND again.undone_at IS NULL`,
  );
  await tx.execute(`DELETE FROM waiting_record r USING arriving a WHERE r.subject = a.subject`);
  const rows = await tx.query<{ code: string; n: number }>(
    `SELECT coalesce(code, 'unknown-firm') AS code, count(DISTINCT (delivery_id, row_no))::int AS n FROM released GROUP BY 1 ORDER BY 1`,
  );
  if (rows.length === 0) return new Map();
  await tx.execute(
    `UPDATE record r SET known_to = $1 FROM released w
     WHERE w.opens AND r.company_id = w.company_id AND r.source = w.source AND r.record_key = w.record_key AND r.known_to IS NULL`,
    [tick],
  );
  await tx.execute(
    `INSERT INTO record (company_id, source, record_key, known_from, known_to, event_date, event_to, op, delivery_id, row_no, payload, payload_hash)
     SELECT company_id, source, record_key, t.at, CASE WHEN NOT opens THEN t.at END, event_date, event_to, op, delivery_id, row_no, payload, payload_hash
     FROM released CROSS JOIN LATERAL (SELECT $1::timestamptz + (age - 1) * interval '1 ms' AS at) t
     ORDER BY company_id, source, record_key`,
    [tick],
  );
  await tx.execute(
    `UPDATE ledger_tick SET newest = $1::timestamptz + (SELECT max(age) - 1 FROM released) * interval '1 ms'`,
    [tick],
  );
  await tx.execute(
    `INSERT INTO dossier_stale (company_id, since) SELECT DISTINCT company_id, $1::timestamptz FROM released WHERE opens
     ON CONFLICT (company_id) DO UPDATE SET since = least(dossier_stale.since, excluded.since)`,
    [tick],
  );
  await tx.execute(
    `INSERT INTO delivery_release (delivery_id, released_at) SELECT DISTINCT delivery_id, $1::timestamptz FROM released WHERE opens`,
    [tick],
  );
  await tx.execute(
    `UPDATE quarantine q SET state = 'RELEASED', released_at = $1
     FROM (SELECT DISTINCT delivery_id, row_no FROM released WHERE code IS NOT NULL) w
     WHERE q.delivery_id = w.delivery_id AND q.row_no = w.row_no AND q.state = 'WAITING'`,
    [tick],
  );
  return new Map(rows.map(({ code, n }) => [code, n]));
}
