import { Background } from '#lib/product';
import { Database } from '#lib/platform';
import { scoreNextShard, verifyRun } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import {
  AS_OF,
  BOOK,
  bookClock,
  deliverAll,
  madeUp,
  planRun,
  problemCode,
  recutShards,
  runTo,
  scoreShards,
} from './book.ts';

let book: TestProduct;
beforeEach(async () => {
  book = await openTestProduct(bookClock());
  await deliverAll(book, BOOK.slice(0, 1));
});
afterEach(() => book.close());

const stateOf = async (runId: string): Promise<string> => (await book.runs.get(runId)).state;

describe('publication', () => {
  it('one run is published at a time: the newest date, the latest of that date', async () => {
    const may = await runTo(book, '2024-05-31');
    expect(may).toMatchObject({
      state: 'PUBLISHED',
      firms: 40,
      stats: { published: expect.any(Object) },
      problem: null,
    });
    const june = await runTo(book);
    expect([await stateOf(may.runId), june.state]).toEqual(['ARCHIVED', 'PUBLISHED']);
    const juneAgain = await runTo(book);
    expect([await stateOf(june.runId), juneAgain.state]).toEqual(['ARCHIVED', 'PUBLISHED']);
    expect((await book.runs.latestPublished())?.runId).toBe(juneAgain.runId);
  });

  it('a run of an earlier date is archived at once, and can be read', async () => {
    const june = await runTo(book);
    const may = await runTo(book, '2024-05-31');
    expect([may.state, await stateOf(june.runId)]).toEqual(['ARCHIVED', 'PUBLISHED']);
    expect((await book.scores.of(madeUp(0), may.runId)).run.runId).toBe(may.runId);
  });

  it('the database itself refuses a second published run', async () => {
    const june = await runTo(book);
    const may = await runTo(book, '2024-05-31');
    await expect(
      book.database.admin.query(`UPDATE run SET state = 'PUBLISHED' WHERE run_id = $1`, [may.runId]),
    ).rejects.toThrow(/run_published/);
    expect(await stateOf(june.runId)).toBe('PUBLISHED');
  });

  it('nothing is published while a shard is open, and a run settles once', async () => {
    const { runId } = await planRun(book);
    await recutShards(book, runId, 30);
    await scoreNextShard(book.db, 'w', (await catalogueOf(runId))!, runId);
    expect(await book.runs.settle(runId, book.clock)).toMatchObject({
      state: 'RUNNING',
      shardsDone: 1,
      shards: 2,
      firmsDone: 30,
      outputHash: null,
    });
    expect(await problemCode(book.scores.of(madeUp(0)))).toBe('no-published-run');
    expect(await problemCode(book.scores.of(madeUp(0), runId))).toBe('run-not-published');
    expect(await problemCode(verifyRun(book.db, runId))).toBe('run-not-finished');
    await scoreShards(runId, book.db);
    const settled = await Promise.all([1, 2, 3].map(() => book.runs.settle(runId, book.clock)));
    expect(new Set(settled.map((run) => run.outputHash)).size).toBeLessThanOrEqual(2); // null for whom another was faster
    expect(await book.runs.settle(runId, book.clock)).toMatchObject({ state: 'PUBLISHED', firms: 40 });
  });

  it('runs that become complete at one moment are all settled, one of them published', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => planRun(book)));
    for (const { runId } of runs) await scoreShards(runId, book.db);
    // All four publishers stand at the same place before any of them goes on.
    const { admin } = book.database;
    await admin.query('BEGIN');
    for (const { runId } of runs) await admin.query(`LOCK TABLE ${partitionOf(runId)} IN ACCESS EXCLUSIVE MODE`);
    const settling = Promise.all(runs.map(({ runId }) => book.runs.settle(runId, book.clock)));
    while ((await waiting()) < 4);
    await admin.query('COMMIT');
    const settled = await settling;
    expect(settled.map((run) => run.firms)).toEqual([40, 40, 40, 40]);
    const states = await Promise.all(runs.map(({ runId }) => stateOf(runId)));
    expect(states.sort()).toEqual(['ARCHIVED', 'ARCHIVED', 'ARCHIVED', 'PUBLISHED']);
  });
});

describe('a run that may not be published', () => {
  it('is held when firms of the published run are lost, and the published one stays', async () => {
    const june = await runTo(book);
    const { runId } = await planRun(book);
    // As if one firm of forty (2.5 %) had gone missing from the shards.
    await book.database.admin.query(
      `UPDATE run_shard SET from_company = from_company + 1, planned_firms = planned_firms - 1 WHERE run_id = $1`,
      [runId],
    );
    await scoreShards(runId, book.db);
    const held = await book.runs.settle(runId, book.clock);
    expect(held).toMatchObject({
      state: 'HOLD',
      firms: 39,
      problem: { code: 'firms-lost', en: expect.stringContaining('1 of the 40') },
    });
    expect([await stateOf(june.runId), (await book.runs.latestPublished())?.runId]).toEqual(['PUBLISHED', june.runId]);
    expect(await problemCode(book.scores.of(madeUp(5), runId))).toBe('run-not-published');
    // Verification names the very firm.
    const { differences } = await verifyRun(book.db, runId);
    expect(differences).toEqual([
      { uscc: madeUp(0), zh: '批次中缺失', en: 'is missing in the run' },
      {
        uscc: '-',
        zh: expect.stringMatching(/^批次记\d+户，重放\d+户$/),
        en: expect.stringMatching(/^the run says \d+ firms/),
      },
    ]);
  });

  it('is held when its rows are not what the shards say', async () => {
    const { runId } = await planRun(book);
    await scoreShards(runId, book.db);
    await book.database.admin.query('UPDATE run_shard SET firms = firms + 1 WHERE run_id = $1', [runId]);
    expect(await book.runs.settle(runId, book.clock)).toMatchObject({
      state: 'HOLD',
      problem: { code: 'run-incomplete' },
    });
  });

  it('fails with the reason once a shard failed three times', async () => {
    // A month that is no month: behind the application's back, since intake would refuse it.
    await book.database.admin.query(
      `INSERT INTO record (company_id, source, record_key, known_from, op, delivery_id, row_no, payload, payload_hash)
       SELECT company_id, 'business-registration', 'bureau', known_from, 'U', delivery_id, 1, '{"establishedOn": 7}', sha256('') FROM company WHERE uscc = $1`,
      [madeUp(20)],
    );
    const { runId } = await planRun(book);
    await recutShards(book, runId, 15);
    const catalogue = (await catalogueOf(runId))!;
    for (let i = 0; i < 2; i++) expect(await scoreNextShard(book.db, 'w', catalogue, runId)).toBe(runId);
    const [failing] = await book.db.query<{ shard_no: number; failures: number; problem: string }>(
      'SELECT shard_no, failures, problem FROM run_shard WHERE run_id = $1 AND failures > 0',
      [runId],
    );
    expect(failing).toMatchObject({ shard_no: 2, failures: 1 });
    await scoreShards(runId, book.db);
    const run = await book.runs.settle(runId, book.clock);
    expect(run).toMatchObject({ state: 'RUN_FAILED', outputHash: null, firms: null, problem: { code: 'run-failed' } });
    const reason = failing!.problem.split('\n')[0]!;
    expect(run.problem!.en).toContain('shard 2 failed 3 times');
    expect(run.problem!.en).toContain(reason);
    expect(await book.runs.latestPublished()).toBeUndefined();
    expect(await problemCode(book.scores.of(madeUp(0), runId))).toBe('run-not-published');
    // Nothing of the failed shard is there, and nobody takes its shards any more.
    const left = await book.db.query<{ n: number }>('SELECT count(*)::int AS n FROM run_score WHERE run_id = $1', [
      runId,
    ]);
    expect(left[0]!.n).toBeLessThanOrEqual(25);
    expect(await scoreNextShard(book.db, 'w', catalogue)).toBeUndefined();
  });
});

describe('workers', () => {
  it('take no shard of another build, and what they refuse stays open', async () => {
    const { runId } = await planRun(book);
    expect(await scoreNextShard(book.db, 'w', Buffer.alloc(32, 1), runId)).toBeUndefined();
    expect(await scoreNextShard(book.db, 'w', Buffer.alloc(32, 1))).toBeUndefined();
    expect(await book.runs.get(runId)).toMatchObject({ state: 'RUNNING', shardsDone: 0 });
    await book.database.admin.query('UPDATE run SET catalogue_hash = $2 WHERE run_id = $1', [
      runId,
      Buffer.alloc(32, 1),
    ]);
    await scoreShards(runId, book.db);
    expect(await book.runs.get(runId)).toMatchObject({ shardsDone: 0 });
  });

  it('a worker that vanishes in the middle frees its shard at once and leaves nothing of it', async () => {
    const expected = (await runTo(book)).outputHash;
    const { runId } = await planRun(book);
    const doomed = new Database(book.database.urls.app, { applicationName: 'doomed', max: 1 });
    const { admin } = book.database;
    await admin.query('BEGIN');
    await admin.query(`LOCK TABLE ${partitionOf(runId)} IN SHARE MODE`); // holds the worker at its COPY
    const catalogue = (await catalogueOf(runId))!;
    const lost = scoreNextShard(doomed, 'doomed', catalogue, runId).catch((error: Error) => error.message);
    while ((await waiting()) === 0);
    expect(await scoreNextShard(book.db, 'w', catalogue, runId)).toBeUndefined(); // it is taken
    await book.database.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'`,
    );
    await admin.query('COMMIT');
    await lost;
    await scoreShards(runId, book.db);
    expect(await book.runs.settle(runId, book.clock)).toMatchObject({
      state: 'PUBLISHED',
      firms: 40,
      outputHash: expected,
    });
    await doomed.close();
  });

  it('the background worker finishes runs that others left, and publishes them', async () => {
    const expected = (await runTo(book)).outputHash;
    const untouched = await planRun(book);
    const unpublished = await planRun(book);
    await scoreShards(unpublished.runId, book.db); // its worker was killed before it could publish
    const background = new Background(book, (_, error) => expect(error).toBeUndefined());
    await background.workRuns();
    for (const { runId } of [untouched, unpublished])
      expect(await book.runs.get(runId)).toMatchObject({ outputHash: expected, asOf: AS_OF, firms: 40 });
    expect(await book.runs.complete()).toEqual([]);
  });
});

async function catalogueOf(runId: string): Promise<Buffer | undefined> {
  const [row] = await book.db.query<{ catalogue_hash: Buffer }>('SELECT catalogue_hash FROM run WHERE run_id = $1', [
    runId,
  ]);
  return row?.catalogue_hash;
}

const partitionOf = (runId: string): string => `run_score_${runId.replaceAll('-', '')}`;

/** Sessions that wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await book.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row!.n;
}
