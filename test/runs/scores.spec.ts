import type { ScoreEvidence, RunView } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { bookClock, deliverAll, ESTABLISHED_LATER, madeUp, problemCode, runTo } from './book.ts';

let book: TestProduct;
let run: RunView;
beforeAll(async () => {
  book = await openTestProduct(bookClock());
  await deliverAll(book);
  run = await runTo(book);
});
afterAll(() => book.close());

const firms = [0, 3, 17, 29, 35].map(madeUp);

describe('the score of a firm', () => {
  it.each(firms)('%s: the parts add up to the score, dimensions too', async (uscc) => {
    const { score, run: of, region, establishedOn } = await book.scores.of(uscc);
    expect(of).toEqual(run);
    expect([region, establishedOn?.length]).toEqual(['440305', 10]);
    const parts = score.parts.reduce((sum, part) => sum + part.partialTenths, 0);
    expect(parts).toBe(score.score.scoreTenths);
    expect(score.score.dimensionTenths.reduce((sum, tenths) => sum + tenths, 0)).toBe(score.score.scoreTenths);
    expect(score.parts).toHaveLength(58);
  });

  it.each(firms)('%s: what is read back is what a replay works out', async (uscc) => {
    const stored = await book.scores.of(uscc);
    const replayed = await book.scores.evidence(uscc);
    expect({ ...stored.score, score: { ...stored.score.score, bins: [...stored.score.score.bins] } }).toEqual({
      ...replayed.rich,
      score: { ...replayed.rich.score, bins: [...replayed.rich.score.bins] },
    });
    expect([stored.name, stored.establishedOn, stored.legalPerson]).toEqual([
      replayed.name,
      replayed.establishedOn,
      replayed.legalPerson,
    ]);
  });

  it('refuses by name what there is no score of', async () => {
    expect(await problemCode(book.scores.of('91440305'))).toBe('uscc-malformed');
    expect(await problemCode(book.scores.of(madeUp(901)))).toBe('company-unknown');
    expect(await problemCode(book.scores.of(ESTABLISHED_LATER))).toBe('not-in-run');
    expect(await problemCode(book.scores.of(madeUp(0), '00000000-0000-7000-8000-000000000000'))).toBe('run-unknown');
    expect(await problemCode(book.scores.of(madeUp(0), 'newest'))).toBe('run-unknown');
  });
});

describe('a page of a run', () => {
  it('is in the byte order of the codes and goes on after the last', async () => {
    const pages: string[][] = [];
    for (let after: string | undefined; ; after = pages.at(-1)!.at(-1)) {
      const page = await book.scores.page(run.runId, { limit: 15, ...(after === undefined ? {} : { after }) });
      if (page.length === 0) break;
      pages.push(page.map((row) => row.uscc));
    }
    expect(pages.map((page) => page.length)).toEqual([15, 15, 10]);
    expect(pages.flat()).toEqual(Array.from({ length: 40 }, (_, i) => madeUp(i)).sort());
  });

  it('rows carry name and score as the firm itself shows them', async () => {
    const [row] = await book.scores.page(run.runId, { limit: 1 });
    const alone = await book.scores.of(row!.uscc);
    expect(row).toMatchObject({ name: alone.name, score: { scoreTenths: alone.score.score.scoreTenths } });
  });
});

describe('evidence', () => {
  const of = (evidence: ScoreEvidence, code: string): ScoreEvidence['evidence'][number] =>
    evidence.evidence.find((entry) => entry.characteristic === code)!;
  const valueOf = (evidence: ScoreEvidence, code: string): unknown =>
    evidence.rich.parts.find((part) => part.characteristic === code);

  it('each value names its records, and each of them is the delivered row', async () => {
    const evidence = await book.scores.evidence(madeUp(4));
    const heads = of(evidence, 'TG01').records;
    expect(heads.map((ref) => ref.recordKey)).toEqual([
      '2024-01',
      '2024-02',
      '2024-03',
      '2024-04',
      '2024-05',
      '2024-06',
    ]);
    for (const ref of evidence.evidence.flatMap((entry) => entry.records)) {
      const [found] = await book.db.query(
        `SELECT r.source FROM record r JOIN company c USING (company_id) JOIN delivery d ON d.delivery_id = r.delivery_id
         WHERE c.uscc = $1 AND r.source = $2 AND r.record_key = $3 AND r.known_from = $4 AND r.delivery_id = $5 AND r.row_no = $6 AND d.source = r.source`,
        [madeUp(4), ref.source, ref.recordKey, ref.knownFrom, ref.deliveryId, ref.rowNo],
      );
      expect(found).toEqual({ source: ref.source });
    }
    // Firm 4 is the fifth of the file, each with 24 months.
    expect(heads.map((ref) => ref.rowNo)).toEqual([115, 116, 117, 118, 119, 120]);
  });

  it('every part with a value stands on records or on coverage', async () => {
    for (const uscc of firms) {
      const evidence = await book.scores.evidence(uscc);
      for (const part of evidence.rich.parts.filter(({ state }) => state === 'VALUE')) {
        const { records, coverage } = of(evidence, part.characteristic);
        expect(records.length + coverage.length).toBeGreaterThan(0);
      }
    }
  });

  it('a zero names the coverage that makes it one', async () => {
    const evidence = await book.scores.evidence(madeUp(35));
    expect(valueOf(evidence, 'TG01')).toMatchObject({ state: 'VALUE', value: 0 });
    const zero = of(evidence, 'TG01');
    const [delivery] = await book.db.query<{ delivery_id: string }>(
      `SELECT delivery_id FROM delivery WHERE source = 'social-security'`,
    );
    expect(zero).toMatchObject({
      records: [],
      coverage: [
        {
          feed: 'SOC',
          source: 'social-security',
          deliveryId: delivery!.delivery_id,
          territory: ['CN'],
          from: '2020-01-01',
          through: '2024-06-30',
        },
      ],
    });
  });

  it('a missing value names neither', async () => {
    const evidence = await book.scores.evidence(madeUp(4));
    expect(valueOf(evidence, 'IN01')).toMatchObject({ state: 'MISSING', cause: 'NOT_CONNECTED' });
    expect(of(evidence, 'IN01')).toMatchObject({ records: [], coverage: [] });
  });

  it('is of the pins: a later delivery is not in it', async () => {
    const before = await book.scores.evidence(madeUp(4));
    await deliver(book, {
      source: 'social-security',
      body: `统一社会信用代码,费款所属期,参保总人数\n${madeUp(4)},202406,999\n`,
    });
    expect(await book.scores.evidence(madeUp(4))).toEqual(before);
    const now = await runTo(book);
    expect(of(await book.scores.evidence(madeUp(4), now.runId), 'TG01').records.at(-1)?.knownFrom).toBe(
      now.knownAt.toISOString(),
    );
    expect(await book.scores.evidence(madeUp(4), run.runId)).toMatchObject({ evidence: before.evidence });
  });

  it('replay-mismatch when what is stored is not what the ledger says', async () => {
    const part = `run_score_${run.runId.replaceAll('-', '')}`;
    const { admin } = book.database;
    const evidence = (): Promise<string> => problemCode(book.scores.evidence(madeUp(9), run.runId));
    expect(await evidence()).toBe('no problem');
    await admin.query(
      `UPDATE ${part} SET bins = set_byte(bins, 3, 200 + (get_byte(bins, 3) + 1) % 8) WHERE uscc = $1`,
      [madeUp(9)],
    );
    expect(await evidence()).toBe('replay-mismatch');
    expect(await problemCode(book.scores.evidence(madeUp(10), run.runId))).toBe('no problem');
    await admin.query(`UPDATE ${part} SET measured = replace(measured, '[', '[ ') WHERE uscc = $1`, [madeUp(10)]);
    expect(await problemCode(book.scores.evidence(madeUp(10), run.runId))).toBe('replay-mismatch');
  });
});
