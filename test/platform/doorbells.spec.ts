import { Doorbells } from '#lib/platform';
import { openTestDatabase, type TestDatabase } from '../kit/database.ts';

/** `.ci/run` starts a Redis of its own and names it here. */
const redisUrl = process.env['TEST_REDIS_URL'];
const backends: readonly ('PostgreSQL' | 'Redis')[] = redisUrl ? ['PostgreSQL', 'Redis'] : ['PostgreSQL'];
if (!redisUrl)
  process.stderr.write('NOT RUN on Redis: TEST_REDIS_URL is not set, doorbells are tried on PostgreSQL only\n');

describe.each(backends)('doorbells on %s', (backend) => {
  let database: TestDatabase;
  let problems: string[];
  const open = (): Doorbells =>
    new Doorbells({
      databaseUrl: database.urls.app,
      ...(backend === 'Redis' ? { redisUrl: redisUrl! } : {}),
      log: (event, error) => problems.push(`${event}: ${String(error)}`),
    });

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(() => {
    problems = [];
  });
  afterAll(() => database.close());

  it('carry each ring to one listener, as the application role', async () => {
    const bells = open();
    const heard: string[] = [];
    const all = new Promise<void>((resolve) =>
      bells.listen('intake', (id) => {
        heard.push(id);
        if (heard.length === 3) resolve();
        return Promise.resolve();
      }),
    );
    for (const id of ['a', 'b', 'c']) await bells.ring('intake', id);
    await all;
    await bells.close();
    expect(heard.sort()).toEqual(['a', 'b', 'c']);
    expect(problems).toEqual([]);
  });

  it('keep rings for a listener that comes later', async () => {
    const ringer = open();
    await ringer.ring('documents', 'waiting');
    await ringer.close();
    const bells = open();
    const heard = await new Promise((resolve) =>
      bells.listen('documents', (id) => {
        resolve(id);
        return Promise.resolve();
      }),
    );
    await bells.close();
    expect(heard).toBe('waiting');
  });

  it('report an answer that fails and go on', async () => {
    const bells = open();
    const second = new Promise((resolve) =>
      bells.listen('runs', (id) => {
        if (id === 'bad') return Promise.reject(new Error('no'));
        resolve(id);
        return Promise.resolve();
      }),
    );
    await bells.ring('runs', 'bad');
    await bells.ring('runs', 'good');
    expect(await second).toBe('good');
    await bells.close();
    expect(problems).toEqual(['answer-runs: Error: no']);
  });
});

it('work over a URL that brings its role along, as DATABASE_URL does', async () => {
  const database = await openTestDatabase();
  const url = new URL(database.urls.admin!);
  url.searchParams.set('options', '-c role=firstmile_app');
  const problems: string[] = [];
  const bells = new Doorbells({
    databaseUrl: url.toString(),
    log: (event, error) => problems.push(`${event}: ${String(error)}`),
  });
  const heard = new Promise((resolve) =>
    bells.listen('intake', (id) => {
      resolve(id);
      return Promise.resolve();
    }),
  );
  await bells.ring('intake', 'here');
  expect(await heard).toBe('here');
  await bells.close();
  await database.close();
  expect(problems).toEqual([]);
});

it('a ring that cannot be delivered is logged, never thrown', async () => {
  const problems: string[] = [];
  const bells = new Doorbells({
    databaseUrl: 'postgres://nobody@localhost:1/none?connect_timeout=1',
    log: (event) => problems.push(event),
  });
  await bells.ring('intake', 'x');
  await bells.close().catch(() => undefined);
  expect(problems).toContain('ring-lost');
});
