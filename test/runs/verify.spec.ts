import { verifyRun, type RunView, type Verification } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { bookClock, deliverAll, madeUp, problemCode, runTo } from './book.ts';

let book: TestProduct;
let run: RunView;
let part: string;
beforeAll(async () => {
  book = await openTestProduct(bookClock());
  await deliverAll(book);
  run = await runTo(book);
  part = `run_score_${run.runId.replaceAll('-', '')}`;
});
afterAll(() => book.close());

/** Verifies while something is false behind the application's back, then puts it right. */
async function verifyWith(harm: string, ...values: unknown[]): Promise<Verification> {
  const { admin } = book.database;
  await admin.query(`CREATE TABLE kept AS SELECT * FROM ${part}`);
  try {
    await admin.query(harm, values);
    return await verifyRun(book.db, run.runId);
  } finally {
    await admin.query(`DELETE FROM ${part}`);
    await admin.query(`INSERT INTO ${part} SELECT * FROM kept`);
    await admin.query('DROP TABLE kept');
    await admin.query('UPDATE run SET output_hash = $2 WHERE run_id = $1', [
      run.runId,
      Buffer.from(run.outputHash!, 'hex'),
    ]);
  }
}
const code = madeUp(7);

it('agrees with a run that nobody touched', async () => {
  const seen: number[] = [];
  expect(await verifyRun(book.db, run.runId, (firms) => seen.push(firms))).toEqual({
    agrees: true,
    firms: 40,
    outputHash: run.outputHash,
    storedHash: run.outputHash,
    differencesFound: 0,
    differences: [],
  });
  expect(seen.at(-1)).toBe(40);
});

describe('the application may not change a score', () => {
  it.each([
    ['run_score', 'UPDATE run_score SET score_tenths = 1'],
    ['its partition', 'UPDATE %p SET score_tenths = 1'],
    ['by deleting', 'DELETE FROM %p'],
    ['by truncating', 'TRUNCATE %p'],
    ['the model', `UPDATE model SET document = '{}'`],
    ['the partition itself', 'DROP TABLE %p'],
  ])('%s', async (_, text) => {
    await expect(book.db.query(text.replace('%p', part))).rejects.toThrow(/permission denied|must be owner/);
  });
});

describe('finds, and names the firm', () => {
  it.each([
    ['a score', `score_tenths = score_tenths + 1`],
    ['a range', `high = high + 1`],
    ['a coverage', `coverage_bp = coverage_bp - 1`],
    ['a decision', `decision = 'EXCLUDED'`],
    ['a knock-out', `knock_outs = '{K01}'`],
    ['a bin', `bins = set_byte(bins, 0, (get_byte(bins, 0) + 1) % 2)`],
  ])('%s that was changed', async (_, change) => {
    const found = await verifyWith(`UPDATE ${part} SET ${change} WHERE uscc = $1`, code);
    expect(found).toMatchObject({ agrees: false, outputHash: run.outputHash, differencesFound: 2 });
    expect(found.differences.map((difference) => difference.uscc)).toEqual([code, '-']);
    expect(found.differences[0]!.en).toMatch(new RegExp(`^stored ${code},.*, replayed ${code},`));
  });

  it('a stored value, though no value is in the hash', async () => {
    const found = await verifyWith(`UPDATE ${part} SET measured = replace(measured, '[', '[ ') WHERE uscc = $1`, code);
    expect(found).toMatchObject({
      agrees: false,
      differences: [{ uscc: code, en: 'not what the replay gives: measured' }],
      differencesFound: 1,
    });
  });

  it('a row that was taken away', async () => {
    const found = await verifyWith(`DELETE FROM ${part} WHERE uscc = $1`, code);
    expect(found.agrees).toBe(false);
    expect(found.differences).toEqual([
      { uscc: code, zh: '批次中缺失', en: 'is missing in the run' },
      expect.objectContaining({ uscc: '-' }),
    ]);
  });

  it('a firm that was put in', async () => {
    const found = await verifyWith(
      `INSERT INTO ${part} SELECT r.run_id, c.company_id, c.uscc, 0, 0, 0, 0, 0, 'L', depth, decision, published, NULL, '{}', '{}', dimension_tenths, bins, measured
       FROM ${part} r, company c WHERE r.uscc = $1 AND c.company_id NOT IN (SELECT company_id FROM ${part})`,
      code,
    );
    expect(found.agrees).toBe(false);
    expect(found.differences[0]!.en).toBe('is not in the run when replayed');
  });

  it('all differences are counted, twenty are named', async () => {
    const found = await verifyWith(`UPDATE ${part} SET score_tenths = score_tenths + 1`);
    expect(found).toMatchObject({ agrees: false, differencesFound: 41 });
    expect(found.differences).toHaveLength(20);
  });
});

it('finds an output hash that was changed', async () => {
  const found = await verifyWith('UPDATE run SET output_hash = $2 WHERE run_id = $1', run.runId, Buffer.alloc(32));
  expect(found).toMatchObject({
    agrees: false,
    outputHash: run.outputHash,
    storedHash: '0'.repeat(64),
    differencesFound: 1,
  });
});

it('refuses what it cannot judge', async () => {
  expect(await problemCode(verifyRun(book.db, '00000000-0000-7000-8000-000000000000'))).toBe('run-unknown');
  expect(await problemCode(verifyRun(book.db, 'yesterday'))).toBe('run-unknown');
  const { admin } = book.database;
  await admin.query('UPDATE run SET catalogue_hash = $2 WHERE run_id = $1', [run.runId, Buffer.alloc(32, 1)]);
  expect(await problemCode(verifyRun(book.db, run.runId))).toBe('catalogue-differs');
  await admin.query('UPDATE run SET catalogue_hash = $2 WHERE run_id = $1', [
    run.runId,
    Buffer.from(run.catalogueHash, 'hex'),
  ]);
});
