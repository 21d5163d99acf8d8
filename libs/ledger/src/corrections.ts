import type { Db } from '#lib/platform';
import { findDelivery } from './deliveries.store.ts';
import { cursorInvalid } from './cursor-invalid.ts';

/**
 * 更正的种类 (domain §1.1). late 迟到: a new fact about days of which an earlier delivery of the layout had spoken.
 * correction 更正: the same key with other content. withdrawal 撤回: it should never have been. reassign 改挂: it belonged
 * to another firm; both firms have it. repaired 信用修复: a listing or penalty that was repaired.
 */
export type CorrectionKind = 'late' | 'correction' | 'withdrawal' | 'reassign' | 'repaired';

/** One record of one firm that a delivery changed. Hashes are of the payload, hex. */
export interface Correction {
  readonly uscc: string;
  readonly source: string;
  readonly recordKey: string;
  readonly rowNo: number;
  readonly kind: CorrectionKind;
  /** Null: the record was not known, or withdrawn. */
  readonly oldHash: string | null;
  /** Null: the record is withdrawn. */
  readonly newHash: string | null;
}

export interface CorrectionList {
  /** The apply tick of the delivery; null: nothing was applied. */
  readonly tick: Date | null;
  readonly items: readonly Correction[];
  readonly nextCursor: string | null;
}

interface CorrectionRow {
  uscc: string;
  record_key: string;
  row_no: number;
  kind: CorrectionKind;
  old_hash: string | null;
  new_hash: string | null;
}

/** What a delivery corrected, in the order of firms and keys (更正清单). Throws ProblemError delivery-unknown or cursor-invalid. */
export async function readCorrections(
  db: Db,
  deliveryId: string,
  graceDays: (source: string) => number,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<CorrectionList> {
  const after = query.cursor === undefined ? ['', ''] : cursorOf(query.cursor);
  const { appliedAt: tick, source } = await findDelivery(db, deliveryId);
  const rows = await db.query<CorrectionRow>(
    `WITH this AS (SELECT * FROM delivery WHERE delivery_id = $1), stated AS (
       SELECT v.*, c.uscc, c.known_from AS firm_from, p.op AS old_op, p.payload AS old_payload, p.payload_hash AS old_hash
       FROM record v JOIN company c USING (company_id)
       LEFT JOIN record p ON p.company_id = v.company_id AND p.source = v.source AND p.record_key = v.record_key
         AND p.known_to = v.known_from AND p.known_from < v.known_from
       -- Versions that arrived superseded changed nothing.
       WHERE v.delivery_id = $1 AND v.known_from = $2 AND v.known_to IS DISTINCT FROM v.known_from
     ), judged AS (
       SELECT s.uscc, s.record_key, s.row_no, CASE
           WHEN ${REPAIRED('s.payload')} AND s.old_op = 'U' AND (s.op = 'D' OR NOT ${REPAIRED('s.old_payload')}) THEN 'repaired'
           WHEN s.op = 'D' AND s.old_op = 'U' AND EXISTS (SELECT FROM stated o WHERE o.record_key = s.record_key
             AND o.company_id <> s.company_id AND o.op = 'U' AND o.payload_hash = s.old_hash) THEN 'reassign'
           WHEN s.op = 'U' AND s.old_op IS NULL AND EXISTS (SELECT FROM stated o WHERE o.record_key = s.record_key
             AND o.company_id <> s.company_id AND o.op = 'D' AND o.old_op = 'U' AND o.old_hash = s.payload_hash) THEN 'reassign'
           WHEN s.op = 'D' AND s.old_op = 'U' THEN 'withdrawal'
           WHEN s.op = 'U' AND s.old_op IS NOT NULL THEN 'correction'
           WHEN s.op = 'U' AND s.firm_from < s.known_from
             AND coalesce(s.event_to, s.event_date) + $3::integer < (s.known_from AT TIME ZONE 'Asia/Shanghai')::date
             AND EXISTS (SELECT FROM delivery e, this WHERE e.source = this.source AND e.layout = this.layout AND e.state = 'RECONCILED'
               AND e.applied_at < this.applied_at AND (e.undone_at IS NULL OR e.undone_at > this.applied_at)
               AND e.data_through >= coalesce(s.event_to, s.event_date)) THEN 'late'
         END AS kind,
         CASE WHEN s.old_op = 'U' THEN encode(s.old_hash, 'hex') END AS old_hash,
         CASE WHEN s.op = 'U' THEN encode(s.payload_hash, 'hex') END AS new_hash
       FROM stated s
     )
     SELECT uscc, record_key, row_no, kind, old_hash, new_hash FROM judged WHERE kind IS NOT NULL AND (uscc COLLATE "C", record_key) > ($4, $5) ORDER BY uscc COLLATE "C", record_key LIMIT $6`,
    [deliveryId, tick, graceDays(source), ...after, query.limit + 1],
  );
  const items = rows.slice(0, query.limit).map((row) => ({
    uscc: row.uscc,
    source,
    recordKey: row.record_key,
    rowNo: row.row_no,
    kind: row.kind,
    oldHash: row.old_hash,
    newHash: row.new_hash,
  }));
  const last = items.at(-1);
  return {
    tick,
    items,
    nextCursor: rows.length > query.limit && last ? `${last.uscc}_${encodeURIComponent(last.recordKey)}` : null,
  };
}

/** How the sources say 信用修复: a day of repair, or a removal for that reason. */
const REPAIRED = (payload: string): string =>
  `(coalesce(${payload} ? 'repairedOn', false) OR coalesce(${payload} ->> 'removalReason' = 'repaired', false))`;

function cursorOf(cursor: string): [string, string] {
  const [uscc, key] = cursor.split('_', 2);
  if (uscc === undefined || key === undefined || !/^[0-9A-Z]{18}$/.test(uscc)) throw cursorInvalid();
  try {
    return [uscc, decodeURIComponent(key)];
  } catch {
    throw cursorInvalid();
  }
}
