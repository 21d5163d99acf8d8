import type { Tx } from '#lib/platform';
import { layoutOf } from '../deliveries.service.ts';
import { confirmRecords, decide, findDoubled, markStale, takeTick, writeRecords } from './apply.ts';
import { findRenamed } from '../aliases.ts';
import { mayBeCalled, NAMING_SOURCES } from './firm-names.ts';
import { releaseWaiting } from './waiting-records.ts';

/**
 * Rows that name their firm by code and by a name that it did not have (DQ19) are taken out of the verdict, whole; the
 * names and what the firm is called stand in the temporary table `misnamed`. A firm of which no name is known, and a row of
 * several firms, agree with anything. Resolves to their number.
 */
export async function findMisnamed(tx: Tx, named: boolean): Promise<number> {
  if (!named) return 0;
  // Nearly all rows agree with what the firm is called now: only the others are looked at closely.
  const found = await tx.execute(
    `INSERT INTO misnamed
     SELECT v.row_no, n.name, called.name FROM stage_name n
     JOIN (SELECT row_no, min(company_id) AS company_id FROM verdict
       GROUP BY row_no HAVING count(DISTINCT uscc) = 1 AND bool_and(verdict NOT IN ('conflict', 'unknown'))) v ON v.row_no = n.row_no
     JOIN LATERAL (SELECT min(r.payload ->> 'name') AS name, bool_or(r.payload ->> 'name' = n.name) AS same FROM record r
       WHERE r.company_id = v.company_id AND r.source = 'business-registration' AND r.known_to IS NULL AND r.op = 'U') called
       ON called.same IS NOT TRUE
     WHERE NOT ${mayBeCalled('v.company_id', 'n.name')}`,
  );
  if (found > 0)
    await tx.execute(`UPDATE verdict SET verdict = 'misnamed' WHERE row_no IN (SELECT row_no FROM misnamed)`);
  return found;
}

/**
 * Rows that waited because of their firm's name (DQ19), and whose name this delivery of registrations or changes has
 * brought: applied at ticks of their own, in the place that their deliveries have. It is the last thing of the delivery's
 * own transaction, and uses its temporary tables anew.
 */
export async function releaseRenamed(tx: Tx, source: string, now: Date): Promise<void> {
  if (!NAMING_SOURCES.has(source)) return;
  await tx.execute('DROP TABLE IF EXISTS arriving, released');
  if (await findRenamed(tx)) await releaseWaiting(tx, await takeTick(tx, now, undefined));
  const deliveries = await tx.query<{ delivery_id: string; source: string; layout: string; rows: number[] }>(
    `SELECT d.delivery_id, d.source, d.layout, array_agg(DISTINCT q.row_no) AS rows
     FROM quarantine q JOIN delivery d ON d.delivery_id = q.delivery_id AND d.undone_at IS NULL
     JOIN quarantine_record k ON k.delivery_id = q.delivery_id AND k.row_no = q.row_no
     JOIN company c ON c.uscc = k.uscc
     WHERE q.state = 'WAITING' AND q.code = 'DQ19' AND ${mayBeCalled('c.company_id', `(q.issues -> 0 ->> 'raw')`)}
     GROUP BY d.delivery_id ORDER BY d.sequence, d.delivery_id`,
  );
  for (const { delivery_id: deliveryId, rows, ...of } of deliveries) {
    const tick = await takeTick(tx, now, undefined);
    await tx.execute('TRUNCATE verdict, doubled, stage');
    await tx.execute(
      `INSERT INTO stage (row_no, uscc, record_key, event_date, event_to, op, payload, payload_hash)
       SELECT row_no, uscc, record_key, event_date, event_to, op, payload, payload_hash FROM quarantine_record
       WHERE delivery_id = $1 AND row_no = ANY($2::integer[])`,
      [deliveryId, rows],
    );
    const { source: definition, layout } = layoutOf(of.source, of.layout);
    const input = { deliveryId, source: definition, layout, territory: [], population: 'listed' } as const;
    await decide(tx, deliveryId, definition.name, await findDoubled(tx));
    await writeRecords(tx, { ...input, coversFrom: undefined, through: undefined }, tick);
    await confirmRecords(tx, { ...input, coversFrom: undefined, through: undefined });
    await markStale(tx, tick);
    await tx.execute(
      `UPDATE quarantine SET state = 'RELEASED', released_at = $3 WHERE delivery_id = $1 AND row_no = ANY($2::integer[])
         AND state = 'WAITING' AND row_no IN (SELECT row_no FROM verdict WHERE verdict NOT IN ('conflict', 'unknown'))`,
      [deliveryId, rows, tick],
    );
  }
}
