import fastify from 'fastify';
import { FixedClock } from '#lib/kernel';
import { Database, type ServerUrls } from '#lib/platform';
import { openProduct } from '#lib/product';
import { NO_PORTS, Reports } from '#lib/reports';
import { ScoreHistory } from '#lib/runs';
import { createApi } from '../../apps/api/src/create-api.ts';

/** What the parent says first; answered with `ReportServerPorts`. Anything else ends the process. */
export interface ReportServerTask {
  readonly urls: ServerUrls;
  readonly dataDir: string;
  readonly at: string;
}

export interface ReportServerPorts {
  /** The API, every view logged. */
  readonly logged: number;
  /** The API without the query log. */
  readonly unlogged: number;
  /** A bare route that reads the stored bytes. */
  readonly bare: number;
}

const POOL = 10;
/** Requests a minute: the limit of a key is not what is measured. */
const UNREACHED = 1_000_000;
const quiet = (): void => undefined;

async function open({ urls, dataDir, at }: ReportServerTask): Promise<ReportServerPorts> {
  const server = { urls, embedded: true, close: () => Promise.resolve() } as const;
  const config = { dataDir, port: 0, portIsExplicit: true, host: '127.0.0.1' };
  const clock = new FixedClock(at);
  const product = await openProduct(config, { name: 'bench-api', clock, server, poolSize: POOL });
  const { db, scores, authorisations, queryLog } = product;
  const history = new ScoreHistory(db, scores);
  const from = { db, scores, history, authorisations, queryLog, ports: NO_PORTS };
  const unlogged = new Reports(from, product.reportKeys, { unlogged: true });
  const portOf = async (reports: Reports): Promise<number> => {
    const app = await createApi({
      ...product,
      reports,
      bells: product.doorbells,
      log: quiet,
      rateLimits: { bank: UNREACHED },
    });
    await app.listen(0, '127.0.0.1');
    return Number(new URL(await app.getUrl()).port);
  };
  return { logged: await portOf(product.reports), unlogged: await portOf(unlogged), bare: await bare(urls.app) };
}

/** The least that serves a stored report: one prepared statement, one send, over a pool of the same kind and size. */
async function bare(url: string): Promise<number> {
  const house = new URL(url);
  // Row-level security lets the house see every report; set once a connection, it costs the route nothing.
  house.searchParams.set('options', '-c firstmile.actor=house');
  const db = new Database(house.toString(), { applicationName: 'bench-bare', max: POOL });
  const app = fastify({ logger: false });
  app.get<{ Params: { no: string } }>('/reports/:no', async (request, reply) => {
    const [row] = await db.query<{ bytes: Buffer }>(
      'SELECT bytes FROM report WHERE report_no = $1',
      [request.params.no],
      'bare-report',
    );
    return reply.type('application/json; charset=utf-8').send(row!.bytes);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return Number(new URL(app.listeningOrigin).port);
}

async function serve(task: ReportServerTask): Promise<void> {
  process.send!(await open(task));
  process.once('message', () => process.exit());
}

process.once('message', (task: ReportServerTask) => void serve(task));
