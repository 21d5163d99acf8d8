import 'reflect-metadata';
import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { IdempotencyStore } from '#lib/access';
import { ApiModule } from './api.module.ts';
import { OPENAPI, type ApiDeps, type OpenApiHolder } from './deps.ts';
import { documentOf } from './docs/document.ts';
import type { ApiReply, ApiRequest } from './http/api-request.ts';
import { JSON_LIMIT_BYTES, registerBodies } from './http/bodies.ts';
import { checkRoutes } from './http/check-routes.ts';
import { problemBody, ProblemFilter } from './http/problem.filter.ts';
import { RateLimits, rateLimitsOf } from './http/rate-limits.ts';
import { logRequests, logToStderr, type Log } from './http/request-log.ts';
import { KnownRoutes } from './http/routes-known.ts';
import { ScopeGuard } from './http/scope.guard.ts';
import { PROBLEMS } from './problems.ts';

export interface ApiOptions {
  /**
   * `unchecked` is for the tests that see what row-level security holds by itself: the guard says who asks and not whether
   * they may. No configuration leads here.
   */
  readonly scopes?: 'checked' | 'unchecked';
}

/**
 * The API, ready to listen or to be injected into. `app.close()` ends event streams, waits for requests under way and
 * closes nothing that was handed in. Throws when a route does not say who may use it.
 */
export async function createApi(deps: ApiDeps, options: ApiOptions = {}): Promise<NestFastifyApplication> {
  const log = deps.log ?? logToStderr;
  const routes = new KnownRoutes();
  const filter = new ProblemFilter(log, routes);
  const adapter = new FastifyAdapter({
    trustProxy: false,
    logger: false,
    bodyLimit: JSON_LIMIT_BYTES,
    genReqId: () => uuidv7(),
    frameworkErrors: (error: unknown, request: ApiRequest, reply: ApiReply) => filter.answer(error, request, reply),
    clientErrorHandler: refuseConnection,
  });
  const server = adapter.getInstance();
  routes.listen(server);
  registerBodies(server);
  logRequests(server, log);
  const answers = new IdempotencyStore(deps.db, deps.clock);
  const limits = new RateLimits(deps.db, rateLimitsOf(deps.rateLimits), (error) =>
    log({ event: 'rate-limit-store', error: String(error) }),
  );
  sweepHourly(server, [answers, limits], log);
  const guard = new ScopeGuard(deps.access, limits, deps.clock, options.scopes ?? 'checked');
  const module = ApiModule.with(deps, { filter, answers, guard });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  checkRoutes(app);
  await app.init();
  app.get<OpenApiHolder>(OPENAPI).document = documentOf(app);
  await server.ready();
  return app;
}

/** What is not even HTTP has no request to answer: the problem is written to the socket, which is then closed. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, zh, en } = PROBLEMS['request-refused']!;
  const body = JSON.stringify(problemBody({ code: 'request-refused', status, zh, en }));
  socket.end(
    `HTTP/1.1 ${status} Bad Request\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const HOUR_MS = 3_600_000;

/** Answers older than 24 hours are no longer given, windows that are over no longer count; this only keeps tables small. */
function sweepHourly(server: FastifyInstance, kept: readonly { sweep(): Promise<number> }[], log: Log): void {
  const sweep = (): void => {
    for (const one of kept) void one.sweep().catch((error: unknown) => log({ event: 'sweep', error: String(error) }));
  };
  const timer = setInterval(sweep, HOUR_MS).unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
}
