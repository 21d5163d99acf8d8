import { connect, type Socket } from 'node:net';

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

/**
 * GETs over connections that stay open, each sending its next request when the last answer is in. Written on sockets, so
 * that the load costs as little as it can beside the server. Throws when an answer is not 200.
 */
export async function load({ port, paths, headers, connections, seconds }: Load): Promise<LoadResult> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const requests = paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n`));
  const latencies: number[] = [];
  let bytes = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async (_, n) => {
      const connection = new Connection(connect({ port, host: '127.0.0.1', noDelay: true }));
      for (let i = n; performance.now() < until; i++) {
        const sent = performance.now();
        const got = await connection.get(requests[i % requests.length]!);
        bytes += got;
        latencies.push(performance.now() - sent);
      }
      connection.close();
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

/** One answer at a time, with a Content-Length. */
class Connection {
  private head = Buffer.alloc(0);
  /** Bytes of the body that are still to come; undefined: the head is. */
  private rest: number | undefined;
  private length = 0;
  private answer: { resolve: (bytes: number) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly socket: Socket) {
    socket.on('data', (piece: Buffer) => this.take(piece));
    socket.on('error', (error) => this.answer?.reject(error));
    socket.on('close', () => this.answer?.reject(new Error('the connection was closed')));
  }

  get(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.answer = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.answer = undefined;
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    let body = piece;
    if (this.rest === undefined) {
      this.head = Buffer.concat([this.head, piece]);
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.head.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
        this.answer?.reject(new Error(`not an answer to measure: ${head.slice(0, 200)}`));
        return;
      }
      this.length = Number(length);
      this.rest = this.length;
      body = this.head.subarray(end + 4);
      this.head = Buffer.alloc(0);
    }
    this.rest -= body.length;
    if (this.rest > 0) return;
    this.rest = undefined;
    this.answer?.resolve(this.length);
  }
}
