import type { LocalDate } from '#lib/kernel';
import type { Layout, SourceDefinition } from '#lib/data-sources';
import type { Tx } from '#lib/platform';
import { refusal } from './refusals.ts';

export interface ApplyInput {
  readonly deliveryId: string;
  readonly source: SourceDefinition;
  readonly layout: Layout;
  readonly territory: readonly string[];
  readonly population: 'all' | 'listed';
  readonly coversFrom: LocalDate | undefined;
  readonly through: LocalDate | undefined;
}

export interface Verdicts {
  readonly applied: number;
  readonly unchanged: number;
  readonly unknown: number;
  readonly conflicting: number;
  /** Rows whose firm never had the name that they give it (DQ19). */
  readonly misnamed: number;
  /** Rows that repeat a key of the file with the same content (DQ10); they count as unchanged. */
  readonly repeated: number;
}

/**
 * Takes the ledger's lock and names the tick of this apply: after every earlier one, so that «known when» orders
 * everything. Throws ProblemError tick-not-newer when a simulated instant is not newer.
 */
export async function takeTick(tx: Tx, now: Date, simulatedAt: Date | undefined): Promise<Date> {
  const [row] = await tx.query<{ newest: Date | null }>(
    `SELECT CASE WHEN isfinite(newest) THEN newest END AS newest FROM ledger_tick FOR UPDATE`,
  );
  const newest = row!.newest?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (simulatedAt && simulatedAt.getTime() <= newest)
    throw refusal(
      'tick-not-newer',
      `模拟时间${simulatedAt.toISOString()}不晚于已有的${row!.newest!.toISOString()}`,
      `the simulated instant ${simulatedAt.toISOString()} is not newer than ${row!.newest!.toISOString()}, the newest tick`,
      { status: 409 },
    );
  const tick = simulatedAt ?? new Date(Math.max(now.getTime(), newest + 1));
  await tx.execute('UPDATE ledger_tick SET newest = $1', [tick]);
  return tick;
}

/** Registers the firms that this delivery names first (business-registration only). Doubled keys register nobody. */
export async function registerCompanies(tx: Tx, deliveryId: string, tick: Date): Promise<number> {
  return tx.execute(
    `INSERT INTO company (uscc, known_from, delivery_id)
     SELECT DISTINCT s.uscc, $2::timestamptz, $1::uuid FROM stage s
     WHERE NOT EXISTS (SELECT FROM doubled d WHERE d.uscc = s.uscc AND d.record_key = s.record_key AND d.contents > 1)
       AND NOT EXISTS (SELECT FROM company c WHERE c.uscc = s.uscc)
     ORDER BY s.uscc`,
    [deliveryId, tick],
  );
}

/** Keys that appear more than once in the file: `contents` > 1 means with different content. Resolves to their number. */
export async function findDoubled(tx: Tx): Promise<number> {
  return tx.execute(`INSERT INTO doubled (uscc, record_key, contents, first_row)
    SELECT uscc, record_key, count(DISTINCT (op, payload_hash)) AS contents, min(row_no) AS first_row
    FROM stage
    -- Few keys are doubled: only they are sorted by content.
    WHERE (uscc, record_key) IN (SELECT uscc, record_key FROM stage GROUP BY uscc, record_key HAVING count(*) > 1)
    GROUP BY uscc, record_key`);
}

/** The place of a statement in the order of deliveries (domain §1.1), as a row of SQL that compares. */
export const placeOf = (delivery: string, row: string): string =>
  `(${delivery}.sequence, coalesce(${delivery}.source_time, '-infinity'), ${delivery}.received_at, ${row}.row_no)`;

/**
 * Decides for each staged record what it is to the ledger. A version that is older than the open one by
 * (sequence, source time, received at, row), or than a later delivery that stated the open one again, is `superseded`:
 * it is kept, closed at its own tick.
 */
export async function decide(tx: Tx, deliveryId: string, source: string, doubled: number): Promise<void> {
  await tx.execute(
    `INSERT INTO verdict (row_no, uscc, record_key, company_id, verdict, newer)
     SELECT s.row_no, s.uscc, s.record_key, c.company_id,
       CASE
         WHEN d.contents > 1 THEN 'conflict'
         WHEN d.first_row < s.row_no THEN 'same'
         WHEN c.company_id IS NULL THEN 'unknown'
         WHEN r.company_id IS NULL THEN 'new'
         WHEN r.payload_hash = s.payload_hash AND r.op = s.op THEN 'unchanged'
         WHEN newer THEN 'changed'
         ELSE 'superseded'
       END AS verdict,
       newer
     FROM stage s
     CROSS JOIN (SELECT sequence, source_time, received_at FROM delivery WHERE delivery_id = $1) this
     LEFT JOIN doubled d ON d.uscc = s.uscc AND d.record_key = s.record_key
     LEFT JOIN company c ON c.uscc = s.uscc
     LEFT JOIN record r ON r.company_id = c.company_id AND r.source = $2 AND r.record_key = s.record_key AND r.known_to IS NULL
     -- What an undone delivery said, its withdrawals by the undo among them, stands against nobody.
     LEFT JOIN delivery that ON that.delivery_id = r.delivery_id AND that.undone_at IS NULL
     LEFT JOIN record_confirmed f ON f.company_id = r.company_id AND f.source = r.source AND f.record_key = r.record_key
     LEFT JOIN delivery again ON again.delivery_id = f.delivery_id AND again.undone_at IS NULL
     CROSS JOIN LATERAL (SELECT
       (that.delivery_id IS NULL OR ${placeOf('this', 's')} > ${placeOf('that', 'r')})
       AND (again.delivery_id IS NULL OR ${placeOf('this', 's')} > ${placeOf('again', 'f')}) AS newer) o`,
    [deliveryId, source],
  );
  // A row is taken whole or not at all; without a doubled key there is no conflict.
  if (doubled > 0)
    await tx.execute(
      `UPDATE verdict SET verdict = 'conflict'
       WHERE verdict <> 'conflict' AND row_no IN (SELECT row_no FROM verdict WHERE verdict = 'conflict')`,
    );
  await tx.execute('ANALYZE verdict');
}

/** One verdict a row: a row with several records is applied when any of them is. */
export async function countVerdicts(tx: Tx): Promise<Verdicts> {
  const rows = await tx.query<{ best: string; n: number; repeated: number }>(
    `SELECT best, count(*)::int AS n, (count(*) FILTER (WHERE repeats))::int AS repeated FROM (
       SELECT row_no, bool_and(verdict = 'same') AS repeats, CASE
         WHEN bool_or(verdict = 'conflict') THEN 'conflict'
         WHEN bool_or(verdict = 'misnamed') THEN 'misnamed'
         WHEN bool_or(verdict IN ('new', 'changed', 'superseded')) THEN 'applied'
         WHEN bool_or(verdict IN ('unchanged', 'same')) THEN 'unchanged'
         ELSE 'unknown' END AS best
       FROM verdict GROUP BY row_no) by_row GROUP BY best`,
  );
  const of = (best: string): number => rows.find((row) => row.best === best)?.n ?? 0;
  return {
    applied: of('applied'),
    unchanged: of('unchanged'),
    unknown: of('unknown'),
    conflicting: of('conflict'),
    misnamed: of('misnamed'),
    repeated: rows.find((row) => row.best === 'unchanged')?.repeated ?? 0,
  };
}

/** Closes what is replaced and adds the new versions, in key order so that one firm's records lie together. */
export async function writeRecords(tx: Tx, input: ApplyInput, tick: Date): Promise<number> {
  await tx.execute(
    `UPDATE record r SET known_to = $2 FROM verdict v
     WHERE v.verdict = 'changed' AND r.company_id = v.company_id AND r.source = $1 AND r.record_key = v.record_key AND r.known_to IS NULL`,
    [input.source.name, tick],
  );
  return tx.execute(
    `INSERT INTO record (company_id, source, record_key, known_from, known_to, event_date, event_to, op, delivery_id, row_no, payload, payload_hash)
     SELECT v.company_id, $1, s.record_key, $2::timestamptz, CASE WHEN v.verdict = 'superseded' THEN $2::timestamptz END,
       s.event_date, s.event_to, s.op, $3::uuid, s.row_no, s.payload, s.payload_hash
     FROM stage s JOIN verdict v ON v.row_no = s.row_no AND v.uscc = s.uscc AND v.record_key = s.record_key
     WHERE v.verdict IN ('new', 'changed', 'superseded')
     ORDER BY v.company_id, s.record_key`,
    [input.source.name, tick, input.deliveryId],
  );
}

/** Other confirmations of a record that are kept beside the newest. */
const CONFIRMATIONS_KEPT = 8;

/** Open versions that a newer delivery states again: with it they hold against deliveries between the two. */
export async function confirmRecords(tx: Tx, input: ApplyInput): Promise<void> {
  await tx.execute(
    `INSERT INTO record_confirmed (company_id, source, record_key, delivery_id, row_no)
     SELECT company_id, $1, record_key, $2, row_no FROM verdict WHERE verdict = 'unchanged' AND newer
     ORDER BY company_id, record_key
     ON CONFLICT (company_id, source, record_key) DO UPDATE SET delivery_id = excluded.delivery_id, row_no = excluded.row_no,
       others = (record_confirmed.delivery_id || record_confirmed.others)[:${CONFIRMATIONS_KEPT}],
       other_rows = (record_confirmed.row_no || record_confirmed.other_rows)[:${CONFIRMATIONS_KEPT}]`,
    [input.source.name, input.deliveryId],
  );
  // Older than what is open, they change nothing, unless what is open is undone one day.
  await tx.execute(
    `INSERT INTO record_confirmed (company_id, source, record_key, delivery_id, row_no)
     SELECT company_id, $1, record_key, $2, row_no FROM verdict WHERE verdict = 'unchanged' AND NOT newer
     ORDER BY company_id, record_key
     ON CONFLICT (company_id, source, record_key) DO UPDATE SET
       others = (excluded.delivery_id || record_confirmed.others)[:${CONFIRMATIONS_KEPT}],
       other_rows = (excluded.row_no || record_confirmed.other_rows)[:${CONFIRMATIONS_KEPT}]`,
    [input.source.name, input.deliveryId],
  );
}

export async function markStale(tx: Tx, tick: Date): Promise<void> {
  await tx.execute(
    `INSERT INTO dossier_stale (company_id, since)
     SELECT DISTINCT company_id, $1::timestamptz FROM verdict WHERE verdict IN ('new', 'changed')
     -- DO UPDATE, not DO NOTHING: it waits for a rebuild that holds the row, so that the mark is not deleted with it.
     ON CONFLICT (company_id) DO UPDATE SET since = least(dossier_stale.since, excluded.since)`,
    [tick],
  );
}

export async function writeCoverage(tx: Tx, input: ApplyInput, tick: Date): Promise<void> {
  // A delivery without a dated row speaks for no day, nor does one whose first day lies behind its last.
  if (input.through === undefined || (input.coversFrom !== undefined && input.coversFrom > input.through)) return;
  await tx.execute(
    `INSERT INTO coverage (delivery_id, feed, source, territory, population, covers_from, through, known_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      input.deliveryId,
      input.layout.feed,
      input.source.name,
      input.territory,
      input.population,
      input.coversFrom ?? null,
      input.through,
      tick,
    ],
  );
}

/** Everything of the delivery that is not a record: kept rows, findings, quarantine. */
export async function writeLineage(tx: Tx, deliveryId: string): Promise<void> {
  await tx.execute(`INSERT INTO delivery_block SELECT $1::uuid, first_row, rows, lines FROM stage_block`, [deliveryId]);
  await tx.execute(
    `INSERT INTO row_issue SELECT $1::uuid, row_no, code, column_name, raw, suggestion FROM stage_issue`,
    [deliveryId],
  );
}
