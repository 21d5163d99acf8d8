import { instantText } from '#lib/kernel';
import { rebuildDocuments } from '#lib/ledger';
import { Database } from '#lib/platform';
import { catalogueHash, scoreNextShard, verifyRun } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import {
  AS_OF,
  BOOK,
  bookClock,
  deliverAll,
  madeUp,
  ESTABLISHED_LATER,
  planRun,
  problemCode,
  recutShards,
  runTo,
  scoreShards,
} from './book.ts';

const products: TestProduct[] = [];
async function product(): Promise<TestProduct> {
  const opened = await openTestProduct(bookClock());
  products.push(opened);
  return opened;
}
afterAll(() => Promise.all(products.map((opened) => opened.close())));

describe('the pins of a run', () => {
  let book: TestProduct;
  let newest: Date;
  beforeAll(async () => {
    book = await product();
    await deliverAll(book);
    const [row] = await book.db.query<{ newest: Date }>('SELECT newest FROM ledger_tick');
    newest = row!.newest;
  });

  it('known_at is the newest apply tick unless stated', async () => {
    const run = await planRun(book);
    expect(run).toMatchObject({ asOf: AS_OF, knownAt: newest, state: 'RUNNING', plannedBy: book.person });
    expect((await planRun(book, AS_OF, newest)).knownAt).toEqual(newest);
  });

  it('refuses a known_at after the newest tick, naming that tick', async () => {
    const late = new Date(newest.getTime() + 1);
    await expect(planRun(book, AS_OF, late)).rejects.toMatchObject({
      problem: {
        code: 'known-at-too-late',
        status: 422,
        en: expect.stringContaining(instantText(newest)),
        errors: [{ pointer: '/knownAt' }],
      },
    });
  });

  it('refuses an empty ledger', async () => {
    expect(await problemCode(planRun(await product()))).toBe('ledger-empty');
  });

  it('the same pins give the same hash, and each run verifies', async () => {
    const [one, two] = [await runTo(book), await runTo(book)];
    expect(one.outputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toMatchObject({
      outputHash: one.outputHash,
      firms: 40,
      modelHash: one.modelHash,
      catalogueHash: one.catalogueHash,
    });
    expect(two.runId).not.toBe(one.runId);
    expect(await verifyRun(book.db, one.runId)).toMatchObject({ agrees: true, firms: 40, outputHash: one.outputHash });
  });

  it('another as_of gives another hash', async () => {
    const [june, may] = [await runTo(book), await runTo(book, '2024-05-31')];
    expect(may.outputHash).not.toBe(june.outputHash);
  });

  it('a firm established after as_of is not in the run, and is once the day has come', async () => {
    const june = await runTo(book);
    const july = await runTo(book, '2024-07-01');
    expect([june.firms, june.firmsPlanned, july.firms]).toEqual([40, 41, 41]);
    expect(await problemCode(book.scores.of(ESTABLISHED_LATER, june.runId))).toBe('not-in-run');
    expect((await book.scores.of(ESTABLISHED_LATER, july.runId)).uscc).toBe(ESTABLISHED_LATER);
  });

  it('a list of runs is paged, newest first', async () => {
    const first = await book.runs.list({ limit: 2 });
    expect(first.items).toHaveLength(2);
    const second = await book.runs.list({ limit: 200, cursor: first.nextCursor! });
    const all = [...first.items, ...second.items].map((run) => run.runId);
    expect(all).toEqual([...new Set(all)].sort().reverse());
    expect(second.nextCursor).toBeNull();
    expect(await problemCode(book.runs.list({ limit: 2, cursor: 'yesterday' }))).toBe('cursor-invalid');
  });
});

describe('as-of never sees the future', () => {
  it('a run at an earlier known_at is the same before and after later deliveries', async () => {
    const book = await product();
    await deliverAll(book, BOOK.slice(0, 3));
    const before = await runTo(book);
    // More firms, more facts, a correction of a fact, a withdrawal: all of them later.
    await deliverAll(book, BOOK.slice(3));
    const code = madeUp(0);
    await deliver(book, {
      source: 'social-security',
      body: `统一社会信用代码,费款所属期,参保总人数,操作标志\n${code},202406,400,U\n${code},202405,1,D\n`,
    });
    await rebuildDocuments(book.db);
    const again = await runTo(book, AS_OF, before.knownAt);
    const now = await runTo(book);
    expect(again.outputHash).toBe(before.outputHash);
    expect(now.outputHash).not.toBe(before.outputHash);
    expect(await verifyRun(book.db, again.runId)).toMatchObject({ agrees: true });
    expect(await verifyRun(book.db, before.runId)).toMatchObject({ agrees: true });
  });
});

describe('what must not matter', () => {
  let expected: string | null;
  beforeAll(async () => {
    const book = await product();
    await deliverAll(book);
    expected = (await runTo(book)).outputHash;
  });

  it('the order of deliveries', async () => {
    const book = await product();
    const [firms, later, heads, awards] = BOOK;
    await deliverAll(book, [later!, firms!, awards!, heads!]);
    expect((await runTo(book)).outputHash).toBe(expected);
  });

  it('how the shards are cut, and how many workers score them', async () => {
    const book = await product();
    await deliverAll(book);
    const { runId } = await planRun(book);
    expect(await recutShards(book, runId, 3)).toBe(14);
    const other = new Database(book.database.urls.app, { applicationName: 'second', max: 2 });
    await scoreNextShard(other, 'worker-1', catalogueHash(), runId);
    await scoreShards(runId, book.db, other);
    const workers = await book.db.query('SELECT DISTINCT worker FROM run_shard WHERE run_id = $1 ORDER BY worker', [
      runId,
    ]);
    expect(workers).toEqual([{ worker: 'worker-0' }, { worker: 'worker-1' }]);
    const settled = await book.runs.settle(runId, book.clock);
    await other.close();
    expect(settled).toMatchObject({ state: 'PUBLISHED', firms: 40, shards: 14, shardsDone: 14, outputHash: expected });
  });

  it('whether dossiers come from documents, the ledger, or some from each', async () => {
    const book = await product();
    await deliverAll(book);
    const documents = async (): Promise<number> =>
      (
        await book.db.query<{ n: number }>(
          'SELECT count(*)::int AS n FROM dossier_document WHERE company_id NOT IN (SELECT company_id FROM dossier_stale)',
        )
      )[0]!.n;
    expect(await documents()).toBe(0);
    expect((await runTo(book)).outputHash).toBe(expected);
    await rebuildDocuments(book.db);
    expect(await documents()).toBe(41);
    expect((await runTo(book)).outputHash).toBe(expected);
    await book.database.admin.query(
      `INSERT INTO dossier_stale SELECT company_id, '2024-01-01' FROM company WHERE company_id % 3 = 0`,
    );
    expect(await documents()).toBeLessThan(41);
    expect((await runTo(book)).outputHash).toBe(expected);
  });

  it('a document is really read: a false one shows, and verification, from the ledger, finds it', async () => {
    const book = await product();
    await deliverAll(book);
    await rebuildDocuments(book.db);
    await book.database.admin.query(
      `UPDATE dossier_document SET document = '{}' WHERE company_id = (SELECT min(company_id) FROM company)`,
    );
    const run = await runTo(book);
    expect(run.outputHash).not.toBe(expected);
    expect(await verifyRun(book.db, run.runId)).toMatchObject({
      agrees: false,
      differencesFound: 1,
      outputHash: expected,
    });
  });
});
