import { shippedModel, previewModel, type RunView } from '#lib/runs';
import { loadModel, type Model, type ModelDocument } from '#lib/scoring';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, planRun, problemCode, runTo } from './book.ts';

/** Heads count half as much. */
function lighter(): Model {
  const { document } = shippedModel();
  const edited: ModelDocument = {
    ...document,
    version: '9.0.0',
    validFrom: '2030-01-01',
    characteristics: document.characteristics.map((c) =>
      c.code === 'TG01'
        ? {
            ...c,
            neutralTenths: 80,
            baselineScoreTenths: 80,
            attributes: c.attributes.map((a) => ({ ...a, partialScoreTenths: a.partialScoreTenths / 2 })),
          }
        : c,
    ),
  };
  const loaded = loadModel(edited);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problem.errors));
  return loaded.value;
}

describe('previewModel', () => {
  let book: TestProduct;
  let run: RunView;
  beforeAll(async () => {
    book = await openTestProduct(bookClock());
    await deliverAll(book);
    run = await runTo(book);
  });
  afterAll(() => book.close());

  it('the model of the run itself moves nobody', async () => {
    const found = await previewModel(book.db, shippedModel(), run.runId, { cut: 600 });
    expect(found).toMatchObject({ firms: run.firms, notComparable: 0, moved: 0, movers: [] });
    expect(found.transitions.every(({ before, after }) => before === after)).toBe(true);
    expect(found.histogram).toEqual([{ from: 0, firms: run.firms }]);
  });

  it('counts every firm once, and names the largest changes with parts that add up', async () => {
    const seen: number[] = [];
    const model = lighter();
    const found = await previewModel(book.db, model, run.runId, { cut: 300, progress: (firms) => seen.push(firms) });
    const sum = (items: readonly { firms: number }[]): number => items.reduce((total, item) => total + item.firms, 0);
    expect([sum(found.transitions), sum(found.histogram), seen.at(-1)]).toEqual([run.firms, run.firms, run.firms]);
    // Who has no points for heads has none to lose.
    let losing = 0;
    for (const { uscc } of await book.scores.page(run.runId, { limit: 200 })) {
      const { score } = await book.scores.of(uscc, run.runId);
      if (score.parts.find(({ characteristic }) => characteristic === 'TG01')!.partialTenths > 0) losing += 1;
    }
    expect([losing > 20, found.moved]).toEqual([true, losing]);
    expect(found.movers).toHaveLength(20);
    for (const { uscc, difference } of found.movers) {
      expect(difference.parts.map(({ characteristic }) => characteristic)).toEqual(['TG01']);
      expect([difference.dataTenths, difference.modelTenths]).toEqual([0, difference.tenths]);
      const { score } = await book.scores.of(uscc, run.runId);
      const heads = score.parts.find(({ characteristic }) => characteristic === 'TG01')!;
      expect(difference.tenths).toBe(0 - heads.partialTenths / 2);
    }
    const sizes = found.movers.map(({ difference }) => Math.abs(difference.tenths));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(found.list.after - found.list.before).toBe(found.list.enter - found.list.leave);
  });

  it('writes nothing', async () => {
    const count = async (): Promise<unknown> =>
      book.db.query(
        `SELECT (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM run_score) AS scores, (SELECT count(*) FROM model) AS models`,
      );
    const before = await count();
    await previewModel(book.db, lighter(), run.runId, { cut: 600 });
    expect(await count()).toEqual(before);
  });

  it('a firm whose stored score this build does not compute again is counted apart', async () => {
    const part = `run_score_${run.runId.replaceAll('-', '')}`;
    const one = `uscc = (SELECT min(uscc) FROM ${part})`;
    await book.database.admin.query(`UPDATE ${part} SET score_tenths = score_tenths + 1 WHERE ${one}`);
    const found = await previewModel(book.db, shippedModel(), run.runId, { cut: 600 });
    await book.database.admin.query(`UPDATE ${part} SET score_tenths = score_tenths - 1 WHERE ${one}`);
    expect(found).toMatchObject({ firms: run.firms! - 1, notComparable: 1 });
  });

  it('refuses a run that is not published', async () => {
    const { runId } = await planRun(book);
    expect(await problemCode(previewModel(book.db, shippedModel(), runId, { cut: 600 }))).toBe('run-not-published');
  });
});
