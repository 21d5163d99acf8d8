import type { FastifyInstance } from 'fastify';

/** Which methods each path takes, so that a wrong method is told from a wrong path. */
export class KnownRoutes {
  private readonly routes: { readonly method: string; readonly pattern: RegExp }[] = [];

  listen(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      const pattern = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}/?$`);
      for (const one of [method].flat()) this.routes.push({ method: one, pattern });
    });
  }

  methodsOf(path: string): string[] {
    return [...new Set(this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
  }
}
