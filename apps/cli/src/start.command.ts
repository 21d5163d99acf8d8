import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import { loadConfig, onStop, type Config, type Session } from '#lib/platform';
import { openProduct, type Product } from '#lib/product';
import { apiOf } from '../../api/src/api-of.ts';
import { startWorker } from '../../worker/src/start-worker.ts';
import { ensureDemoBook, shownFirms } from './demo-book.ts';
import { localKeys } from './local-keys.ts';
import { screenOf } from './screen.ts';
import { say, wait } from './session.ts';

/** Held by the one process that serves a data folder; it ends with its connection, however the process ends. */
const START_LOCK = 7_104_003;
/** A first start fills the demo book before it answers. */
const FIRST_START_MS = 180_000;

interface Started {
  readonly url: string;
  readonly screen: string;
}

/** `firstmile start`: API and worker in one process over the embedded database, with a demo book if it is empty. */
export async function start(options: { demo: boolean }): Promise<number> {
  const config = loadConfig(process.env);
  const product = await openProduct(config, { name: 'start', log: say, poolSize: 20 });
  return product.db.session(async (session) => {
    if (!(await takeLock(session))) {
      try {
        return await showFirst(config);
      } finally {
        await product.close();
      }
    }
    return serve(product, options);
  });
}

async function takeLock(session: Session): Promise<boolean> {
  const [row] = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [START_LOCK]);
  return row!.got;
}

const startedFile = (config: Config): string => path.join(config.dataDir, 'started.json');

/** Another start serves this data folder: its screen, once it is up. */
async function showFirst(config: Config): Promise<number> {
  say('another start serves this data folder; its screen follows 已有一个实例在运行');
  const until = performance.now() + FIRST_START_MS;
  while (performance.now() < until) {
    const started = readStarted(config);
    if (started && (await answers(started.url))) {
      process.stdout.write(`${started.screen}\n`);
      return 0;
    }
    await wait(300);
  }
  throw new ProblemError({
    code: 'start-stuck',
    status: 503,
    zh: '另一实例持有数据目录但未就绪',
    en: 'another start holds the data folder and does not answer',
  });
}

function readStarted(config: Config): Started | undefined {
  try {
    return JSON.parse(readFileSync(startedFile(config), 'utf8')) as Started;
  } catch {
    return undefined; // not up yet
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

async function serve(product: Product, options: { demo: boolean }): Promise<number> {
  const { config } = product;
  rmSync(startedFile(config), { force: true });
  const port = await freePort(config);
  const app = await apiOf(product, quietLog);
  let stop = async (): Promise<void> => {
    await app.close();
    await product.close();
  };
  onStop(() => stop());
  if (options.demo) await ensureDemoBook(product, say);
  const background = startWorker(product, (event, error) =>
    say(`${event}: ${error instanceof Error ? error.stack : String(error)}`),
  );
  stop = async () => {
    rmSync(startedFile(config), { force: true });
    await app.close();
    await background.stop();
    await product.close();
  };
  await app.listen(port, config.host);
  const url = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${portOf(await app.getUrl())}`;
  const screen = await screenFor(product, url);
  writeFileSync(startedFile(config), JSON.stringify({ url, screen }), { mode: 0o600 }); // it shows keys
  process.stdout.write(`${screen}\n`);
  return new Promise<number>(() => undefined); // until a signal ends the process
}

const portOf = (url: string): string => new URL(url).port;

/** Requests are logged by the spread-out API; here the screen belongs to the person. Failures are shown. */
const quietLog = (event: Record<string, unknown>): void => {
  if (event['event'] === 'internal-error' || Number(event['status']) >= 500) say(JSON.stringify(event));
};

async function screenFor(product: Product, url: string): Promise<string> {
  const [book] = await product.db.query<{ kind: 'demo' | 'real' }>('SELECT kind FROM book');
  const [count] = await product.db.query<{ n: number }>('SELECT count(*)::int AS n FROM company');
  const run = await product.runs.latestPublished();
  return screenOf({
    url,
    dataDir: product.config.dataDir,
    keys: await localKeys(product),
    book: book?.kind ?? 'empty',
    firms: count!.n,
    run: run && { runId: run.runId, asOf: run.asOf },
    shown: book?.kind === 'demo' ? shownFirms() : [],
  });
}

const PORTS_TRIED = 20;

/** PORT set and taken is an error that names it; the default taken means the next free one. */
async function freePort(config: Config): Promise<number> {
  for (let port = config.port; port < config.port + PORTS_TRIED; port++) {
    if (port === 0 || (await isFree(port, config.host))) return port;
    if (config.portIsExplicit)
      throw new ProblemError({
        code: 'port-taken',
        status: 409,
        zh: `端口 ${port} 已被占用（PORT=${port}）`,
        en: `port ${port} is taken (PORT=${port})`,
        errors: [{ field: 'PORT', code: 'port-taken', zh: '端口已被占用', en: 'the port is taken' }],
      });
  }
  throw new ProblemError({
    code: 'port-taken',
    status: 409,
    zh: '没有空闲端口',
    en: `no free port from ${config.port} on; set PORT`,
  });
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
