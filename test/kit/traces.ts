import type { Product } from '#lib/product';

const TABLES = [
  'record',
  'company',
  'coverage',
  'quarantine',
  'quarantine_record',
  'row_issue',
  'delivery_block',
  'record_confirmed',
];

/** Rows that a delivery left behind in the ledger, by table; empty when it left none. */
export async function traces(product: Pick<Product, 'db'>, deliveryId: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await product.db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${table} WHERE delivery_id = $1`,
      [deliveryId],
    );
    if (row!.n > 0) found[table] = row!.n;
  }
  const [book] = await product.db.query<{ n: number }>('SELECT count(*)::int AS n FROM book WHERE decided_by = $1', [
    deliveryId,
  ]);
  if (book!.n > 0) found['book'] = book!.n;
  return found;
}
