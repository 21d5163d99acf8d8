import fastify from 'fastify';
import { fen, FixedClock } from '#lib/kernel';
import { Database, type ServerUrls } from '#lib/platform';
import { openProduct } from '#lib/product';
import { createApi } from '../../apps/api/src/create-api.ts';

/** What the parent says first; answered with `PartnerServerPorts`. Anything else ends the process. */
export interface PartnerServerTask {
  readonly urls: ServerUrls;
  readonly dataDir: string;
  readonly at: string;
}

export interface PartnerServerPorts {
  readonly api: number;
  /** A bare route that inserts one row. */
  readonly bare: number;
}

const POOL = 10;
const LINE = fen(1_000_000_000);
/** Requests a minute: the limit of a key is not what is measured. */
const UNREACHED = 10_000_000;

async function open({ urls, dataDir, at }: PartnerServerTask): Promise<PartnerServerPorts> {
  const server = { urls, embedded: true, close: () => Promise.resolve() } as const;
  const config = { dataDir, port: 0, portIsExplicit: true, host: '127.0.0.1' };
  // Whether a programme takes a firm is asked once a loan, and measured with the scores that it rests on.
  const admit = () => Promise.resolve({ suggestedLine: LINE, programmeCap: null, programmeUsed: fen(0) });
  const options = { name: 'bench-api', clock: new FixedClock(at), server, poolSize: POOL, admit };
  const product = await openProduct(config, options);
  const app = await createApi({
    ...product,
    bells: product.doorbells,
    log: () => undefined,
    rateLimits: { bank: UNREACHED, firm: UNREACHED },
  });
  await app.listen(0, '127.0.0.1');
  return { api: Number(new URL(await app.getUrl()).port), bare: await bare(urls.app) };
}

/** The least that takes a message in: one INSERT, one send, over a pool of the same kind and size. */
async function bare(url: string): Promise<number> {
  const db = new Database(url, { applicationName: 'bench-bare', max: POOL });
  const app = fastify({ logger: false });
  app.post('/rows', async (request, reply) => {
    await db.query('INSERT INTO bench_row (body) VALUES ($1)', [JSON.stringify(request.body)], 'bare-row');
    return reply.code(200).send({ ok: true });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return Number(new URL(app.listeningOrigin).port);
}

process.once('message', (task: PartnerServerTask) => {
  void open(task).then((ports) => process.send!(ports));
  process.once('message', () => process.exit());
});
