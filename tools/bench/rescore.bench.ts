import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { v7 as uuidv7 } from 'uuid';
import { FixedClock, localDate, type LocalMonth } from '#lib/kernel';
import { rebuildDocuments, type DeliveryManifest } from '#lib/ledger';
import type { Product } from '#lib/product';
import { deliver, startBenchServer, type BenchServer } from './bench-server.ts';
import {
  arrearsRows,
  encoded,
  patentRows,
  registrationRows,
  socialSecurityRows,
  subsidyRows,
  type Encoding,
} from './made-up-rows.ts';
import { rounded, seconds, summarise, type Pair } from './measure.ts';
import type { WorkerAnswer, WorkerTask } from './rescore-worker.ts';

export interface RescoreBenchOptions {
  readonly firms: number;
  readonly pairs: number;
  readonly workers: number;
  readonly log: (line: string) => void;
}

/** Together with the registration 100 records a firm: five years of social security, and what a firm of that age files. */
const RECORDS = { months: 60, arrears: 3, subsidies: 12, patents: 24 };
const AS_OF = localDate('2026-06-30');
const PLANNED_AT = '2026-07-06T09:00:00+08:00';
/** Row texts that the limit writes in turn. */
const TAILS = 2000;

const MANIFEST: DeliveryManifest = {
  coverage: { territory: ['CN'], population: 'all', from: '2019-01-01', through: '2026-06-30' },
};

/**
 * Ours: planning a run and scoring its shards in worker processes that are up already. Limit: the same processes read and
 * parse the same documents and write rows of the same sizes, shard by shard, into the same kind of table.
 */
export async function benchRescore(options: RescoreBenchOptions): Promise<Record<string, unknown>> {
  const { firms, pairs, workers, log } = options;
  const server = await startBenchServer(log);
  const team: Worker[] = [];
  try {
    const product = await server.open(server.main, new FixedClock(PLANNED_AT));
    try {
      await fill(product, firms, log);
      const size = await documentBytes(product);
      for (let i = 0; i < workers; i++) team.push(await Worker.start(server.main.app));
      const bench = new RescoreBench(server, product, team, firms);
      const warm = await bench.score(team);
      await bench.keepTails(warm.runId);
      await bench.limit();
      const measured: Pair[] = [];
      for (let pair = 1; pair <= pairs; pair++) {
        const ours = firms / (await bench.score(team)).seconds;
        const limit = firms / (await bench.limit());
        measured.push({ ours, limit });
        log(`pair ${pair}: ours ${rounded(ours)}, limit ${rounded(limit)} firms/s`);
      }
      const single = await bench.score(team.slice(0, 1));
      const publishing = await seconds(() => product.runs.settle(single.runId, product.clock));
      return {
        bench: 'rescore',
        ...summarise(measured),
        unit: 'firms/s',
        workers,
        firms,
        recordsPerFirm: 1 + RECORDS.months + RECORDS.arrears + RECORDS.subsidies + RECORDS.patents,
        documentBytes: size,
        single: rounded(firms / single.seconds),
        publishSeconds: rounded(publishing, 3),
      };
    } finally {
      await Promise.all(team.map((worker) => worker.ask({ kind: 'close' })));
      await product.close();
    }
  } finally {
    await server.close();
  }
}

async function fill(product: Product, firms: number, log: (line: string) => void): Promise<void> {
  const give = async (
    source: string,
    layout: string,
    at: string,
    lines: Iterable<string>,
    encoding: Encoding = 'gb18030',
  ): Promise<void> => {
    log(`delivering ${source}, ${layout} …`);
    await deliver(product, { source, layout, at, body: encoded(lines, encoding), manifest: MANIFEST });
  };
  await give('business-registration', 'bureau', '2026-07-01T09:00:00+08:00', registrationRows(firms));
  const newest = '2026-05' as LocalMonth;
  const months = socialSecurityRows(firms, RECORDS.months, newest);
  await give('social-security', 'monthly', '2026-07-02T09:00:00+08:00', months);
  await give('social-security', 'arrears', '2026-07-03T09:00:00+08:00', arrearsRows(firms, RECORDS.arrears));
  await give('subsidies', 'csv', '2026-07-04T09:00:00+08:00', subsidyRows(firms, RECORDS.subsidies));
  await give('patents', 'jsonl', '2026-07-05T09:00:00+08:00', patentRows(firms, RECORDS.patents), 'utf-8');
  log('building documents …');
  await rebuildDocuments(product.db);
}

async function documentBytes(product: Product): Promise<number> {
  const [row] = await product.db.query<{ bytes: number }>(
    'SELECT round(avg(octet_length(document)))::int AS bytes FROM dossier_document',
  );
  return row!.bytes;
}

class RescoreBench {
  constructor(
    private readonly server: BenchServer,
    private readonly product: Product,
    private readonly team: readonly Worker[],
    private readonly firms: number,
  ) {}

  async score(team: readonly Worker[]): Promise<{ seconds: number; runId: string }> {
    const { runs, access, clock } = this.product;
    const { personId } = await access.personByHandle('operator');
    await this.server.checkpoint();
    let runId = '';
    const took = await seconds(async () => {
      runId = (await runs.plan({ asOf: AS_OF, person: personId, clock })).runId;
      await Promise.all(team.map((worker) => worker.ask({ kind: 'score', runId })));
    });
    const { firmsDone, problem } = await runs.get(runId);
    if (firmsDone !== this.firms)
      throw new Error(`${firmsDone} of ${this.firms} firms were scored ${JSON.stringify(problem)}`);
    return { seconds: took, runId };
  }

  async keepTails(runId: string): Promise<void> {
    // The COPY text of an earlier run's rows, behind run, firm and code: bytes of the very sizes.
    const rows = await this.product.db.query<{ tail: string }>(
      `SELECT concat_ws(E'\\t', score_tenths, score, low, high, coverage_bp, confidence, depth, decision, published,
         coalesce(grade, '\\N'), knock_outs::text, warnings::text, dimension_tenths::text, '\\' || bins::text, measured) AS tail
       FROM run_score WHERE run_id = $1 ORDER BY company_id LIMIT ${TAILS}`,
      [runId],
    );
    const tails = rows.map((row) => row.tail);
    await Promise.all(this.team.map((worker) => worker.ask({ kind: 'tails', tails })));
  }

  /** Seconds. */
  async limit(): Promise<number> {
    const runId = uuidv7();
    const { db } = this.product;
    await db.query('SELECT create_run_partition($1)', [runId]);
    const shards = await db.query<{ from_company: number; to_company: number; known_at: Date }>(
      `SELECT from_company, to_company, known_at FROM run_shard JOIN run USING (run_id)
       WHERE run_id = (SELECT run_id FROM run ORDER BY run_id DESC LIMIT 1) ORDER BY shard_no`,
    );
    await this.server.checkpoint();
    let written = 0;
    const took = await seconds(() =>
      Promise.all(
        this.team.map(async (worker) => {
          for (let shard = shards.shift(); shard; shard = shards.shift()) {
            const { from_company: from, to_company: to, known_at } = shard;
            const firms = await worker.ask({ kind: 'limit', runId, from, to, knownAt: known_at.toISOString() });
            written += firms;
          }
        }),
      ),
    );
    if (written !== this.firms) throw new Error(`${written} of ${this.firms} rows were written`);
    return took;
  }
}

/** A process that takes one task at a time. */
class Worker {
  private constructor(private readonly child: ChildProcess) {}

  static async start(url: string): Promise<Worker> {
    const child = fork(fileURLToPath(new URL('./rescore-worker.js', import.meta.url)), {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    const worker = new Worker(child);
    await worker.ask({ kind: 'open', url });
    return worker;
  }

  ask(task: WorkerTask): Promise<number> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the worker ended with ${code}`));
      this.child.once('exit', ended);
      this.child.once('message', (answer: WorkerAnswer) => {
        this.child.off('exit', ended);
        resolve(answer.firms);
      });
      this.child.send(task);
    });
  }
}
