import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { deliverAndScore, endAll, freshDataDir, postmasterOf, readScreen, startIn } from './started.ts';

jest.setTimeout(120_000);

/** `.ci/run` starts a Redis of its own and names it here. */
const redisUrl = process.env['TEST_REDIS_URL'];
if (!redisUrl)
  process.stderr.write('NOT RUN on Redis: TEST_REDIS_URL is not set, start is tried with DATABASE_URL only\n');

const adminUrl = process.env['TEST_PG_ADMIN_URL']!;
const name = `start_${randomUUID().replaceAll('-', '')}`;
let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
});
afterAll(async () => {
  await endAll();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

describe(`DATABASE_URL${redisUrl ? ' and REDIS_URL' : ''} in place of the embedded parts`, () => {
  it('an upload is applied and a run published, and Ctrl-C leaves the server alone', async () => {
    const dataDir = freshDataDir();
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const env = { DATABASE_URL: url.toString(), ...(redisUrl ? { REDIS_URL: redisUrl } : {}) };
    const started = startIn(dataDir, ['--no-demo'], env);
    const screen = readScreen(await started.screen());
    const { delivery, run } = await deliverAndScore(screen.url, screen.operator);
    expect([delivery.applied, run.firms]).toEqual([1, 1]);
    expect(postmasterOf(dataDir)).toBeUndefined();
    const { code, stderr } = await started.interrupt();
    expect([code, stderr]).toEqual([0, '']);
    expect((await admin.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('a second data folder on the same database is served too', async () => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const env = { DATABASE_URL: url.toString() };
    const [first, second] = [startIn(freshDataDir(), ['--no-demo'], env), startIn(freshDataDir(), ['--no-demo'], env)];
    const screens = (await Promise.all([first.screen(), second.screen()])).map(readScreen);
    expect(screens[0]!.url).not.toBe(screens[1]!.url);
    expect((await Promise.all([first.interrupt(), second.interrupt()])).map(({ code }) => code)).toEqual([0, 0]);
  });
});
