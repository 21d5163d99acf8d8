import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '#lib/kernel';
import type { ApiRequest } from './api-request.ts';

export const JSON_LIMIT_BYTES = 1024 * 1024;
export const UPLOAD_LIMIT_BYTES = 2048 * 1024 * 1024;
/** Config of a route (@RouteConfig) whose body is handed over as a stream, unread. */
export const STREAMED_BODY = { streamedBody: true } as const;

/** Config of a route whose body is signed: its bytes are kept beside what they say. */
export const SIGNED_BODY = { signedBody: true } as const;

export const isStreamed = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as { streamedBody?: boolean }).streamedBody === true;

/** One parser for all: a streamed route gets the stream, every other takes JSON and nothing else. */
export function registerBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage): Promise<unknown> => {
    const streamed = isStreamed(request);
    const limit = streamed ? UPLOAD_LIMIT_BYTES : JSON_LIMIT_BYTES;
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit, 'Content-Length');
    if (streamed) return payload;
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) throw unsupported(request);
    const bytes = await readBytes(payload);
    const { signedBody } = request.routeOptions.config as { signedBody?: boolean };
    if (signedBody === true) (request as ApiRequest).signedBody = bytes;
    return parsedJson(bytes);
  });
}

async function readBytes(payload: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload) {
    bytes += chunk.length;
    if (bytes > JSON_LIMIT_BYTES) throw tooLarge(JSON_LIMIT_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsedJson(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw brokenJson('JSON 无法解析', `the body is not JSON: ${(error as Error).message}`);
  }
  if (!depthWithin(value, JSON_DEPTH))
    throw brokenJson(`JSON 嵌套超过${JSON_DEPTH}层`, `the body is nested deeper than ${JSON_DEPTH}`);
  if (!widthWithin(value))
    throw brokenJson(
      `JSON 对象成员超过${JSON_MEMBERS}个`,
      `an object of the body has more than ${JSON_MEMBERS} members`,
    );
  return value;
}

/** Deeper than any request of ours; validation walks a body by recursion. */
const JSON_DEPTH = 16;
/** More than any object of ours. Validation looks each name up among the others: 50,000 would hold the process for seconds. */
const JSON_MEMBERS = 1000;

const depthWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((member) => depthWithin(member, levels - 1)));

const widthWithin = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  ((Array.isArray(value) || Object.keys(value).length <= JSON_MEMBERS) && Object.values(value).every(widthWithin));

function brokenJson(zh: string, en: string): ProblemError {
  const code = 'json-broken';
  return new ProblemError({ code, status: 400, zh, en, errors: [{ pointer: '', code, zh, en }] });
}

/** `header` where the announced length is already too much. */
export function tooLarge(limit: number, header?: string): ProblemError {
  const words = { zh: `请求体超过${limit}字节`, en: `the body is larger than ${limit} bytes` };
  const code = 'body-too-large';
  const place = header === undefined ? { pointer: '' } : { header };
  return new ProblemError({ code, status: 413, ...words, errors: [{ ...place, code, ...words }] });
}

function unsupported(request: FastifyRequest): ProblemError {
  const type = request.headers['content-type'] ?? '';
  const words = {
    zh: `不支持的内容类型「${type}」`,
    en: `the content type "${type}" is not supported, application/json is`,
  };
  const code = 'media-type-unsupported';
  return new ProblemError({ code, status: 415, ...words, errors: [{ header: 'Content-Type', code, ...words }] });
}
