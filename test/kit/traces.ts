import { gunzipSync } from 'node:zlib';
import type { Product } from '#lib/product';
import type { TestProduct } from './database.ts';

const TABLES = [
  'record',
  'company',
  'coverage',
  'quarantine',
  'quarantine_record',
  'waiting_record',
  'delivery_release',
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

/** Every value of every table as text, packed rows unpacked. */
export async function everyText(product: Pick<TestProduct, 'database'>): Promise<string> {
  const { admin } = product.database;
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await admin.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    texts.push(...rows.map((row) => row.text));
  }
  const { rows: packed } = await admin.query<{ table: string; column: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS table, quote_ident(column_name) AS column FROM information_schema.columns
     WHERE data_type = 'bytea' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { table, column } of packed) {
    const { rows } = await admin.query<{ bytes: Buffer }>(
      `SELECT ${column} AS bytes FROM ${table} WHERE octet_length(${column}) > 32 AND substr(${column}, 1, 3) = '\\x1f8b08'`,
    );
    texts.push(...rows.map(({ bytes }) => gunzipSync(bytes).toString('utf8')));
  }
  return texts.join('\n');
}
