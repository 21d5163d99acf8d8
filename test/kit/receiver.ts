import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

/** What came to a partner's address. */
export interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A status, or nothing at all: the answer never comes. */
export type Answer = number | 'silence';

/** A partner's own server (接收端), as a bank would write it: it keeps what came and answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  /** Called before each answer. */
  answer: (received: Received) => Answer | Promise<Answer> = () => 204;

  private constructor(
    private readonly server: http.Server | https.Server,
    private readonly scheme: string,
  ) {}

  static async open(tls?: https.ServerOptions): Promise<Receiver> {
    const receiver: Receiver = new Receiver(
      tls ? https.createServer(tls) : http.createServer(),
      tls ? 'https' : 'http',
    );
    receiver.server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      void receiver.take(request, response);
    });
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path = '/notices', host = '127.0.0.1'): string {
    return `${this.scheme}://${host}:${this.port}${path}`;
  }

  get seqs(): unknown[] {
    return this.received.map(({ body }) => body['seq']);
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const received = {
      path: request.url!,
      headers: request.headers,
      text,
      body: JSON.parse(text) as Record<string, unknown>,
    };
    this.received.push(received);
    const status = await this.answer(received);
    if (status === 'silence') return;
    response.writeHead(status, status >= 300 && status < 400 ? { location: this.url('/elsewhere') } : {});
    response.end();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** As docs/webhooks.md tells a partner to verify; shares no code with what signs. */
export function verifies({ headers, text }: Received, secret: string): boolean {
  const mac = createHmac('sha256', secret)
    .update(`${String(headers['x-firstmile-timestamp'])}.${String(headers['x-firstmile-nonce'])}.`)
    .update(text)
    .digest('hex');
  return String(headers['x-firstmile-signature']).split(',').includes(mac);
}
