import { undoDelivery, type DeliveryView } from '#lib/ledger';
import { Impacts, type ScoreChange, type ShownScore } from '#lib/runs';
import type { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { BOOK, bookClock, deliverAll, madeUp, problemCode, runTo } from './book.ts';

const MONTHS = '统一社会信用代码,费款所属期,参保总人数,操作标志\n';
const monthsFile = (...rows: readonly string[]): Given => ({
  source: 'social-security',
  body: `${MONTHS}${rows.join('\n')}\n`,
});

describe('what deliveries do to published scores', () => {
  let book: TestProduct;
  let impacts: Impacts;
  let clock: FixedClock;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    clock = bookClock();
    book = await openTestProduct(clock);
    impacts = new Impacts(book.db);
  });
  afterAll(() => book.close());

  const given = async (file: Given): Promise<DeliveryView> => {
    const delivery = await deliver(book, file);
    expect(delivery.state).toBe('RECONCILED');
    return delivery;
  };
  const later = (): void => clock.set(new Date(clock.now().getTime() + 60_000).toISOString());
  const undo = async (id: string): Promise<unknown> => {
    later();
    return undoDelivery(book.db, id, { person: book.person, reason: '来源撤回', clock });
  };
  /** What is published of every firm by a run over all that is known now. */
  const published = async (): Promise<Map<string, ShownScore>> => {
    const { runId } = await runTo(book);
    const rows = await book.db.query<{
      uscc: string;
      score_tenths: number;
      published: string;
      decision: ShownScore['decision'];
      knock_outs: string[];
    }>('SELECT uscc, score_tenths, published, decision, knock_outs FROM run_score WHERE run_id = $1', [runId]);
    return new Map(
      rows.map((r) => [
        r.uscc,
        { scoreTenths: r.score_tenths, published: r.published, decision: r.decision, knockOuts: r.knock_outs },
      ]),
    );
  };
  const differences = (before: Map<string, ShownScore>, after: Map<string, ShownScore>): ScoreChange[] =>
    [...new Set([...before.keys(), ...after.keys()])]
      .map((uscc) => ({ uscc, before: before.get(uscc) ?? null, after: after.get(uscc) ?? null }))
      .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
  const byUscc = (changes: readonly ScoreChange[]): ScoreChange[] =>
    [...changes].sort((a, b) => (a.uscc < b.uscc ? -1 : 1));

  it('is nothing while no run is published', async () => {
    for (const file of BOOK) ids.set(file.source, (await given(file)).deliveryId);
    expect(await impacts.ofUndo(ids.get('subsidies')!)).toEqual({
      withdrawn: 12,
      restored: 0,
      restated: 0,
      firms: 12,
      coverage: true,
      run: null,
      firmsScored: 0,
      scoresChanged: 0,
      changes: [],
    });
    expect(await impacts.ofCorrections(ids.get('subsidies')!, { limit: 10 })).toEqual({
      run: null,
      items: [],
      nextCursor: null,
    });
  });

  it('is shown before an undo exactly as it comes', async () => {
    const { runId, asOf } = await runTo(book);
    const before = await published();
    const [more] = [
      await given(monthsFile(`${madeUp(3)},202406,400,U`, `${madeUp(4)},202406,0,D`, `${madeUp(31)},202406,9,U`)),
    ];
    const standing = await published();
    expect(differences(before, standing).length).toBeGreaterThan(0);
    const preview = await impacts.ofUndo(more.deliveryId);
    expect(preview).toMatchObject({ withdrawn: 1, restored: 2, firms: 3, coverage: true, run: { asOf } });
    expect(preview.run!.runId).not.toBe(runId);
    const records = await book.db.query('SELECT count(*) AS n FROM record');
    await undo(more.deliveryId);
    expect(await book.db.query('SELECT count(*) AS n FROM record')).not.toEqual(records);
    const after = await published();
    expect(byUscc(preview.changes)).toEqual(byUscc(differences(standing, after)));
    expect(preview.scoresChanged).toBe(preview.changes.length);
    expect(after).toEqual(before);
  });

  it('reaches every firm whose zero rests on the coverage', async () => {
    const standing = await published();
    const preview = await impacts.ofUndo(ids.get('social-security')!);
    expect(preview).toMatchObject({ firms: 30, firmsScored: 41 });
    await undo(ids.get('social-security')!);
    const changed = differences(standing, await published());
    expect(changed.map((c) => c.uscc)).toEqual(expect.arrayContaining([madeUp(35)])); // a covered zero before
    expect(byUscc(preview.changes)).toEqual(byUscc(changed));
  });

  it('of a registration that is undone: its firms are scored without one', async () => {
    later();
    const firm = await given({
      source: 'business-registration',
      layout: 'open-register',
      body: `企业名称,统一社会信用代码,注册日期\n样例新设科技有限公司,${madeUp(700)},2020-01-01\n`,
    });
    await published();
    const preview = await impacts.ofUndo(firm.deliveryId);
    const change = preview.changes.find((c) => c.uscc === madeUp(700))!;
    expect(change.after!.scoreTenths).not.toBe(change.before!.scoreTenths);
    await undo(firm.deliveryId);
    expect((await published()).get(madeUp(700))).toEqual(change.after);
    expect(await problemCode(impacts.ofUndo(firm.deliveryId))).toBe('delivery-undone');
  });
});

describe('the corrections of a delivery', () => {
  let book: TestProduct;
  let impacts: Impacts;
  const clock = bookClock();
  beforeAll(async () => {
    book = await openTestProduct(clock);
    impacts = new Impacts(book.db);
    await deliverAll(book);
  });
  afterAll(() => book.close());

  type Listed = Awaited<ReturnType<Impacts['ofCorrections']>>;
  const correct = async (file: Given, limit = 100): Promise<Listed & { id: string }> => {
    const { deliveryId, state } = await deliver(book, file);
    expect(state).toBe('RECONCILED');
    return { ...(await impacts.ofCorrections(deliveryId, { limit })), id: deliveryId };
  };
  const HASH = expect.stringMatching(/^[0-9a-f]{64}$/);

  it('are what it changed, withdrew or told late, each with the score that it changes', async () => {
    await runTo(book);
    const known = await correct(
      monthsFile(
        `${madeUp(3)},202406,400,U`, // other content
        `${madeUp(4)},202406,0,D`, // withdrawn
        `${madeUp(31)},202401,9,U`, // of a month of which an earlier delivery had spoken
        `${madeUp(32)},202407,9,U`, // of no such month
        `${madeUp(33)},202406,0,D`, // never known
      ),
    );
    expect(
      known.items.map(({ uscc, recordKey, kind, rowNo, oldHash, newHash }) => [
        uscc,
        recordKey,
        kind,
        rowNo,
        oldHash,
        newHash,
      ]),
    ).toEqual(
      [
        [madeUp(3), '2024-06', 'correction', 1, HASH, HASH],
        [madeUp(4), '2024-06', 'withdrawal', 2, HASH, null],
        [madeUp(31), '2024-01', 'late', 3, null, HASH],
      ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
    );
    const { runId } = (await book.runs.latestPublished())!;
    expect(known.run).toEqual({ runId, asOf: '2024-06-30' });
    const scores = async (): Promise<Map<string, number>> =>
      new Map(
        await Promise.all(
          known.items.map(async ({ uscc }) => [uscc, (await book.scores.of(uscc)).score.score.scoreTenths] as const),
        ),
      );
    const before = await scores();
    await runTo(book);
    const after = await scores();
    for (const { uscc, score } of known.items)
      expect([score?.before?.scoreTenths, score?.after?.scoreTenths]).toEqual(
        before.get(uscc) === after.get(uscc) ? [undefined, undefined] : [before.get(uscc), after.get(uscc)],
      );
    expect(known.items.filter((item) => item.score !== null).length).toBeGreaterThan(0);
  });

  it('name both firms of a record that belonged to another', async () => {
    await deliver(book, monthsFile(`${madeUp(5)},202312,77,U`));
    const moved = await correct(monthsFile(`${madeUp(5)},202312,0,D`, `${madeUp(36)},202312,77,U`));
    expect(new Map(moved.items.map((item) => [item.uscc, item.kind]))).toEqual(
      new Map([
        [madeUp(5), 'reassign'],
        [madeUp(36), 'reassign'],
      ]),
    );
  });

  it('know a repair of a listing or a penalty', async () => {
    const file = (repaired: string, rows: readonly string[]): Given => ({
      source: 'penalties',
      body: `行政处罚决定书文号,统一社会信用代码,处罚类别,罚款金额(万元),处罚决定日期,信用修复日期\n${rows.map((row) => `${row},${repaired}`).join('\n')}\n`,
    });
    const penalty = `深市监罚〔2023〕1号,${madeUp(6)},罚款,0.5,2023-05-01`;
    expect((await correct(file('', [penalty]))).items).toEqual([]);
    const repaired = await correct(file('2024-02-01', [penalty]));
    expect(repaired.items.map((item) => item.kind)).toEqual(['repaired']);
  });

  it('are listed page by page, without a gap', async () => {
    const rows = Array.from({ length: 7 }, (_, i) => `${madeUp(10 + i)},202405,${500 + i},U`);
    const { id, items } = await correct(monthsFile(...rows));
    const keys = items.map((item) => item.uscc);
    const paged: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await impacts.ofCorrections(id, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.items.map((item) => item.uscc));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect([paged.length, paged]).toEqual([7, keys]);
    expect(await problemCode(impacts.ofCorrections(id, { limit: 3, cursor: 'nonsense' }))).toBe('cursor-invalid');
    expect(await problemCode(impacts.ofCorrections(id, { limit: 3, cursor: `${madeUp(1)}_%` }))).toBe('cursor-invalid');
  });

  it('of a delivery that was not applied are none', async () => {
    const { deliveryId, state } = await deliver(book, { source: 'social-security', body: 'a,b\n1,2\n' });
    expect(state).toBe('REJECTED');
    expect((await impacts.ofCorrections(deliveryId, { limit: 3 })).items).toEqual([]);
  });
});
