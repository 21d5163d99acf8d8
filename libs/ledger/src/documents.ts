import type { Database } from '#lib/platform';
import { copyField } from '#lib/platform';
import { writeDocument } from './dossier-document.ts';
import { readLedgerRecords } from './dossiers.reader.ts';

/** Firms rebuilt in one transaction. */
const FIRMS_AT_ONCE = 1000;

/**
 * Rebuilds the compact documents of firms that lag behind the ledger, oldest first, until none is left or `stop` says
 * so. Several workers may do it at once: each locks the firms that it takes. Resolves to the number of documents.
 */
export async function rebuildDocuments(db: Database, stop: () => boolean = () => false): Promise<number> {
  let built = 0;
  while (!stop()) {
    const batch = await rebuildBatch(db);
    if (batch === 0) break;
    built += batch;
  }
  return built;
}

async function rebuildBatch(db: Database): Promise<number> {
  return db.transaction(async (tx) => {
    const stale = await tx.query<{ company_id: number }>(
      `SELECT company_id FROM dossier_stale ORDER BY company_id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [FIRMS_AT_ONCE],
    );
    if (stale.length === 0) return 0;
    const companies = stale.map((row) => row.company_id);
    // One statement later than the locks: an apply that has not committed yet waits for them and marks the firm again.
    const [{ tick }] = (await tx.query<{ tick: Date }>('SELECT newest AS tick FROM ledger_tick')) as [{ tick: Date }];
    const records = await readLedgerRecords(tx, companies, tick, false);
    await tx.execute('CREATE TEMP TABLE rebuilt (company_id bigint, document text) ON COMMIT DROP');
    await tx.copyIn(
      'COPY rebuilt FROM STDIN',
      companies.map((id) => `${id}\t${copyField(writeDocument(records.get(id) ?? []))}\n`),
    );
    await tx.execute(
      `INSERT INTO dossier_document (company_id, tick, document) SELECT company_id, $1, document FROM rebuilt
       ON CONFLICT (company_id) DO UPDATE SET tick = excluded.tick, document = excluded.document`,
      [tick],
    );
    await tx.execute('DELETE FROM dossier_stale WHERE company_id = ANY($1::bigint[])', [companies]);
    return companies.length;
  });
}
