import { HttpConnection, httpRequest } from './http-connection.ts';

export interface Load {
  readonly port: number;
  /** Asked for in turn, by every connection. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Bytes of bodies, a request. */
  readonly bytes: number;
}

/** One request and its answer; resolves to the bytes of the body. Throws when it is no answer to measure. */
export type Ask = () => Promise<number>;

/**
 * GETs over connections that stay open, each sending its next request when the last answer is in. Throws when an answer is
 * not 200.
 */
export async function load({ port, paths, headers, connections, seconds }: Load): Promise<LoadResult> {
  const requests = paths.map((path) => httpRequest('GET', path, headers));
  const open = Array.from({ length: connections }, () => new HttpConnection(port));
  const asks = open.map((connection, n): Ask => {
    let i = n;
    return async () => {
      const { status, body } = await connection.ask(requests[i++ % requests.length]!);
      if (status !== 200) throw new Error(`not an answer to measure: ${status} ${body.toString('utf8', 0, 200)}`);
      return body.length;
    };
  });
  const result = await measured(asks, seconds);
  for (const connection of open) connection.close();
  return result;
}

/** Each asks again when it has its answer, until the time is over. */
export async function measured(asks: readonly Ask[], seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  let bytes = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    asks.map(async (ask) => {
      while (performance.now() < until) {
        const sent = performance.now();
        bytes += await ask();
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const took = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]!;
  return {
    perSecond: latencies.length / took,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    bytes: Math.round(bytes / latencies.length),
  };
}
