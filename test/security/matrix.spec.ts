import { SCOPES } from '#lib/access';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { castOf, UNLIMITED, type Actor } from './cast.ts';
import { addressOf, allRoutes, bodyOf, type Route } from './routes.ts';

/**
 * Every route of the document against everybody who may knock. What is expected follows from the route's scope, so that a
 * new route is in it the day it is written.
 */
describe('every route, every actor', () => {
  let api: TestApi;
  let routes: Route[];
  let cast: Actor[];
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
    routes = await allRoutes(api.answers.document);
    cast = await castOf(api);
  });
  afterAll(() => api.close());

  const send = (route: Route, key: string | null): Promise<Reply> => {
    const body = bodyOf(route);
    return api.ask(route.method, addressOf(route), { key, ...(body === undefined ? {} : { body }) });
  };

  it('the document names a scope for every route that is not public', () => {
    const open = routes.filter(({ scope }) => scope === undefined).map(({ path }) => path);
    expect(open.sort()).toEqual([
      '/healthz',
      '/openapi.json',
      '/partner/v1/report-keys',
      '/problems/{code}',
      '/readyz',
    ]);
    for (const { path, scope } of routes) {
      if (scope === undefined) continue;
      expect([path, SCOPES.includes(scope)]).toEqual([path, true]);
      const audience = {
        partner: ['partner', 'regulator'],
        subject: ['subject'],
        ops: ['ops'],
        regulator: ['regulator'],
      };
      const prefix = path.split('/')[1] as keyof typeof audience;
      expect([path, audience[prefix]]).toEqual([path, expect.arrayContaining([scope.split(':')[0]])]);
    }
  });

  it('opens to its scope and to nobody else', async () => {
    const seen = { let: 0, refused: 0 };
    for (const route of routes)
      for (const actor of cast) {
        const { status, body } = await send(route, actor.key);
        const who = `${actor.name}: ${route.method} ${route.path}`;
        expect([who, status < 500 || body['code'] === 'not-ready']).toEqual([who, true]);
        if (route.scope === undefined) expect([who, [401, 403].includes(status)]).toEqual([who, false]);
        else if (actor.refused) expect([who, status, body['code']]).toEqual([who, ...actor.refused]);
        else if (actor.scopes.includes(route.scope)) {
          seen.let += 1;
          expect([who, status === 401 || body['code'] === 'scope-missing']).toEqual([who, false]);
        } else {
          seen.refused += 1;
          expect([who, status, body['code'], body['scope']]).toEqual([who, 403, 'scope-missing', route.scope]);
        }
      }
    expect(seen.let).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(400);
  });

  it('says the same of a prefix that nobody has and of a secret that is wrong', async () => {
    const [prefix, secret] = ['unknown prefix', 'wrong secret'].map((name) => cast.find((a) => a.name === name)!);
    for (const route of routes.filter(({ scope }) => scope !== undefined)) {
      const [one, other] = [await send(route, prefix!.key), await send(route, secret!.key)];
      expect(one.body).toEqual(other.body);
      const names = ({ headers }: Reply): string[] => Object.keys(headers).sort();
      expect(names(one)).toEqual(names(other));
    }
  });
});
