import type { Tx } from '#lib/platform';
import { placeOf } from './apply.ts';
import { mayBeCalled } from './firm-names.ts';

/**
 * Keeps what the delivery states of firms that nobody has registered (未入册主体的记录): of rows that wait in quarantine
 * (DQ03), of rows that the layout only counts, and of rows that name other firms as well. Rows whose firm goes by a name
 * that is nobody's wait under that name, unless the file states their key twice in different words.
 */
export async function keepWaiting(tx: Tx, deliveryId: string, source: string): Promise<void> {
  await tx.execute(
    `INSERT INTO waiting_record (subject, source, record_key, delivery_id, row_no, event_date, event_to, op, payload, payload_hash, name)
     SELECT s.uscc, $2, s.record_key, $1::uuid, s.row_no, s.event_date, s.event_to, s.op, s.payload, s.payload_hash, n.name
     FROM stage s LEFT JOIN stage_name n ON n.row_no = s.row_no JOIN verdict v ON v.row_no = s.row_no AND v.uscc = s.uscc AND v.record_key = s.record_key
     WHERE v.verdict = 'unknown'
     UNION ALL
     SELECT subject, $2, record_key, $1::uuid, s.row_no, event_date, event_to, op, payload, payload_hash, n.name
     FROM stage_waiting s LEFT JOIN stage_name n ON n.row_no = s.row_no
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
 * and rows mended meanwhile are dropped. Quarantined rows become RELEASED. Rows that call their firm by a name that it never
 * had stay: they wait for the name (DQ19).
 */
export async function releaseWaiting(tx: Tx, tick: Date): Promise<ReleasedRows> {
  await keepMisnamed(tx);
  await tx.execute(
    `CREATE TEMP TABLE released ON COMMIT DROP AS
     WITH stated AS (
       SELECT a.company_id, r.*, q.code, d.sequence, d.source_time, d.received_at,
         row_number() OVER (PARTITION BY a.company_id, r.source, r.record_key ORDER BY ${placeOf('d', 'r')} DESC) AS age
       FROM arriving a JOIN waiting_record r ON r.subject = a.subject AND NOT r.misnamed
       JOIN delivery d ON d.delivery_id = r.delivery_id AND d.undone_at IS NULL
       LEFT JOIN quarantine q ON q.delivery_id = r.delivery_id AND q.row_no = r.row_no
       -- Of a row of several firms one may have come before.
       WHERE q.code IS NULL OR q.state = 'WAITING' OR (q.code IN ('DQ03', 'DQ19') AND q.state = 'RELEASED')
     )
     SELECT s.*, s.age = 1 AND (that.delivery_id IS NULL OR ${placeOf('s', 's')} > ${placeOf('that', 'o')})
         AND (again.delivery_id IS NULL OR ${placeOf('s', 's')} > ${placeOf('again', 'f')}) AS opens
     FROM stated s
     LEFT JOIN record o ON o.company_id = s.company_id AND o.source = s.source AND o.record_key = s.record_key AND o.known_to IS NULL
     LEFT JOIN delivery that ON that.delivery_id = o.delivery_id AND that.undone_at IS NULL
     LEFT JOIN record_confirmed f ON f.company_id = o.company_id AND f.source = o.source AND f.record_key = o.record_key
     LEFT JOIN delivery again ON again.delivery_id = f.delivery_id AND again.undone_at IS NULL`,
  );
  await tx.execute(`DELETE FROM waiting_record r USING arriving a WHERE r.subject = a.subject AND NOT r.misnamed`);
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

/** Sets apart the rows of arriving firms whose name is not theirs; a row of several firms agrees with anything. */
async function keepMisnamed(tx: Tx): Promise<void> {
  await tx.execute(
    `WITH marked AS (
       UPDATE waiting_record w SET misnamed = NOT x.fits FROM (
         SELECT y.*, a.company_id, ${mayBeCalled('a.company_id', 'y.name')} OR EXISTS (SELECT FROM waiting_record o
             WHERE o.delivery_id = y.delivery_id AND o.row_no = y.row_no AND o.subject <> y.subject) AS fits
         FROM arriving a JOIN waiting_record y ON y.subject = a.subject WHERE y.name IS NOT NULL) x
       WHERE (w.subject, w.source, w.record_key, w.delivery_id, w.row_no) = (x.subject, x.source, x.record_key, x.delivery_id, x.row_no)
         AND w.misnamed = x.fits
       RETURNING w.delivery_id, w.row_no, w.name, w.misnamed, x.company_id)
     UPDATE quarantine q SET code = 'DQ19', issues = jsonb_build_array(jsonb_build_object('code', 'DQ19', 'raw', m.name, 'suggestion',
         (SELECT min(n.payload ->> 'name') FROM record n WHERE n.company_id = m.company_id AND n.source = 'business-registration'
            AND n.known_to IS NULL AND n.op = 'U')))
     FROM marked m WHERE m.misnamed AND q.delivery_id = m.delivery_id AND q.row_no = m.row_no AND q.code = 'DQ03' AND q.state = 'WAITING'`,
  );
}
