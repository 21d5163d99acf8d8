import type { FastifyInstance } from 'fastify';
import type { ApiRequest } from './api-request.ts';

/** Takes one event with its ids. */
export type Log = (event: Readonly<Record<string, unknown>>) => void;

export const logToStderr: Log = (event) => void process.stderr.write(`${JSON.stringify(event)}\n`);

/** One line a request, when its answer is out or its client is gone. Never a query, a body or a key. */
export function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook('onRequestAbort', (request, done) => {
    const route = request.routeOptions.url ?? null;
    log({ event: 'request-aborted', requestId: request.id, method: request.method, route });
    done();
  });
  server.addHook('onResponse', (request: ApiRequest, reply, done) => {
    log({
      event: 'request',
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.principal ? { personId: request.principal.personId, keyId: request.principal.keyId } : {}),
    });
    done();
  });
}
