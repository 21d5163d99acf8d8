import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { unmarkedUscc } from '../kit/firms.ts';
import {
  appOf,
  deliverAndScore,
  endAll,
  firstmile,
  freshDataDir,
  getJson,
  isRunning,
  OWN_FILE,
  OWN_FIRM,
  postmasterOf,
  readScreen,
  startIn,
  statusOf,
  type Run,
} from './started.ts';

jest.setTimeout(120_000);
afterAll(endAll);

describe('an empty data folder', () => {
  it('two cold starts at once: one serves, the other shows its screen; --no-demo leaves the book empty', async () => {
    const dataDir = freshDataDir();
    const both = [startIn(dataDir, ['--no-demo']), startIn(dataDir, ['--no-demo'])];
    const [one, other] = await Promise.all(both.map((started) => started.screen()));
    expect(one).toBe(other);
    const second = await Promise.race(both.map((started) => started.ended.then(() => started)));
    expect((await second.ended).code).toBe(0);
    const serving = both.find((started) => started !== second)!;
    expect(isRunning(serving.pid)).toBe(true);

    const screen = readScreen(one!);
    expect(screen.text).toMatch(/空库/);
    expect(screen.text).toMatch(/an empty book/);
    expect(screen.text).not.toMatch(/companies\//);
    expect(await getJson(`${screen.url}/ops/v1/runs`, screen.operator)).toEqual({ items: [], nextCursor: null });

    const { delivery, run } = await deliverAndScore(screen.url, screen.operator);
    expect([delivery.applied, run.firms]).toEqual([1, 1]);
    expect((await serving.interrupt()).code).toBe(0);
    expect(postmasterOf(dataDir)).toBeUndefined();

    // A book of made-up firms that somebody else began is not the demo book.
    const again = startIn(dataDir);
    const later = readScreen(await again.screen());
    expect([later.bank, later.operator]).toEqual([screen.bank, screen.operator]);
    const { items } = await getJson<{ items: readonly Run[] }>(`${later.url}/ops/v1/runs`, later.operator);
    expect(items.map(({ runId, firms }) => [runId, firms])).toEqual([[run.runId, 1]]);
    expect((await again.interrupt()).code).toBe(0);
  });
});

describe('a book of real firms', () => {
  it('is not filled with made-up ones', async () => {
    const dataDir = freshDataDir();
    const file = path.join(dataDir, 'registrations.csv');
    writeFileSync(file, OWN_FILE.replace(OWN_FIRM.uscc, unmarkedUscc(1)));
    const args = ['ingest', 'business-registration', file, '--layout', 'open-register', '--json'];
    const ingested = await firstmile(dataDir, args).ended;
    expect([ingested.code, JSON.parse(ingested.stdout)]).toMatchObject([0, { applied: 1 }]);
    const started = startIn(dataDir);
    const { text, url } = readScreen(await started.screen());
    expect(text).toMatch(/1 real firm/);
    expect(await statusOf(`${url}/readyz`)).toBe(200);
    expect((await started.interrupt()).code).toBe(0);
  });
});

describe('api and worker apart', () => {
  it('what the API receives the worker applies and scores; SIGTERM ends each with 0', async () => {
    const dataDir = freshDataDir();
    const worker = appOf('worker', dataDir);
    const api = appOf('api', dataDir);
    const [, ready] = await Promise.all([worker.says(/worker-ready/), api.says(/"api-ready","url":"([^"]+)"/)]);
    const args = ['key', 'issue', 'operator', '--scopes', 'ops:deliveries,ops:runs', '--json'];
    const issued = await firstmile(dataDir, args).ended;
    const { key } = JSON.parse(issued.stdout) as { key: string };
    const { delivery, run } = await deliverAndScore(ready[1]!, key);
    expect([delivery.applied, run.firms]).toEqual([1, 1]);
    const postmaster = postmasterOf(dataDir)!;
    expect((await api.signal('SIGTERM')).code).toBe(0);
    expect(isRunning(postmaster)).toBe(true);
    expect((await worker.signal('SIGTERM')).code).toBe(0);
    expect([isRunning(postmaster), postmasterOf(dataDir)]).toEqual([false, undefined]);
  });
});
