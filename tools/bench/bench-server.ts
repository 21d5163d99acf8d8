import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { FixedClock, type Clock } from '#lib/kernel';
import type { DeliveryManifest, DeliveryView } from '#lib/ledger';
import { loadConfig, openServer, type Server, type ServerUrls } from '#lib/platform';
import { openProduct, type Product } from '#lib/product';

/** A durable server of its own (fsync on) in a folder that goes away with it. */
export interface BenchServer {
  readonly folder: string;
  /** The database that openServer makes. */
  readonly main: ServerUrls;
  open(urls: ServerUrls, clock: Clock): Promise<Product>;
  /** A copy of the main database, which nobody may have open. */
  copy(name: string): Promise<ServerUrls>;
  drop(name: string): Promise<void>;
  /** Writes out what earlier work left dirty, so that every measurement begins alike. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

function onDatabase(urls: ServerUrls, name: string): ServerUrls {
  const as = (url: string): string => {
    const other = new URL(url);
    other.pathname = `/${name}`;
    return other.toString();
  };
  return { owner: as(urls.owner), app: as(urls.app) };
}

export async function startBenchServer(log: (line: string) => void): Promise<BenchServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-bench-'));
  chmodSync(folder, 0o755); // the server's account enters it; the database's own folder is closed to others
  const config = loadConfig({ DATA_DIR: folder });
  const server = await openServer(config, { log });
  const admin = new pg.Client({ connectionString: server.urls.admin });
  await admin.connect();
  const main = { owner: server.urls.owner, app: server.urls.app };
  const borrowed = (urls: ServerUrls): Server => ({ urls, embedded: true, close: () => Promise.resolve() });
  return {
    folder,
    main,
    open: (urls, clock) => openProduct(config, { name: 'bench', clock, server: borrowed(urls) }),
    async copy(name) {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${databaseOf(main.app)} OWNER firstmile_owner`);
      return onDatabase(main, name);
    },
    async drop(name) {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
    async checkpoint() {
      await admin.query('CHECKPOINT');
    },
    async close() {
      await admin.end();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface BenchDelivery {
  readonly source: string;
  readonly layout: string;
  /** ISO instant of receipt and apply. */
  readonly at: string;
  readonly body: AsyncIterable<Buffer> | Iterable<Buffer>;
  readonly manifest?: DeliveryManifest;
}

/** Receives a file and works it off. Throws when a row of it was not applied: a bench that loses rows measures nothing. */
export async function deliver(product: Product, delivery: BenchDelivery): Promise<DeliveryView> {
  const { personId } = await product.access.personByHandle('operator');
  const { deliveryId } = await product.deliveries.receive({
    source: delivery.source,
    layout: delivery.layout,
    fileName: `${delivery.source}.${delivery.layout}`,
    body: Readable.from(delivery.body),
    ...(delivery.manifest ? { manifest: delivery.manifest } : {}),
    receivedBy: personId,
    clock: new FixedClock(delivery.at),
    simulated: true,
  });
  const view = await product.intake.process(deliveryId);
  if (view.state !== 'RECONCILED' || view.applied !== view.rows)
    throw new Error(
      `${delivery.source}: ${view.state}, ${view.applied} of ${view.rows} rows applied ${JSON.stringify(view.problem ?? view.counts)}`,
    );
  return view;
}
