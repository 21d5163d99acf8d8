import { gunzipSync } from 'node:zlib';
import type { Issue } from '#lib/data-sources';
import { copyField, type Tx } from '#lib/platform';

interface RowToKeep {
  readonly row_no: number;
  readonly code: string;
  readonly issues: readonly Issue[];
}

/**
 * Writes the quarantine of a delivery: rows that did not parse or map (stage_quarantine), doubled keys with different
 * content (DQ11), rows that call their firm by another's name (DQ19) and, where the layout keeps them, rows of unregistered
 * firms (DQ03).
 */
export async function writeQuarantine(
  tx: Tx,
  deliveryId: string,
  keepUnknown: boolean,
  nameColumn = '',
): Promise<void> {
  const rows = await tx.query<RowToKeep>(
    `SELECT row_no, code, issues FROM stage_quarantine
     UNION ALL
     SELECT row_no, 'DQ11', jsonb_build_array(jsonb_build_object('code', 'DQ11', 'raw', min(uscc || ' ' || record_key)))
     FROM verdict WHERE verdict = 'conflict' GROUP BY row_no
     UNION ALL
     SELECT row_no, 'DQ03', jsonb_build_array(jsonb_build_object('code', 'DQ03', 'raw', min(uscc)))
     FROM verdict WHERE $1 GROUP BY row_no HAVING bool_and(verdict = 'unknown')
     UNION ALL
     SELECT row_no, 'DQ19', jsonb_build_array(jsonb_build_object('code', 'DQ19', 'column', $2::text, 'raw', name, 'suggestion', suggestion)) FROM misnamed
     ORDER BY row_no`,
    [keepUnknown, nameColumn],
  );
  if (rows.length === 0) return;
  const lines = await rawLines(
    tx,
    rows.map((row) => row.row_no),
  );
  await tx.copyIn(
    `COPY quarantine (delivery_id, row_no, code, issues, raw) FROM STDIN`,
    rows.map(
      (row) =>
        `${deliveryId}\t${row.row_no}\t${row.code}\t${copyField(JSON.stringify(row.issues))}\t${copyField(lines.get(row.row_no) ?? '')}\n`,
    ),
  );
  // Whom a doubled key is about: a later row of that key mends it.
  await tx.execute(
    `INSERT INTO quarantine_record (delivery_id, row_no, uscc, record_key, event_date, event_to, op, payload, payload_hash)
     SELECT $1, s.row_no, s.uscc, s.record_key, s.event_date, s.event_to, s.op, s.payload, s.payload_hash
     FROM stage s JOIN quarantine q ON q.delivery_id = $1 AND q.row_no = s.row_no AND q.code IN ('DQ11', 'DQ19')`,
    [deliveryId],
  );
}

/**
 * Marks as CORRECTED the waiting rows of earlier deliveries of the source that this one mends: its row names them in the
 * column 错误行, or their key has been applied or confirmed now.
 */
export async function markMended(tx: Tx, deliveryId: string, source: string): Promise<number> {
  return tx.execute(
    `UPDATE quarantine q SET state = 'CORRECTED', mended_by = $1 FROM (
       SELECT m.delivery_id, m.mended_row AS row_no FROM stage_mends m
       JOIN verdict v ON v.row_no = m.row_no AND v.verdict IN ('new', 'changed', 'unchanged', 'superseded')
       UNION
       SELECT k.delivery_id, k.row_no FROM verdict v JOIN quarantine_record k ON k.uscc = v.uscc AND k.record_key = v.record_key
       WHERE v.verdict IN ('new', 'changed', 'unchanged')
     ) mended JOIN delivery d ON d.delivery_id = mended.delivery_id AND d.source = $2
     WHERE q.delivery_id = mended.delivery_id AND q.row_no = mended.row_no AND q.delivery_id <> $1 AND q.state = 'WAITING'`,
    [deliveryId, source],
  );
}

async function rawLines(tx: Tx, wanted: readonly number[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const blocks = await tx.query<{ first_row: number; rows: number; lines: Buffer }>(
    `SELECT first_row, rows, lines FROM stage_block b
     WHERE EXISTS (SELECT FROM unnest($1::integer[]) w(row_no) WHERE w.row_no >= b.first_row AND w.row_no < b.first_row + b.rows)`,
    [wanted],
  );
  const rows = new Set(wanted);
  for (const block of blocks)
    for (const [i, line] of unpackLines(block.lines).entries())
      if (rows.has(block.first_row + i)) found.set(block.first_row + i, line);
  return found;
}

/** The kept lines of a block: one JSON text a row. */
export const unpackLines = (block: Buffer): string[] => gunzipSync(block).toString('utf8').split('\n');
