import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Admit } from '#lib/financing';
import type { Clock } from '#lib/kernel';
import type { IntakeLimits } from '#lib/ledger';
import { Database, type Config, type Server, type ServerUrls } from '#lib/platform';
import { migrateAll, openProduct, type Product } from '#lib/product';

/** A database of its own for one test file, on the server that Jest's global set-up started. */
export interface TestDatabase {
  readonly urls: ServerUrls;
  readonly db: Database;
  /** The superuser's connection, to look behind the application's back. */
  readonly admin: pg.Client;
  /** Ends the connections and drops the database, or keeps it under this name. */
  close(keepAs?: string): Promise<void>;
}

const TEMPLATE = 'firstmile_template';
/** Any number of ours: two test processes must not make the template at once. */
const TEMPLATE_LOCK = 7_104_099;
/** First half of the lock under which something is made that others copy; the second is a hash of its name. */
const KEPT_LOCK = 7_104_100;

function urlsOf(name: string): ServerUrls & { admin: string } {
  const admin = process.env['TEST_PG_ADMIN_URL'];
  if (!admin) throw new Error('TEST_PG_ADMIN_URL is not set: run through jest');
  const as = (user: string): string => {
    const url = new URL(admin);
    url.username = user;
    url.pathname = `/${name}`;
    return url.toString();
  };
  return { admin: as(new URL(admin).username), owner: as('firstmile_owner'), app: as('firstmile_app') };
}

async function client(url: string): Promise<pg.Client> {
  const c = new pg.Client({ connectionString: url });
  await c.connect();
  return c;
}

/** The schema is built once a server and copied for each test file. */
async function ensureTemplate(): Promise<void> {
  const admin = await client(process.env['TEST_PG_ADMIN_URL']!);
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount) return;
    const building = `${TEMPLATE}_${process.pid}`;
    await admin.query(`CREATE DATABASE ${building} OWNER firstmile_owner`);
    const inside = await client(urlsOf(building).admin);
    await inside.query('ALTER SCHEMA public OWNER TO firstmile_owner');
    await inside.end();
    await migrateAll(urlsOf(building).owner);
    await admin.query(`ALTER DATABASE ${building} RENAME TO ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
}

export async function openTestDatabase(template = TEMPLATE): Promise<TestDatabase> {
  await ensureTemplate();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const root = await client(process.env['TEST_PG_ADMIN_URL']!);
  await root.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]); // a template may not be in use while it is copied
  await root.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER firstmile_owner`);
  await root.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  const urls = urlsOf(name);
  const db = new Database(urls.app, { applicationName: 'test', max: 10 });
  const admin = await client(urls.admin);
  return {
    urls,
    db,
    admin,
    close: async (keepAs) => {
      await db.close();
      await admin.end();
      await root.query(keepAs ? `ALTER DATABASE ${name} RENAME TO ${keepAs}` : `DROP DATABASE ${name} WITH (FORCE)`);
      await root.end();
    },
  };
}

/** Of all suites that run at once, one is at `work` of this name; the others wait. */
export async function oneAtATime(name: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = await client(process.env['TEST_PG_ADMIN_URL']!);
  try {
    await admin.query('SELECT pg_advisory_lock($1, hashtext($2))', [KEPT_LOCK, name]);
    await work(admin);
  } finally {
    await admin.end();
  }
}

/** A product that nobody works on: database and data folder to be copied. */
export interface KeptProduct {
  readonly database: string;
  readonly dataDir: string;
}

/**
 * The product as `fill` leaves it. It is made once a run of the suite, by whoever needs it first; the others wait, and each
 * opens a copy of its own. `key` says all that the result depends on besides the code, so that it does not matter who is first.
 */
export async function keptProduct(
  key: string,
  clock: Clock,
  fill: (product: TestProduct) => Promise<unknown>,
): Promise<KeptProduct> {
  const database = `kept_${createHash('sha256').update(`${clock.now().toISOString()} ${key}`).digest('hex').slice(0, 16)}`;
  const kept = { database, dataDir: path.join(process.env['TEST_FOLDER']!, database) };
  await oneAtATime(database, async (admin) => {
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount) return;
    const product = await openTestProduct(clock);
    try {
      await fill(product);
      cpSync(product.dataDir, kept.dataDir, { recursive: true });
    } catch (error) {
      await product.close();
      throw error;
    }
    await product.close(database);
  });
  return kept;
}

export interface TestProduct extends Product {
  readonly database: TestDatabase;
  /** Its folder: uploads wait there. */
  readonly dataDir: string;
  /** The person `operator`. */
  readonly person: string;
  close(keepAs?: string): Promise<void>;
}

/**
 * The whole product on a database and a data folder of its own, empty or a copy. Products of one personal key hash persons
 * alike.
 */
export async function openTestProduct(
  clock: Clock,
  limits?: IntakeLimits,
  personalKey?: Buffer,
  { admit, copyOf, ...more }: Partial<Config> & { readonly admit?: Admit; readonly copyOf?: KeptProduct } = {},
): Promise<TestProduct> {
  const database = await openTestDatabase(copyOf?.database);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'firstmile-data-'));
  if (copyOf) cpSync(copyOf.dataDir, dataDir, { recursive: true });
  if (personalKey) writeFileSync(path.join(dataDir, 'personal-hash.key'), personalKey.toString('hex'));
  const server: Server = { urls: database.urls, embedded: true, close: () => Promise.resolve() };
  const config = { dataDir, port: 0, portIsExplicit: true, host: '127.0.0.1', ...more };
  const product = await openProduct(config, {
    name: 'test',
    clock,
    server,
    ...(limits ? { limits } : {}),
    ...(admit ? { admit } : {}),
  });
  const person = await product.access.personByHandle('operator');
  return {
    ...product,
    database,
    dataDir,
    person: person.personId,
    close: async (keepAs) => {
      await product.close();
      await database.close(keepAs);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
