import pg, { escapeLiteral } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Reads. Several queries of one Db may see different moments; what must see one moment takes a Tx. */
export interface Db {
  /** `name` prepares the statement once a connection: for hot queries. */
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<R[]>;
}

/** An open transaction. What must be atomic takes one; only services open them. */
export interface Tx extends Db {
  readonly isTransaction: true;
  /** Rows touched by an INSERT, UPDATE or DELETE. */
  execute(text: string, values?: readonly unknown[]): Promise<number>;
  /** COPY … FROM STDIN of ready-made text; resolves when the server has taken it all. */
  copyIn(statement: string, chunks: AsyncIterable<string | Buffer> | Iterable<string | Buffer>): Promise<void>;
  readonly client: pg.ClientBase;
}

/** From here on the transaction acts for somebody else: what a partner may do can have effects that are the house's. */
export async function actAs(tx: Tx, actor: string): Promise<void> {
  await tx.query(`SELECT set_config('firstmile.actor', $1, true)`, [actor], 'act-as');
}

/**
 * `work` acts for somebody else, and who acted before acts again after it, also when it refuses: what a partner asks can rest
 * on more than the partner may see.
 */
export async function actingAs<T>(tx: Tx, actor: string, work: () => Promise<T>): Promise<T> {
  const [before] = await tx.query<{ actor: string | null }>(
    `SELECT current_setting('firstmile.actor', true) AS actor`,
    [],
    'acts-as',
  );
  await actAs(tx, actor);
  try {
    return await work();
  } finally {
    // A transaction that broke takes no further statement; whom it acts for is over with it.
    await actAs(tx, before?.actor ?? '').catch(() => undefined);
  }
}

const DATE = 1082;
const TIMESTAMPTZ = 1184;
const BIGINT = 20;
const BIGINT_ARRAY = 1016;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint past 2^53: ${text}`);
  return value;
}

/** `date` stays text (never a JS Date, which has a zone), `timestamptz` becomes a Date, `bigint` a safe integer. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === DATE) return (text: string) => text;
    if (oid === TIMESTAMPTZ) return (text: string) => new Date(text);
    if (oid === BIGINT) return safeInteger;
    if (oid === BIGINT_ARRAY)
      return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(safeInteger));
    return pg.types.getTypeParser(oid, format);
  },
};

export interface DatabaseOptions {
  readonly max?: number;
  readonly applicationName: string;
}

/** The pool of one role. */
export class Database implements Db {
  private readonly pool: pg.Pool;

  constructor(url: string, options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: options.max ?? 10,
      application_name: options.applicationName,
      types,
      keepAlive: true,
    });
    // An idle connection that the server closes is replaced on the next use; the query then in flight reports for itself.
    this.pool.on('error', () => undefined);
  }

  async query<R extends object>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    return (await this.pool.query<R>({ text, values: values as unknown[], ...(name ? { name } : {}) })).rows;
  }

  /** Commits when `work` resolves, else rolls back and rethrows. */
  async transaction<T>(
    work: (tx: Tx) => Promise<T>,
    isolation: 'read committed' | 'repeatable read' = 'read committed',
  ): Promise<T> {
    return this.session((session) => session.transaction(work, isolation));
  }

  /**
   * A transaction on behalf of somebody: row-level security lets it see and write what is theirs. The setting ends with the
   * transaction, so no connection carries it to the next one. Without it such tables are empty.
   */
  async as<T>(actor: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.session((session) => session.transaction(work, 'read committed', actor));
  }

  /** One connection for temporary tables and session locks. It is thrown away when `work` fails. */
  async session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    // A connection that breaks between two queries would end the process; the next query on it reports it.
    const onError = (): void => undefined;
    client.on('error', onError);
    let failed = true;
    try {
      const result = await work(new Session(client));
      failed = false;
      return result;
    } finally {
      client.off('error', onError);
      client.release(failed);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

export class Session implements Db {
  constructor(readonly client: pg.ClientBase) {}

  async query<R extends object>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    return (await this.client.query<R>({ text, values: values as unknown[], ...(name ? { name } : {}) })).rows;
  }

  async copyIn(statement: string, chunks: AsyncIterable<string | Buffer> | Iterable<string | Buffer>): Promise<void> {
    const stream = this.openCopy(statement);
    for await (const chunk of chunks) await stream.write(chunk);
    await stream.end();
  }

  /** A COPY that the caller feeds piece by piece. */
  openCopy(statement: string): CopyStream {
    return new CopyStream(this.client, statement);
  }

  /** With an actor: on behalf of whom, as `Database.as` says. */
  async transaction<T>(
    work: (tx: Tx) => Promise<T>,
    isolation: 'read committed' | 'repeatable read' = 'read committed',
    actor?: string,
  ): Promise<T> {
    // One message: most of what a short transaction costs is the way to the server and back.
    const acts = actor === undefined ? '' : `; SELECT set_config('firstmile.actor', ${escapeLiteral(actor)}, true)`;
    await this.client.query(`BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}${acts}`);
    try {
      const result = await work(new OpenTransaction(this.client));
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined); // the connection may be the cause
      throw error;
    }
  }
}

class OpenTransaction extends Session implements Tx {
  readonly isTransaction = true;

  async execute(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.client.query(text, values as unknown[])).rowCount ?? 0;
  }
}

/** Backpressure without listeners to forget: `write` resolves when the next piece may come. */
export class CopyStream {
  private readonly stream: ReturnType<typeof copyFrom>;
  private failure: Error | undefined;
  private readonly finished: Promise<void>;

  constructor(client: pg.ClientBase, statement: string) {
    this.stream = (client as pg.Client).query(copyFrom(statement));
    this.finished = new Promise((resolve, reject) => {
      this.stream.once('finish', resolve);
      this.stream.once('error', (error: Error) => {
        this.failure = error;
        reject(error);
      });
    });
    this.finished.catch(() => undefined); // write() and end() report it
  }

  async write(chunk: string | Buffer): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.stream.write(chunk)) return;
    await Promise.race([new Promise((resolve) => this.stream.once('drain', resolve)), this.finished]);
  }

  async end(): Promise<void> {
    this.stream.end();
    await this.finished;
  }

  /** Gives the COPY up; the connection stays usable only for throwing away. */
  abort(): void {
    this.stream.destroy(new Error('copy aborted'));
  }
}

/** A field of COPY's text format; undefined and null become \N. */
export function copyField(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'number') return String(value);
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, escapeCopy) : value;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escapeCopy = (symbol: string): string => ESCAPES[symbol]!;
