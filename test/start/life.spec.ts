import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { openServer } from '#lib/platform';
import {
  endAll,
  freshDataDir,
  getJson,
  isRunning,
  postmasterOf,
  readScreen,
  ROOT,
  runProgram,
  startIn,
  statusOf,
  takePort,
  until,
  type Ended,
  type Run,
  type Screen,
  type Started,
} from './started.ts';

jest.setTimeout(240_000);
afterAll(endAll);

/** What takes the time is the number of deliveries, which is the same in a book of any size. */
const SMALL = ['--demo-firms', '10'];
const NO_DEMO = ['--no-demo'];
const FILLING = /\d+ of \d+: /;
const LAST_RUN = '2026-06-30';

async function newestHash(screen: Screen): Promise<string> {
  const { items } = await getJson<{ items: readonly Run[] }>(`${screen.url}/ops/v1/runs?limit=1`, screen.operator);
  expect(items[0]).toMatchObject({ asOf: LAST_RUN, state: 'PUBLISHED' });
  return items[0]!.outputHash;
}

describe('a start on a book of ten firms', () => {
  let broken: string;
  let whole: string;
  let witness: Started;
  let witnessScreen: Screen;
  let serving: Started;
  let screen: Screen;

  beforeAll(() => {
    broken = freshDataDir();
    whole = freshDataDir();
    witness = startIn(whole, SMALL);
  });

  it('ended by Ctrl-C in the middle of the demo book leaves nothing of its own, and everything of another start', async () => {
    const first = startIn(broken, SMALL);
    await first.says(FILLING);
    const postmaster = postmasterOf(broken)!;
    const { code, signal, stdout, stderr } = await first.interrupt();
    expect([code, signal, stdout]).toEqual([0, null, '']);
    expect(stderr).not.toMatch(/Error|problem/);
    expect([isRunning(postmaster), postmasterOf(broken)]).toEqual([false, undefined]);
    expect([isRunning(witness.pid), isRunning(postmasterOf(whole)!)]).toEqual([true, true]);
  });

  it('killed with -9 in the middle leaves a database that the next start uses; it goes on where it stopped', async () => {
    const killed = startIn(broken, SMALL);
    await killed.says(FILLING);
    const postmaster = postmasterOf(broken)!;
    expect((await killed.signal('SIGKILL')).signal).toBe('SIGKILL');
    expect(isRunning(postmaster)).toBe(true);
    serving = startIn(broken, SMALL);
    screen = readScreen(await serving.screen());
    expect(postmasterOf(broken)).toBe(postmaster);
  });

  it('same seed, same output: the broken fill ends where the unbroken one does', async () => {
    witnessScreen = readScreen(await witness.screen());
    const hash = await newestHash(witnessScreen);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await newestHash(screen)).toBe(hash);
  });

  const secondStart = (): Promise<Ended> => startIn(broken, SMALL).ended;
  const shown = (): Partial<Ended> => ({
    code: 0,
    stdout: screen.text,
    stderr: 'another start serves this data folder; its screen follows 已有一个实例在运行\n',
  });

  it('is shown again by a second start, which ends with 0', async () => {
    expect(await secondStart()).toMatchObject(shown());
    expect(await statusOf(`${screen.url}/readyz`)).toBe(200);
  });

  it('survives the end of all its connections, and is still the one that serves', async () => {
    const admin = new pg.Client({ host: path.join(broken, 'pg'), user: 'firstmile_admin', database: 'firstmile' });
    await admin.connect();
    const ended = `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
      WHERE datname IS NOT NULL AND pid <> pg_backend_pid()`;
    expect((await admin.query<{ n: number }>(ended)).rows[0]!.n).toBeGreaterThan(3);
    await admin.end();
    await until('the database answers again', async () => (await statusOf(`${screen.url}/readyz`)) === 200);
    expect(isRunning(serving.pid)).toBe(true);
    await newestHash(screen);
    expect(await secondStart()).toMatchObject(shown());
  });

  it('gets its database back when that is killed with -9', async () => {
    const killed = postmasterOf(broken)!;
    process.kill(killed, 'SIGKILL');
    const statuses = new Set<number | undefined>();
    await until('another server answers', async () => {
      const status = await statusOf(`${screen.url}/readyz`);
      statuses.add(status);
      return status === 200 && postmasterOf(broken) !== killed;
    });
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(isRunning(serving.pid)).toBe(true);
    await newestHash(screen);
    expect(await secondStart()).toMatchObject(shown());
  });

  it('ends with Ctrl-C and leaves nothing; the other one serves on', async () => {
    const postmaster = postmasterOf(broken)!;
    const { code, signal } = await serving.interrupt();
    expect([code, signal]).toEqual([0, null]);
    expect([isRunning(postmaster), postmasterOf(broken)]).toEqual([false, undefined]);
    expect(existsSync(path.join(broken, 'started.json'))).toBe(false);
    expect(await statusOf(`${screen.url}/readyz`)).toBeUndefined();
    expect(await statusOf(`${witnessScreen.url}/readyz`)).toBe(200);
    expect((await witness.signal('SIGTERM')).code).toBe(0);
  });
});

describe('the port', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = freshDataDir();
    const server = await openServer({ dataDir });
    await server.close();
  });

  it('PORT set and taken: refused with its name and number, and nothing is left', async () => {
    const taken = await takePort();
    const { code, stdout, stderr } = await startIn(dataDir, NO_DEMO, { PORT: String(taken.port) }).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`port ${taken.port} is taken (PORT=${taken.port})`);
    expect(postmasterOf(dataDir)).toBeUndefined();
    await taken.release();
  });

  it('the default taken: the next free one', async () => {
    const mine = await takePort(3000).catch(() => undefined); // somebody else may have it: as good
    const started = startIn(dataDir, NO_DEMO, { PORT: '' });
    const { url } = readScreen(await started.screen());
    const port = Number(new URL(url).port);
    expect(port).toBeGreaterThan(3000);
    expect(port).toBeLessThan(3020);
    expect(await statusOf(`${url}/readyz`)).toBe(200);
    expect((await started.interrupt()).code).toBe(0);
    await mine?.release();
  });

  it('HOST that is no address of this machine: refused by name', async () => {
    const { code, stderr } = await startIn(dataDir, NO_DEMO, { HOST: '203.0.113.1' }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('203.0.113.1');
  });
});

describe('npm start', () => {
  it('ends with a Ctrl-C that arrives twice: from the terminal, and from npm', async () => {
    const dataDir = freshDataDir();
    const npm = process.env['npm_execpath'];
    const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    const args = [...first, '--prefix', ROOT, 'start', '--', ...NO_DEMO];
    const started = runProgram(program, args, { DATA_DIR: dataDir, PORT: '0' });
    const { url } = readScreen(await started.screen());
    const postmaster = postmasterOf(dataDir)!;
    await started.interrupt();
    expect(await statusOf(`${url}/healthz`)).toBeUndefined();
    expect([isRunning(postmaster), postmasterOf(dataDir)]).toEqual([false, undefined]);
  });

  it('Ctrl-C at the very beginning leaves nothing either', async () => {
    const dataDir = freshDataDir();
    const started = startIn(dataDir, NO_DEMO);
    await started.says(/a new database stands in/);
    expect((await started.interrupt()).code).toBe(0);
    expect(postmasterOf(dataDir)).toBeUndefined();
  });
});
