import crypto from 'node:crypto';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { castOf, UNLIMITED, type Actor } from './cast.ts';
import { addressOf, allRoutes, bodyOf, type Route } from './routes.ts';

/** No clock is read here: what is held is how a key is compared, not how long it takes. */
describe('how a key is compared', () => {
  let api: TestApi;
  let right: string;
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
    right = await api.issue(api.product.person, ['ops:runs']);
  });
  afterAll(() => api.close());
  afterEach(() => jest.restoreAllMocks());

  const flip = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

  it('takes one path for a right key, one that differs at any place, and one that nobody has', async () => {
    const secretAt = right.length - 43;
    const places = Array.from({ length: 42 }, (_, i) => flip(right, secretAt + i));
    const unknown = `fm_${'0'.repeat(12)}_${right.slice(secretAt)}`;
    const compared = jest.spyOn(crypto, 'timingSafeEqual');
    const asked = jest.spyOn(api.product.db, 'query');
    const paths = new Map<string, number>();
    for (const key of [...places, unknown]) {
      compared.mockClear();
      asked.mockClear();
      const { status, body } = await api.get('/ops/v1/runs', { key });
      expect([status, body['code']]).toEqual([401, 'key-unknown']);
      // Hashes of one length, compared once and whole; the database is asked for the public prefix only.
      expect(compared.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32]]);
      const statements = asked.mock.calls.filter(([, values]) => JSON.stringify(values).includes(key.slice(3, 15)));
      expect(JSON.stringify(asked.mock.calls)).not.toContain(key.slice(secretAt));
      const path = JSON.stringify(statements.map(([text]) => text));
      paths.set(path, (paths.get(path) ?? 0) + 1);
    }
    expect(paths.size).toBe(1);
    compared.mockClear();
    expect((await api.get('/ops/v1/runs', { key: right })).status).toBe(200);
    expect(compared).toHaveBeenCalledTimes(1);
  });

  it('leaves no key in the database, nor what one could be made from', async () => {
    const { rows } = await api.product.database.admin.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    );
    const secret = right.slice(right.length - 43);
    for (const { name } of rows) {
      const found = await api.product.database.admin.query(`SELECT FROM "${name}" t WHERE strpos(t::text, $1) > 0`, [
        secret,
      ]);
      expect([name, found.rowCount]).toEqual([name, 0]);
    }
  });
});

describe('a request sent again', () => {
  let api: TestApi;
  let routes: readonly Route[];
  let cast: readonly Actor[];
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
    cast = await castOf(api);
    routes = (await allRoutes(api.answers.document)).filter(({ parameters }) =>
      parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'),
    );
  });
  afterAll(() => api.close());

  let sent = 0;
  const send = (route: Route, { key }: Actor, once: string): Promise<Reply> => {
    sent += 1;
    const body = bodyOf(route);
    const headers = { 'idempotency-key': once };
    return api.ask(route.method, addressOf(route), { key, headers, ...(body === undefined ? {} : { body }) });
  };
  const whoMay = ({ scope }: Route): Actor[] =>
    cast.filter((actor) => !actor.refused && scope !== undefined && actor.scopes.includes(scope));

  it('every POST that changes anything takes an Idempotency-Key', async () => {
    const posts = (await allRoutes(api.answers.document)).filter(({ method }) => method === 'POST');
    expect(posts.map(({ path }) => path).sort()).toEqual(routes.map(({ path }) => path).sort());
  });

  it('under the key of another person is a request of its own: nobody gets the answer of somebody else', async () => {
    let done = 0;
    for (const [i, route] of routes.entries()) {
      const [one, other] = whoMay(route);
      if (one === undefined || other === undefined) continue;
      const first = await send(route, one, `mine-${i}`);
      const second = await send(route, other, `mine-${i}`);
      const what = `${route.method} ${route.path}`;
      expect([what, ['idempotency-conflict', 'idempotency-in-progress'].includes(second.body['code'])]).toEqual([
        what,
        false,
      ]);
      const kept = await api.product.database.admin.query('SELECT DISTINCT person_id FROM idempotency WHERE key = $1', [
        `mine-${i}`,
      ]);
      const answered = [first, second].filter(({ status }) => status < 300).length;
      expect([what, kept.rowCount]).toEqual([what, answered]);
      done += answered;
    }
    expect(done).toBeGreaterThan(5);
    expect(sent).toBeGreaterThan(routes.length);
  });

  it('by the same person is done once, and with another body refused', async () => {
    let done = 0;
    for (const [i, route] of routes.entries()) {
      const [one] = whoMay(route);
      if (one === undefined) continue;
      const first = await send(route, one, `again-${i}`);
      if (first.status >= 300) continue;
      done += 1;
      const what = `${route.method} ${route.path}`;
      const again = await send(route, one, `again-${i}`);
      // A secret is not kept, so what made one says so instead of answering again.
      if (again.body['code'] !== 'key-already-issued')
        expect([what, again.status, again.body]).toEqual([what, first.status, first.body]);
      if (route.json === undefined) continue;
      const body = { ...route.json, another: 'body' };
      const headers = { 'idempotency-key': `again-${i}` };
      const other = await api.ask(route.method, addressOf(route), { key: one.key, headers, body });
      expect([what, [400, 422].includes(other.status)]).toEqual([what, true]);
    }
    expect(done).toBeGreaterThan(5);
  });
});
