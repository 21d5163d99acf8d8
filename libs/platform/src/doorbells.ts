import type { Redis } from 'ioredis';
import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { inQueueSchema } from './queue-schema.ts';

/** BullMQ is 200 modules. What neither rings nor listens does not read them: most commands, and most tests. */
async function loadQueue() {
  const { createPostgresBackend, withBackend, Queue, Worker } = await import('bullmq');
  return { onPostgres: withBackend(createPostgresBackend), onRedis: { Queue, Worker } };
}

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

/**
 * The queue as a doorbell (门铃): rung after commit, never waited for. A lost ring only delays, since every worker also
 * sweeps. BullMQ on Redis when there is one, else on the same PostgreSQL.
 */
export class Doorbells {
  private readonly queues = new Map<string, Promise<RingQueue>>();
  private readonly workers: Promise<Closable>[] = [];
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
      this.pool.setMaxListeners(0); // and there are as many as there are bells, twice
    }
  }

  /** Call after commit. Failing to ring is logged, not thrown: the sweep will find the work. */
  async ring(bell: string, id: string): Promise<void> {
    try {
      const queue = await this.queue(bell);
      await queue.add('ring', { id }, { jobId: randomUUID(), removeOnComplete: true, removeOnFail: true, attempts: 1 });
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
    const opened = this.openWorker(bell, processor);
    opened.catch((error: unknown) => this.options.log(`bell-${bell}`, error));
    this.workers.push(opened);
  }

  private async openWorker(bell: string, processor: (job: { data: Ring }) => Promise<void>): Promise<Closable> {
    const { onPostgres, onRedis } = await loadQueue();
    const worker = this.pool
      ? new onPostgres.Worker<Ring>(bell, processor, { connection: this.pool, ...LISTENING })
      : new onRedis.Worker<Ring>(bell, processor, { connection: await this.connectRedis(), ...LISTENING });
    worker.on('error', (error: Error) => this.report(bell, error));
    return worker;
  }

  /** A pool calls itself ended a little before its connections are: what they then say is no news. */
  private report(bell: string, error: Error): void {
    if (!this.closing) this.options.log(`bell-${bell}`, error);
  }

  private queue(bell: string): Promise<RingQueue> {
    const queue = this.queues.get(bell) ?? this.openQueue(bell);
    this.queues.set(bell, queue);
    return queue;
  }

  private async openQueue(bell: string): Promise<RingQueue> {
    const { onPostgres, onRedis } = await loadQueue();
    const queue = this.pool
      ? new onPostgres.Queue<Ring>(bell, { connection: this.pool })
      : new onRedis.Queue<Ring>(bell, { connection: await this.connectRedis() });
    queue.on('error', (error: Error) => this.report(bell, error));
    return queue;
  }

  private async connectRedis(): Promise<Redis> {
    const { Redis } = await import('ioredis');
    const redis = new Redis(this.options.redisUrl!, { maxRetriesPerRequest: null });
    this.redis.push(redis);
    return redis;
  }

  /** Listeners first: no answer may start while the rest is being closed. */
  async close(): Promise<void> {
    this.closing = true;
    // One that could not be opened was reported, and has nothing to close.
    for (const open of [this.workers, [...this.queues.values()]])
      await Promise.all(open.map(async (one) => (await one.catch(() => undefined))?.close()));
    for (const redis of this.redis) redis.disconnect();
    await this.pool?.end();
  }
}
