import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * A connection that stays open: one request at a time, answers with a Content-Length. Written on a socket, so that the load
 * costs as little as it can beside the server.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private head = Buffer.alloc(0);
  private status = 0;
  private pieces: Buffer[] = [];
  /** Bytes of the body that are still to come; undefined: the head is. */
  private rest: number | undefined;
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (piece: Buffer) => this.take(piece));
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error('the connection was closed')));
  }

  /** Throws when the answer cannot be read, or the connection breaks. */
  ask(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.waiting = undefined;
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
      if (!head.startsWith('HTTP/1.1 ') || length === undefined) {
        this.waiting?.reject(new Error(`not an answer to measure: ${head.slice(0, 200)}`));
        return;
      }
      this.status = Number(head.slice(9, 12));
      this.rest = Number(length);
      body = this.head.subarray(end + 4);
      this.head = Buffer.alloc(0);
    }
    this.pieces.push(body);
    this.rest -= body.length;
    if (this.rest > 0) return;
    this.rest = undefined;
    const whole = this.pieces.length === 1 ? body : Buffer.concat(this.pieces);
    this.pieces = [];
    this.waiting?.resolve({ status: this.status, body: whole });
  }
}

/** A request as it goes over the wire. */
export function httpRequest(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: object,
): Buffer {
  const json = body === undefined ? '' : JSON.stringify(body);
  const sent =
    body === undefined
      ? headers
      : { ...headers, 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(json)}` };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n${json}`);
}
