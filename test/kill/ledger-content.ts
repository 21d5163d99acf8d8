import pg from 'pg';
import type { Server } from '#lib/platform';

/** The superuser's connection to the product's database on this server. */
export async function connectAdmin(server: Server): Promise<pg.Client> {
  const url = new URL(server.urls.admin!);
  url.pathname = new URL(server.urls.app).pathname;
  const client = new pg.Client({ connectionString: url.toString() });
  client.on('error', () => undefined); // some tests kill the server
  await client.connect();
  return client;
}

/** What two ledgers of the same deliveries agree in: everything but ids and instants. */
const CONTENT: Readonly<Record<string, string>> = {
  company: 'SELECT uscc FROM company',
  record: `SELECT c.uscc, r.source, r.record_key, r.op, r.event_date, r.event_to, r.known_to IS NULL, r.row_no, r.payload_hash, d.file_sha256
    FROM record r JOIN company c USING (company_id) JOIN delivery d ON d.delivery_id = r.delivery_id`,
  quarantine: `SELECT d.file_sha256, q.row_no, q.code, q.issues, q.raw, q.state FROM quarantine q JOIN delivery d USING (delivery_id)`,
  quarantined_record: `SELECT d.file_sha256, q.row_no, q.uscc, q.record_key, q.op, q.payload_hash FROM quarantine_record q JOIN delivery d USING (delivery_id)`,
  waiting_record: `SELECT d.file_sha256, w.row_no, w.subject, w.source, w.record_key, w.op, w.payload_hash FROM waiting_record w JOIN delivery d USING (delivery_id)`,
  row_issue: `SELECT d.file_sha256, i.row_no, i.code, i.column_name, i.raw, i.suggestion FROM row_issue i JOIN delivery d USING (delivery_id)`,
  delivery_block: `SELECT d.file_sha256, b.first_row, b.rows, sha256(b.lines) FROM delivery_block b JOIN delivery d USING (delivery_id)`,
  coverage: 'SELECT feed, source, territory, population, covers_from, through FROM coverage',
  delivery: `SELECT source, layout, file_sha256, bytes, sequence, state, rows, applied, unchanged, quarantined, ignored, held, counts, columns, data_through FROM delivery`,
  book: 'SELECT kind FROM book',
};

/** Rows and a hash of them for each table. */
export async function ledgerContent(admin: pg.Client): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const [name, rows] of Object.entries(CONTENT)) {
    const { rows: found } = await admin.query<{ n: string; hash: string }>(
      `SELECT count(*) AS n, encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex') AS hash
       FROM (SELECT r::text AS line FROM (${rows}) r) lines`,
    );
    content[name] = `${found[0]!.n} rows, ${found[0]!.hash.slice(0, 16)}`;
  }
  return content;
}

/** Between two looks: a loop without it would take the processor from what it waits for. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** Resolves when so many sessions wait for a lock on a table. pg_stat_activity would stand still inside a transaction. */
export async function untilWaiting(admin: pg.Client, sessions: number): Promise<void> {
  for (let n = 0; n < sessions;) {
    const { rows } = await admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'relation' AND NOT granted`,
    );
    n = rows[0]!.n;
    await breath();
  }
}

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
