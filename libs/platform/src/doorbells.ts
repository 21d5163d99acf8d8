import { createPostgresBackend, runMigrations, withBackend, Queue as RedisQueue, Worker as RedisWorker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { randomUUID } from 'node:crypto';

/** A pool takes its start-up options from its URL alone, so they are appended there (a role may stand there already). */
function inQueueSchema(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  url.searchParams.set('options', `${options === null ? '' : `${options} `}-c search_path=bullmq`);
  return url.toString();
}

const onPostgres = withBackend(createPostgresBackend);

/** What a ring carries: the id of the thing to look at. State is in the database; the ring only says «look now». */
interface Ring {
  readonly id: string;
}

/** BullMQ waits 15 s after a lost connection and is deaf meanwhile, also to `close`. */
const LISTENING = { concurrency: 1, runRetryDelay: 1000 };

interface Closable {
  close(): Promise<unknown>;
}
interface RingQueue extends Closable {
  add(name: string, data: Ring, options: object): Promise<unknown>;
}

export interface DoorbellOptions {
  /** The application's role. */
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly log: (event: string, error: unknown) => void;
}

/** Any number of ours. */
const GRANT_LOCK = 7_104_004;

/** BullMQ's tables on PostgreSQL belong to the owner; the application only uses them. Idempotent. */
export async function migrateDoorbells(ownerUrl: string, appRole: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: inQueueSchema(ownerUrl), max: 1 });
  try {
    const client = await pool.connect();
    try {
      // Held until the connection ends: two programs that grant at once would update one row of the catalogue.
      await client.query(`SELECT pg_advisory_lock(${GRANT_LOCK})`);
      await runMigrations(client);
      const role = client.escapeIdentifier(appRole);
      await client.query(`GRANT USAGE ON SCHEMA bullmq TO ${role};
        GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA bullmq TO ${role};
        GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO ${role};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO ${role};`);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/**
 * The queue as a doorbell (门铃): rung after commit, never waited for. A lost ring only delays, since every worker also
 * sweeps. BullMQ on Redis when there is one, else on the same PostgreSQL.
 */
export class Doorbells {
  private readonly queues = new Map<string, RingQueue>();
  private readonly workers: Closable[] = [];
  private readonly pool: pg.Pool | undefined;
  private readonly redis: Redis[] = [];
  private closing = false;

  constructor(private readonly options: DoorbellOptions) {
    if (options.redisUrl === undefined) {
      // Each worker pins one connection for LISTEN; without keepAlive BullMQ caps its blocking waits.
      this.pool = new pg.Pool({
        connectionString: inQueueSchema(options.databaseUrl),
        max: 10,
        keepAlive: true,
        application_name: 'firstmile-doorbells',
      });
      this.pool.on('error', () => undefined); // each listener and queue on the pool reports it
    }
  }

  /** Call after commit. Failing to ring is logged, not thrown: the sweep will find the work. */
  async ring(bell: string, id: string): Promise<void> {
    try {
      await this.queue(bell).add(
        'ring',
        { id },
        { jobId: randomUUID(), removeOnComplete: true, removeOnFail: true, attempts: 1 },
      );
    } catch (error) {
      this.options.log('ring-lost', error);
    }
  }

  /** Calls `answer` for each ring, one at a time. Errors are logged; the work itself keeps its own account of failures. */
  listen(bell: string, answer: (id: string) => Promise<void>): void {
    const processor = async (job: { data: Ring }): Promise<void> => {
      try {
        await answer(job.data.id);
      } catch (error) {
        this.options.log(`answer-${bell}`, error);
      }
    };
    const worker = this.pool
      ? new onPostgres.Worker<Ring>(bell, processor, { connection: this.pool, ...LISTENING })
      : new RedisWorker<Ring>(bell, processor, { connection: this.connectRedis(), ...LISTENING });
    worker.on('error', (error: Error) => this.report(bell, error));
    this.workers.push(worker);
  }

  /** A pool calls itself ended a little before its connections are: what they then say is no news. */
  private report(bell: string, error: Error): void {
    if (!this.closing) this.options.log(`bell-${bell}`, error);
  }

  private queue(bell: string): RingQueue {
    let queue = this.queues.get(bell);
    if (!queue) {
      const made = this.pool
        ? new onPostgres.Queue<Ring>(bell, { connection: this.pool })
        : new RedisQueue<Ring>(bell, { connection: this.connectRedis() });
      made.on('error', (error: Error) => this.report(bell, error));
      queue = made as unknown as RingQueue;
      this.queues.set(bell, queue);
    }
    return queue;
  }

  private connectRedis(): Redis {
    const redis = new Redis(this.options.redisUrl!, { maxRetriesPerRequest: null });
    this.redis.push(redis);
    return redis;
  }

  /** Listeners first: no answer may start while the rest is being closed. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.workers.map((worker) => worker.close()));
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    for (const redis of this.redis) redis.disconnect();
    await this.pool?.end();
  }
}
