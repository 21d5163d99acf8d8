import { readFileSync } from 'node:fs';
import { ScoreHistory, shippedModel } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, madeUp, planRun, problemCode, runTo, scoreShards } from './book.ts';

/** The shipped scorecard with more points for six to ten heads, under a version of its own. */
function changed(version: string, tenthsMore = 50): object {
  const document = JSON.parse(readFileSync('models/startup-potential.v1.json', 'utf8')) as {
    version: string;
    characteristics: { code: string; attributes: { partialScoreTenths: number }[] }[];
  };
  document.version = version;
  const heads = document.characteristics.find(({ code }) => code === 'TG01')!;
  heads.attributes[2]!.partialScoreTenths += tenthsMore;
  return document;
}

describe('models', () => {
  let book: TestProduct;
  let people: string[];
  beforeEach(async () => {
    book = await openTestProduct(bookClock());
    const { institutionId } = (await book.access.institutionByCode('operator'))!;
    people = [];
    for (const handle of ['author', 'first', 'second'])
      people.push((await book.access.createPerson({ institutionId, handle, name: handle })).personId);
  });
  afterEach(() => book.close());

  const reason = '测试';
  const by = (n: number): { person: string; reason: string; clock: TestProduct['clock'] } => ({
    person: people[n]!,
    reason,
    clock: book.clock,
  });
  const challenger = async (version: string): Promise<string> => {
    const { modelHash } = await book.models.submit(changed(version), by(0));
    await book.models.decide(modelHash, { event: 'validate', ...by(0) });
    await book.models.decide(modelHash, { event: 'approve', ...by(1) });
    await book.models.decide(modelHash, { event: 'approve', ...by(2) });
    await book.models.decide(modelHash, { event: 'challenge', ...by(1) });
    return modelHash;
  };

  it('the shipped scorecard is the champion of a new database, once', async () => {
    await book.models.ensureChampion(book.person, book.clock);
    expect(await book.models.list()).toMatchObject([
      { modelHash: shippedModel().hash, state: 'CHAMPION', shipped: true, events: [{ event: 'ship', from: null }] },
    ]);
    expect((await book.models.champion()).hash).toBe(shippedModel().hash);
  });

  it('a document is one model however often it comes; another under its version is refused', async () => {
    const first = await book.models.submit(changed('2.0.0'), by(0));
    expect((await book.models.submit(changed('2.0.0'), by(1))).events).toEqual(first.events);
    expect(await problemCode(book.models.submit(changed('2.0.0', 60), by(0)))).toBe('model-version-taken');
    expect(await problemCode(book.models.submit({ ...changed('2.0.1'), gradeCuts: [] }, by(0)))).toBe('model-invalid');
    expect(await problemCode(book.models.get('f'.repeat(64)))).toBe('model-unknown');
  });

  it('the database itself refuses one person in two roles, a second champion and another document', async () => {
    const { modelHash } = await book.models.submit(changed('2.0.0'), by(0));
    const { admin } = book.database;
    const set = (what: string): Promise<unknown> =>
      admin.query(`UPDATE model_life SET ${what} WHERE model_hash = $1`, [Buffer.from(modelHash, 'hex')]);
    await expect(set(`first_approver = submitted_by`)).rejects.toThrow(/check/);
    await expect(set(`first_approver = '${people[1]}', second_approver = '${people[1]}'`)).rejects.toThrow(/check/);
    await expect(set(`state = 'APPROVED', first_approver = '${people[1]}'`)).rejects.toThrow(/check/);
    await expect(
      set(`state = 'CHAMPION', first_approver = '${people[1]}', second_approver = '${people[2]}'`),
    ).rejects.toThrow(/model_champion/);
    await expect(book.db.query(`UPDATE model SET version = 'x'`)).rejects.toThrow(/permission denied/);
    await expect(book.db.query(`DELETE FROM model_event`)).rejects.toThrow(/permission denied/);
  });

  it('a challenger scores beside every run and is promoted after a month end; old runs keep their model', async () => {
    await deliverAll(book);
    const modelHash = await challenger('2.0.0');
    expect(await problemCode(book.models.decide(modelHash, { event: 'promote', ...by(1) }))).toBe(
      'model-shadow-missing',
    );
    const run = await runTo(book);
    expect(run).toMatchObject({ state: 'PUBLISHED', modelHash: shippedModel().hash, shadowOf: null });
    const planned = (await book.runs.shadowOf(run.runId))!;
    expect(planned).toMatchObject({ state: 'RUNNING', modelHash, shadowOf: run.runId, asOf: run.asOf });
    await scoreShards(planned.runId, book.db);
    const shadow = await book.runs.settle(planned.runId, book.clock);
    const { compared } = shadow.stats!;
    const [moved] = await book.db.query<{ n: number; tenths: number }>(
      `SELECT count(*) FILTER (WHERE a.score <> b.score)::int AS n, coalesce(max(b.score_tenths - a.score_tenths), 0) AS tenths
       FROM run_score a JOIN run_score b USING (company_id) WHERE a.run_id = $1 AND b.run_id = $2`,
      [run.runId, shadow.runId],
    );
    expect(moved!.n).toBeGreaterThan(0);
    expect(shadow).toMatchObject({ state: 'SHADOW', firms: run.firms });
    expect(compared).toMatchObject({ firms: run.firms, moved: moved!.n, largestRiseTenths: moved!.tenths });
    // It is nobody's score.
    expect((await book.runs.latestPublished())?.runId).toBe(run.runId);
    expect(await problemCode(book.scores.of(madeUp(0), shadow.runId))).toBe('run-not-published');

    const promoted = await book.models.decide(modelHash, { event: 'promote', ...by(1) });
    expect(promoted.state).toBe('CHAMPION');
    expect(await book.models.get(shippedModel().hash)).toMatchObject({ state: 'RETIRED' });
    const next = await runTo(book);
    expect([next.modelHash, await book.runs.shadowOf(next.runId)]).toEqual([modelHash, undefined]);
    expect(next.outputHash).toBe(shadow.outputHash); // same pins, same model
    expect((await book.runs.get(run.runId)).modelHash).toBe(shippedModel().hash);
  });

  it('any model can be tried on the pins of a published run: who moves and why; that is no shadow month', async () => {
    await deliverAll(book);
    const { modelHash } = await book.models.submit(changed('2.0.0'), by(0));
    expect(await problemCode(book.runs.preview({ modelHash, ...by(0) }))).toBe('no-published-run');
    const run = await runTo(book);
    const planned = await book.runs.preview({ modelHash, ...by(0) });
    expect(planned).toMatchObject({ preview: true, shadowOf: run.runId, asOf: run.asOf, knownAt: run.knownAt });
    expect(await problemCode(book.runs.movers(planned.runId, 10))).toBe('run-not-shadow');
    await scoreShards(planned.runId, book.db);
    const { stats } = await book.runs.settle(planned.runId, book.clock);
    const movers = await book.runs.movers(planned.runId, 200);
    expect(movers.length).toBeGreaterThan(0);
    expect(movers.length).toBe(stats!.compared!.moved);
    expect(stats!.compared!.histogram.reduce((sum, { firms }) => sum + firms, 0)).toBe(run.firms);
    expect(stats!.compared!.list).toEqual({ cut: 600, before: 0, after: 0, enter: 0, leave: 0 }); // nobody is graded here
    // The difference of the two runs says why, in parts that add up.
    const [first] = movers;
    const history = new ScoreHistory(book.db, book.scores);
    const { difference } = await history.difference(first!.uscc, run.runId, planned.runId);
    expect(difference.tenths).toBe(first!.after.scoreTenths - first!.before.scoreTenths);
    expect(difference.parts.map(({ characteristic }) => characteristic)).toEqual(['TG01']);
    expect(await book.runs.shadowOf(run.runId)).toBeUndefined();
    const { modelHash: other } = await book.models.submit(changed('2.5.0', 60), by(0));
    expect(await problemCode(book.models.decide(other, { event: 'validate', ...by(0) }))).toBe('model-preview-missing');
    const decided = ['validate', 'approve', 'approve', 'challenge'] as const;
    for (const [i, event] of decided.entries()) await book.models.decide(modelHash, { event, ...by(i === 3 ? 1 : i) });
    expect(await problemCode(book.models.decide(modelHash, { event: 'promote', ...by(1) }))).toBe(
      'model-shadow-missing',
    );
  });

  it('a shadow waits for the run that it shadows', async () => {
    await deliverAll(book);
    await challenger('2.0.0');
    const { runId } = await planRun(book);
    const shadow = (await book.runs.shadowOf(runId))!;
    await scoreShards(shadow.runId, book.db);
    expect((await book.runs.settle(shadow.runId, book.clock)).state).toBe('RUNNING');
    await scoreShards(runId, book.db);
    await book.runs.settle(runId, book.clock);
    expect((await book.runs.settle(shadow.runId, book.clock)).state).toBe('SHADOW');
  });

  it('one challenger at a time; of two promotions at once one is refused', async () => {
    await deliverAll(book);
    const modelHash = await challenger('2.0.0');
    const other = await book.models.submit(changed('2.1.0', 70), by(0));
    await book.models.decide(other.modelHash, { event: 'validate', ...by(0) });
    await book.models.decide(other.modelHash, { event: 'approve', ...by(1) });
    await book.models.decide(other.modelHash, { event: 'approve', ...by(2) });
    expect(await problemCode(book.models.decide(other.modelHash, { event: 'challenge', ...by(1) }))).toBe(
      'model-challenger-taken',
    );
    const run = await runTo(book);
    const shadow = (await book.runs.shadowOf(run.runId))!;
    await scoreShards(shadow.runId, book.db);
    await book.runs.settle(shadow.runId, book.clock);
    const both = await Promise.all(
      [1, 2].map((n) => problemCode(book.models.decide(modelHash, { event: 'promote', ...by(n) }))),
    );
    expect(both.sort()).toEqual(['no problem', 'transition-refused']);
  });
});
