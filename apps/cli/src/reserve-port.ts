import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProblemError } from '#lib/kernel';
import type { Config } from '#lib/platform';

const PORTS_TRIED = 20;
const LAST_PORT = 65_535;

/** A port that is ours until the API takes it over. Whoever asks meanwhile is told to come back. */
export interface ReservedPort {
  readonly port: number;
  release(): Promise<void>;
}

/**
 * PORT set and taken is an error that names it; the default taken means the next free one. Held from the start on: filling
 * an empty database takes a while, and another start could choose the same port in between.
 */
export async function reservePort({ port: first, portIsExplicit, host }: Config): Promise<ReservedPort> {
  const last = portIsExplicit ? first : Math.min(first + PORTS_TRIED - 1, LAST_PORT);
  for (let port = first; port <= last; port++) {
    const server = await listen(port, host);
    if (server) return { port: (server.address() as AddressInfo).port, release: () => closed(server) };
  }
  if (portIsExplicit)
    throw portTaken(`端口 ${first} 已被占用（PORT=${first}）`, `port ${first} is taken (PORT=${first})`);
  throw portTaken(
    `端口 ${first} 至 ${last} 均被占用，请设置 PORT`,
    `no port from ${first} to ${last} is free; set PORT`,
  );
}

function portTaken(zh: string, en: string): ProblemError {
  return new ProblemError({
    code: 'port-taken',
    status: 409,
    zh,
    en,
    errors: [{ field: 'PORT', code: 'port-taken', zh: '端口已被占用', en: 'the port is taken' }],
  });
}

/** undefined: taken. An address that this machine cannot listen on is refused by name. */
function listen(port: number, host: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((_request, response) => {
      response.writeHead(503, { 'content-type': 'application/problem+json; charset=utf-8', 'retry-after': '5' });
      response.end(
        JSON.stringify({
          type: '/problems/not-ready',
          code: 'not-ready',
          status: 503,
          zh: '正在启动',
          en: 'The product is still starting',
        }),
      );
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return resolve(undefined);
      const zh = `无法监听 ${host} 端口 ${port}（${error.code}），请检查 HOST 与 PORT`;
      const en = `cannot listen on ${host} port ${port} (${error.code}): see HOST and PORT`;
      reject(new ProblemError({ code: 'config-invalid', status: 500, zh, en }));
    });
    server.listen(port, host, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
