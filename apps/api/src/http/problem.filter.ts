import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { ProblemError, type Problem, type ProblemDetail } from '#lib/kernel';
import { PROBLEMS } from '../problems.ts';
import type { ApiReply, ApiRequest } from './api-request.ts';
import { isStreamed } from './bodies.ts';
import type { Log } from './request-log.ts';
import type { KnownRoutes } from './routes-known.ts';

/** application/problem+json (RFC 9457) with our code and both languages. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly zh: string;
  readonly en: string;
  readonly errors: readonly ProblemDetail[];
}

export function problemBody(problem: Problem): ProblemBody {
  return {
    ...problem.extra,
    type: `/problems/${problem.code}`,
    title: PROBLEMS[problem.code]?.en ?? problem.en,
    status: problem.status,
    code: problem.code,
    detail: problem.en,
    zh: problem.zh,
    en: problem.en,
    errors: problem.errors ?? [],
  };
}

/** The one place where anything thrown becomes an answer. What is not a named refusal is `internal`, logged, never shown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: KnownRoutes,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<ApiRequest>(), http.getResponse<ApiReply>());
  }

  /** Also for what fails before a route is found. */
  answer(error: unknown, request: ApiRequest, reply: ApiReply): void {
    const problem = this.problemOf(error, request);
    if (reply.sent) return;
    if (problem.status === 405) reply.header('allow', this.routes.methodsOf(pathOf(request)).join(', '));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    // The rest of a refused upload is not wanted: without this up to 2 GiB would be read and thrown away.
    if (isStreamed(request) && !request.raw.readableEnded) reply.header('connection', 'close');
    reply.status(problem.status).header('content-type', 'application/problem+json; charset=utf-8');
    reply.send(JSON.stringify(problemBody(problem)));
  }

  private problemOf(error: unknown, request: ApiRequest): Problem {
    if (error instanceof ProblemError) return error.problem;
    if (request.raw.destroyed && !request.raw.complete) return coded('upload-aborted');
    const status = statusOf(error);
    if (status === 404) return this.noRoute(request);
    if (status === 413) return coded('body-too-large');
    if (status === 415) {
      const words = PROBLEMS['media-type-unsupported']!;
      return {
        ...coded('media-type-unsupported'),
        errors: [{ header: 'Content-Type', code: 'media-type-unsupported', zh: words.zh, en: words.en }],
      };
    }
    if (status === 414) return coded('address-too-long');
    if (status !== undefined && status >= 400 && status < 500) return { ...coded('request-refused'), status };
    const id = uuidv7();
    this.log({
      event: 'internal-error',
      id,
      requestId: request.id,
      error: error instanceof Error ? error.stack : String(error),
    });
    return { ...coded('internal'), extra: { id } };
  }

  private noRoute(request: ApiRequest): Problem {
    const path = pathOf(request);
    const methods = this.routes.methodsOf(path);
    if (methods.length > 0 && !methods.includes(request.method)) {
      const en = `${path} takes ${methods.join(', ')}, not ${request.method}`;
      return { ...coded('method-not-allowed'), zh: `${path} 支持 ${methods.join('、')}，不支持 ${request.method}`, en };
    }
    return {
      ...coded('route-unknown'),
      zh: `没有接口 ${request.method} ${path}`,
      en: `there is no route ${request.method} ${path}`,
    };
  }
}

const pathOf = (request: ApiRequest): string => request.url.split('?', 1)[0]!;

function coded(code: string): Problem {
  const { status, zh, en } = PROBLEMS[code]!;
  return { code, status, zh, en };
}

/** Of Nest's own exceptions and of Fastify's errors. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
