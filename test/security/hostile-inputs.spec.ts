import { readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { castOf, UNLIMITED, type Actor } from './cast.ts';
import { addressOf, allRoutes, bodyOf, type Route } from './routes.ts';

const LONG = Boolean(process.env['FIRSTMILE_LONG']);

/** Breaks out of a literal, an identifier, a LIKE pattern and a header; and what is too long for any field. */
const HOSTILE: readonly string[] = [
  `x'"\`; DROP TABLE company; --`,
  `1' OR '1'='1' UNION SELECT sha256::text FROM api_key /*`,
  `$1) ; SELECT pg_sleep(60) --\\`,
  'x\r\nX-Injected: yes\r\n\r\n<b>',
  '%00%0d%0a../..//etc/passwd',
  'x'.repeat(LONG ? 500_000 : 20_000),
];
/** What only the database would say, and nobody outside should read. */
const OF_THE_DATABASE =
  /syntax error at|unterminated|pg_(?!sleep)|relation "|column "|invalid input syntax|violates|at .*\.[jt]s:\d/;

/** Every place of a JSON value that holds text, with the value changed there. */
function* changedAt(value: unknown, text: string): Generator {
  if (typeof value === 'string') yield text;
  else if (Array.isArray(value))
    for (const [i, member] of value.entries())
      for (const changed of changedAt(member, text)) yield value.map((old: unknown, k) => (k === i ? changed : old));
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value))
      for (const changed of changedAt(member, text)) yield { ...value, [name]: changed };
}

describe('hostile input on every route', () => {
  let api: TestApi;
  let routes: readonly Route[];
  let cast: readonly Actor[];
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
    cast = await castOf(api);
    // What is told about a run is a stream without an end.
    routes = (await allRoutes(api.answers.document)).filter(({ path: at }) => !at.endsWith('/runs/{id}/events'));
  });
  afterAll(() => api.close());

  /** Somebody who may: hostile input that the guard turns away proves nothing. */
  const keyFor = ({ scope }: Route): string | null =>
    scope === undefined ? null : cast.find((actor) => !actor.refused && actor.scopes.includes(scope))!.key;

  const seen = { refused: 0, taken: 0 };
  function hold(what: string, { status, headers, body }: Reply): void {
    // Not ready is what the worker's absence makes of /readyz.
    expect([what, status < 500 || body['code'] === 'not-ready']).toEqual([what, true]);
    expect([what, [401, 403].includes(status) && body['code'] === 'scope-missing']).toEqual([what, false]);
    expect([what, Object.keys(headers).filter((name) => name.includes('inject'))]).toEqual([what, []]);
    for (const [name, value] of Object.entries(headers))
      expect([what, name, /[\r\n]/.test(String(value))]).toEqual([what, name, false]);
    const said = status >= 400 ? `${String(body['en'])} ${String(body['detail'])}` : '';
    expect([what, OF_THE_DATABASE.exec(said)?.[0]]).toEqual([what, undefined]);
    seen[status < 300 ? 'taken' : 'refused'] += 1;
  }

  it('SQL, header injection and too long a text in every parameter', async () => {
    for (const route of routes)
      for (const { name, in: place } of route.parameters)
        for (const text of HOSTILE) {
          const body = bodyOf(route);
          const headers = place === 'header' ? { [name.toLowerCase()]: text } : {};
          const url = addressOf(route, place === 'header' ? {} : { [name]: text });
          const ask = { key: keyFor(route), headers, ...(body === undefined ? {} : { body }) };
          hold(`${route.method} ${route.path} ${name}=${text.slice(0, 30)}`, await api.ask(route.method, url, ask));
        }
    expect(seen.refused).toBeGreaterThan(500);
  });

  it('and in every text of every body', async () => {
    const before = seen.refused;
    for (const route of routes.filter(({ json }) => json !== undefined))
      for (const text of HOSTILE)
        for (const body of changedAt(route.json, text)) {
          const reply = await api.ask(route.method, addressOf(route), { key: keyFor(route), body: body as object });
          hold(`${route.method} ${route.path} ${JSON.stringify(body).slice(0, 120)}`, reply);
        }
    expect(seen.refused - before).toBeGreaterThan(100);
  });

  it('and in the headers that every route reads', async () => {
    const before = seen.refused;
    const others = ['idempotency-key', 'x-forwarded-for', 'host', 'accept'];
    for (const route of routes)
      for (const names of [['authorization'], ['content-type'], others, others.slice(1)])
        for (const text of LONG ? HOSTILE : [HOSTILE[3]!]) {
          const body = bodyOf(route);
          const headers = Object.fromEntries(names.map((name) => [name, text]));
          const ask = { key: keyFor(route), headers, ...(body === undefined ? {} : { body }) };
          hold(`${route.method} ${route.path} ${names.join()}`, await api.ask(route.method, addressOf(route), ask));
        }
    expect(seen.refused - before).toBeGreaterThan(routes.length);
  });

  it('bodies nested deep, wide or packed', async () => {
    const depth = 20_000;
    const bodies: readonly (readonly [string, Buffer | string, Readonly<Record<string, string>>])[] = [
      ['arrays', '['.repeat(depth) + ']'.repeat(depth), {}],
      ['objects', `${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}`, {}],
      ['open brackets', '['.repeat(depth), {}],
      // 12 s of one processor a request, before their number was bounded.
      ['names', JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`a${i}`, i]))), {}],
      ['__proto__', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}', {}],
      ['gzip', gzipSync(`{"a":"${'0'.repeat(5_000_000)}"}`), { 'content-encoding': 'gzip' }],
    ];
    for (const route of routes.filter(({ json }) => json !== undefined))
      for (const [name, body, more] of bodies) {
        const headers = { 'content-type': 'application/json', ...more };
        const reply = await api.ask(route.method, addressOf(route), { key: keyFor(route), body, headers });
        hold(`${route.method} ${route.path} ${name}`, reply);
        expect([route.path, name, [400, 413, 415, 422].includes(reply.status)]).toEqual([route.path, name, true]);
        expect([route.path, name, JSON.stringify(reply.body).length < 100_000]).toEqual([route.path, name, true]);
      }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('more names in a query than there are fields', async () => {
    const query = Array.from({ length: 5000 }, (_, i) => `a${i}`).join('&');
    for (const route of routes) {
      const body = bodyOf(route);
      const at = addressOf(route);
      const url = `${at}${at.includes('?') ? '&' : '?'}${query}`;
      const reply = await api.ask(route.method, url, { key: keyFor(route), ...(body === undefined ? {} : { body }) });
      hold(`${route.method} ${route.path} names`, reply);
      expect([route.path, JSON.stringify(reply.body).length < 100_000 || reply.status === 200]).toEqual([
        route.path,
        true,
      ]);
    }
  });

  it('left everything where it was', async () => {
    const { rows } = await api.product.database.admin.query(`SELECT to_regclass('company') IS NOT NULL AS there`);
    expect(rows).toEqual([{ there: true }]);
    expect(api.logged.filter(({ event }) => event === 'internal-error')).toEqual([]);
    expect(seen.taken).toBeGreaterThan(10);
  });
});

describe('an upload', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
  });
  afterAll(() => api.close());

  const upload = (fileName: string, body: Buffer | string, more: Readonly<Record<string, string>> = {}) =>
    api.post(
      `/ops/v1/deliveries?${new URLSearchParams({ source: 'business-registration', layout: 'open-register', fileName, ...more }).toString()}`,
      { body },
    );
  const filesOf = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));

  it('stays in the folder where uploads wait, whatever its name', async () => {
    const { dataDir } = api.product;
    const outside = readdirSync(path.dirname(dataDir));
    const before = new Set(filesOf(dataDir));
    const names = [
      '../evil.csv',
      '..\\evil.csv',
      '/etc/cron.d/evil',
      'a/../../evil.csv',
      'C:\\evil.csv',
      '..',
      '.',
      '%2e%2e%2fevil.csv',
      '..%2fevil.csv',
      '~root',
      'evil.csv\u0000.gz',
      'evil\r\nx.csv',
      '\u2025\u2215evil.csv',
      'CON',
      'x'.repeat(255),
      'x'.repeat(256),
    ];
    let taken = 0;
    for (const [i, name] of names.entries()) {
      const { status } = await upload(name, `企业名称,统一社会信用代码\n样例${i},x\n`);
      expect([name, [202, 400].includes(status)]).toEqual([name, true]);
      if (/[/\\\p{Cc}]/u.test(name) || name.length > 255) expect([name, status]).toEqual([name, 400]);
      taken += Number(status === 202);
    }
    expect(taken).toBeGreaterThan(3);
    const made = filesOf(dataDir).filter((name) => !before.has(name));
    expect(made.filter((name) => !/^spool\/[0-9a-f-]{36}(\.[a-z]+)?$/.test(name))).toEqual([]);
    expect(made.length).toBe(taken);
    const beside = readdirSync(path.dirname(dataDir)).filter((name) => !outside.includes(name) && /evil/.test(name));
    expect(beside).toEqual([]);
  });

  it('that unpacks without end is refused by name, and the worker lives on', async () => {
    const header = '企业名称,统一社会信用代码,注册日期\n';
    const bombs: readonly (readonly [string, Buffer])[] = [
      ['lines', gzipSync(header + '\n'.repeat(3_000_000))],
      ['one line', gzipSync(header + 'x'.repeat(8_000_000))],
      ['gzip in gzip', gzipSync(gzipSync(header + '\n'.repeat(3_000_000)))],
    ];
    for (const [name, bomb] of bombs) {
      const { status, headers } = await upload('bomb.csv.gz', bomb);
      expect([name, status]).toEqual([name, 202]);
      await api.product.intake.sweep();
      const { body } = await api.get(String(headers['location']));
      expect([name, body['state'], body['applied'] ?? 0]).toEqual([name, 'REJECTED', 0]);
    }
    const sound = await upload('sound.csv', header);
    await api.product.intake.sweep();
    expect((await api.get(String(sound.headers['location']))).body['state']).toBe('RECONCILED');
  });

  it('comes out of no export as a formula: every route that answers a table', async () => {
    const tables = (await allRoutes(api.answers.document)).filter(({ answers }) =>
      answers.some((type) => !/json|event-stream/.test(type)),
    );
    expect(tables.map(({ path: at }) => at)).toEqual(['/ops/v1/deliveries/{id}/errors.csv']);
    const formulas = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'].map(
      (sign) => `${sign}cmd|' /C calc'!A0`,
    );
    const cells = formulas.map((cell) => `"${cell}","${cell}","${cell}"`).join('\n');
    const { headers, body } = await upload('formulas.csv', `企业名称,统一社会信用代码,注册日期\n${cells}\n`);
    await api.product.intake.sweep();
    for (const { path: at } of tables) {
      const reply = await api.get(at.replace('{id}', String(body['deliveryId'])));
      expect([String(headers['location']).length > 0, reply.status]).toEqual([true, 200]);
      const rows: string[][] = parse(reply.body['text'] as string, { bom: true, relax_column_count: true });
      expect(rows.length).toBe(formulas.length + 1);
      for (const cell of rows.flat()) expect([cell, /^[=+\-@\t\r\n＝＋－＠]/.test(cell)]).toEqual([cell, false]);
    }
  });
});
