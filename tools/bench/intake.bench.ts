import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { FixedClock } from '#lib/kernel';
import { rebuildDocuments } from '#lib/ledger';
import { Database, type ServerUrls } from '#lib/platform';
import { deliver, startBenchServer, type BenchServer } from './bench-server.ts';
import { registrationRows, socialSecurityRows } from '#tools/simulate';
import { encoded, SEED } from './made-up-rows.ts';
import { median, peakRssMb, rounded, seconds, summarise, type Pair } from './measure.ts';

export interface IntakeBenchOptions {
  readonly rows: number;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

/** Months a firm, firm by firm, as in a first load. */
const MONTHS = 10;
const REGISTERED_AT = '2026-07-01T09:00:00+08:00';
const DELIVERED_AT = '2026-07-06T09:00:00+08:00';

const COLUMNS =
  'company_id, source, record_key, known_from, known_to, event_date, event_to, op, delivery_id, row_no, payload, payload_hash';

/**
 * Ours: one social-security file (monthly, GB18030), from its first byte received to the commit. Limit: COPY of the very
 * rows that ours wrote, in the order of the file, into an empty table with the ledger's columns and indexes. Both in a
 * fresh copy of a database that holds only the registrations, fsync on, on one server.
 */
export async function benchIntake({ rows, pairs, log }: IntakeBenchOptions): Promise<Record<string, unknown>> {
  const firms = Math.ceil(rows / MONTHS);
  const delivered = firms * MONTHS;
  const server = await startBenchServer(log);
  try {
    log(`registering ${firms} firms, writing a file of ${delivered} rows …`);
    await register(server, firms);
    const file = path.join(server.folder, 'social-security.csv');
    await pipeline(
      Readable.from(encoded(socialSecurityRows(delivered, SEED, MONTHS), 'gb18030')),
      createWriteStream(file),
    );
    const tuples = path.join(server.folder, 'tuples.copy');
    const measured: Pair[] = [];
    const documents: number[] = [];
    // Round 0 warms up and leaves the tuples; it does not count.
    for (let round = 0; round <= pairs; round++) {
      const urls = await server.copy(`round_${round}`);
      const ours = await measureOurs(server, urls, file);
      if (round === 0) await saveTuples(urls, tuples);
      const limit = await measureLimit(server, urls, tuples);
      await server.drop(`round_${round}`);
      const pair = { ours: delivered / ours.seconds, limit: delivered / limit };
      log(
        `${round === 0 ? 'warm-up' : `pair ${round}`}: ours ${rounded(pair.ours)}, limit ${rounded(pair.limit)} rows/s, documents ${rounded(firms / ours.documentSeconds)}/s`,
      );
      if (round === 0) continue;
      measured.push(pair);
      documents.push(firms / ours.documentSeconds);
    }
    return {
      bench: 'intake',
      ...summarise(measured),
      unit: 'rows/s',
      rows: delivered,
      firms,
      documentsPerSecond: rounded(median(documents)),
      peakRssMb: peakRssMb(),
    };
  } finally {
    await server.close();
  }
}

async function register(server: BenchServer, firms: number): Promise<void> {
  const product = await server.open(server.main, new FixedClock(REGISTERED_AT));
  await deliver(product, {
    source: 'business-registration',
    layout: 'bureau',
    at: REGISTERED_AT,
    body: encoded(registrationRows(firms, SEED), 'gb18030'),
  });
  await rebuildDocuments(product.db);
  await product.close();
}

async function measureOurs(
  server: BenchServer,
  urls: ServerUrls,
  file: string,
): Promise<{ seconds: number; documentSeconds: number }> {
  const product = await server.open(urls, new FixedClock(DELIVERED_AT));
  try {
    await server.checkpoint();
    const took = await seconds(() =>
      deliver(product, {
        source: 'social-security',
        layout: 'monthly',
        at: DELIVERED_AT,
        body: createReadStream(file, { highWaterMark: 256 * 1024 }),
      }),
    );
    return { seconds: took, documentSeconds: await seconds(() => rebuildDocuments(product.db)) };
  } finally {
    await product.close();
  }
}

async function saveTuples(urls: ServerUrls, file: string): Promise<void> {
  const client = new pg.Client({ connectionString: urls.owner });
  await client.connect();
  const source = client.query(
    copyTo(`COPY (SELECT ${COLUMNS} FROM record WHERE source = 'social-security' ORDER BY row_no) TO STDOUT`),
  );
  await pipeline(source, createWriteStream(file));
  await client.end();
}

async function measureLimit(server: BenchServer, urls: ServerUrls, file: string): Promise<number> {
  const db = new Database(urls.owner, { applicationName: 'bench', max: 1 });
  try {
    await db.query('CREATE TABLE copied (LIKE record INCLUDING INDEXES)');
    await server.checkpoint();
    return await seconds(() =>
      db.transaction((tx) =>
        tx.copyIn(`COPY copied (${COLUMNS}) FROM STDIN`, createReadStream(file, { highWaterMark: 256 * 1024 })),
      ),
    );
  } finally {
    await db.close();
  }
}
