import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import { loadConfig, onStop, type Config } from '#lib/platform';
import { openProduct, type Product } from '#lib/product';
import { apiOf } from '../../api/src/api-of.ts';
import { startWorker } from '../../worker/src/start-worker.ts';
import { demoOptions, ensureDemoBook, shownFirms } from './demo-book.ts';
import { authoriseExample, localKeys } from './local-keys.ts';
import { usage } from './rescore.command.ts';
import { reservePort } from './reserve-port.ts';
import { screenOf } from './screen.ts';
import { ServeLock } from './serve-lock.ts';
import { EXIT, say, wait } from './session.ts';

export interface StartOptions {
  /** --no-demo: leave an empty database empty. */
  readonly demo: boolean;
  /** --demo-firms: how many made-up firms an empty database gets. */
  readonly demoFirms: string;
}

interface Started {
  readonly url: string;
  readonly screen: string;
}

const FIRMS = { least: 3, most: 100_000 } as const;
/** How long a second start waits for the first one's screen: that one may be filling the demo book on a slow machine. */
const FIRST_START_MS = 600_000;
const LOOK_MS = 300;

/**
 * `firstmile start`: API and worker in one process over the embedded database, with a demo book if it is empty. Serves
 * until Ctrl-C, which ends in good order everything that was begun, at whatever point it comes.
 */
export async function start(options: StartOptions): Promise<number> {
  const config = loadConfig(process.env);
  const firms = Number(options.demoFirms);
  if (!Number.isInteger(firms) || firms < FIRMS.least || firms > FIRMS.most)
    throw usage(
      '--demo-firms',
      `应为${FIRMS.least}至${FIRMS.most}的整数`,
      `must be a whole number from ${FIRMS.least} to ${FIRMS.most}`,
    );
  const leaving = new AbortController();
  const serving = serve(config, options.demo ? firms : undefined, leaving.signal);
  onStop(async () => {
    leaving.abort();
    await serving;
  });
  return serving;
}

async function serve(config: Config, demoFirms: number | undefined, leaving: AbortSignal): Promise<number> {
  const product = await openOrLeave(config, leaving);
  if (!product) return EXIT.done;
  try {
    const lock = new ServeLock(product.server.urls.app, config.dataDir);
    try {
      const first = await untilMineOrUp(lock, config, leaving);
      if (first) process.stdout.write(`${first.screen}\n`);
      else if (!leaving.aborted) await serveFolder(product, demoFirms, leaving);
    } finally {
      await lock.close();
    }
  } finally {
    await product.close();
  }
  return EXIT.done;
}

/** Ctrl-C also reaches the programs that set up the database: what fails by it is no failure. */
async function openOrLeave(config: Config, leaving: AbortSignal): Promise<Product | undefined> {
  try {
    return await openProduct(config, { name: 'start', log: say, poolSize: 20 });
  } catch (error) {
    if (leaving.aborted) return undefined;
    throw error;
  }
}

const startedFile = (config: Config): string => path.join(config.dataDir, 'started.json');

/** undefined: the folder is ours to serve. Else another start serves it, and this is what it shows. */
async function untilMineOrUp(lock: ServeLock, config: Config, leaving: AbortSignal): Promise<Started | undefined> {
  const until = performance.now() + FIRST_START_MS;
  for (let told = false; !leaving.aborted; told = true) {
    if (await lock.take()) return undefined;
    if (!told) say('another start serves this data folder; its screen follows 已有一个实例在运行');
    const started = readStarted(config);
    if (started && (await answers(started.url))) return started;
    if (performance.now() > until)
      throw new ProblemError({
        code: 'start-stuck',
        status: 503,
        zh: '另一实例持有数据目录但未就绪',
        en: 'another start holds the data folder and does not answer',
      });
    await wait(LOOK_MS);
  }
  return undefined;
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

async function serveFolder(product: Product, demoFirms: number | undefined, leaving: AbortSignal): Promise<void> {
  const { config } = product;
  rmSync(startedFile(config), { force: true }); // of a start that was killed
  const reserved = await reservePort(config);
  try {
    if (demoFirms !== undefined) await ensureDemoBook(product, demoOptions(demoFirms), say, leaving);
  } finally {
    await reserved.release();
  }
  if (leaving.aborted) return;
  const app = await apiOf(product, quietLog);
  const background = startWorker(product, (event, error) => say(`${event}: ${textOf(error)}`));
  try {
    await app.listen(reserved.port, config.host);
    const url = `http://${visitorsHost(config.host)}:${reserved.port}`;
    const screen = await screenFor(product, url);
    writeFileSync(startedFile(config), JSON.stringify({ url, screen }), { mode: 0o600 }); // it shows keys
    process.stdout.write(`${screen}\n`);
    await aborted(leaving);
  } finally {
    rmSync(startedFile(config), { force: true });
    await app.close();
    await background.stop();
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** An address that means «all of them» is no address to visit. */
function visitorsHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Requests are logged by the spread-out API; here the screen belongs to the person. Failures are shown. */
const quietLog = (event: Record<string, unknown>): void => {
  if (event['event'] === 'internal-error' || Number(event['status']) >= 500) say(JSON.stringify(event));
};

async function screenFor(product: Product, url: string): Promise<string> {
  const [book] = await product.db.query<{ kind: 'demo' | 'real' }>('SELECT kind FROM book');
  const [count] = await product.db.query<{ n: number }>('SELECT count(*)::int AS n FROM company');
  const run = await product.runs.latestPublished();
  const keys = await localKeys(product);
  const shown = book?.kind === 'demo' ? await shownFirms(product) : [];
  await authoriseExample(
    product,
    shown.map(({ uscc }) => uscc),
  );
  return screenOf({
    url,
    dataDir: product.config.dataDir,
    keys,
    book: book?.kind ?? 'empty',
    firms: count!.n,
    run: run && { runId: run.runId, asOf: run.asOf },
    shown,
  });
}
