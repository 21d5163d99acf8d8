import pg from 'pg';
import { ProblemError } from '#lib/kernel';

const CONNECT_MS = 15_000;
/** Of one statement on the other side, a piece of a cursor included. */
const STATEMENT_TIMEOUT = '10min';

/** One moment of a database that is not ours. */
export interface Snapshot {
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** The rows of a query as arrays, in pieces: a cursor, so of a table of any size only one piece is in memory. */
  pieces(text: string, values: readonly unknown[], rows: number): AsyncGenerator<readonly (readonly unknown[])[]>;
}

/**
 * Opens another body's PostgreSQL, reads one moment of it and closes. Never writes: the session and the transaction are
 * read-only whatever the role may do. Times are told in Asia/Shanghai.
 * Throws ProblemError front-end-unreachable or front-end-failed, which name the place and never the password.
 */
export async function readSnapshot<T>(url: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const { place, client } = open(url);
  client.on('error', () => undefined); // what breaks between two queries is reported by the next
  try {
    await client.connect();
  } catch (error) {
    throw unreachable(place, error);
  }
  const ask = async <R>(query: () => Promise<R>): Promise<R> => {
    try {
      return await query();
    } catch (error) {
      throw new ProblemError({
        code: 'front-end-failed',
        status: 502,
        zh: `读取前置库 ${place} 失败：${wordsOf(error)}`,
        en: `reading ${place} failed: ${wordsOf(error)}`,
      });
    }
  };
  const query = <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    ask(async () => (await client.query<R>(text, values as unknown[])).rows);
  async function* pieces(text: string, values: readonly unknown[], rows: number): AsyncGenerator<unknown[][]> {
    await query(`DECLARE piece NO SCROLL CURSOR FOR ${text}`, values);
    for (;;) {
      const fetched = await ask(() => client.query<unknown[]>({ text: `FETCH ${rows} FROM piece`, rowMode: 'array' }));
      if (fetched.rows.length > 0) yield fetched.rows;
      if (fetched.rows.length < rows) return;
    }
  }
  try {
    await query('SET default_transaction_read_only = on');
    await query(`SET statement_timeout = '${STATEMENT_TIMEOUT}'`);
    await query(`SET TimeZone = 'Asia/Shanghai'`);
    await query(`SET DateStyle = 'ISO, YMD'`);
    await query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work({ query, pieces });
  } finally {
    await client.end().catch(() => undefined); // nothing was written, so there is nothing to finish
  }
}

function open(url: string): { place: string; client: pg.Client } {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // said below, without the text: it may hold a password
  }
  if (parsed === undefined || !/^postgres(?:ql)?:$/.test(parsed.protocol))
    throw unreachable('?', new Error('postgres://USER@HOST:PORT/DATABASE is expected'));
  return {
    place: `${parsed.searchParams.get('host') ?? parsed.host}${parsed.pathname}`,
    client: new pg.Client({
      connectionString: url,
      application_name: 'firstmile-poll',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    }),
  };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const unreachable = (place: string, error: unknown): ProblemError =>
  new ProblemError({
    code: 'front-end-unreachable',
    status: 502,
    zh: `无法连接前置库 ${place}：${wordsOf(error)}`,
    en: `cannot connect to ${place}: ${wordsOf(error)}`,
  });
