import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { SOURCES } from '#lib/data-sources';
import { FixedClock } from '#lib/kernel';
import type { DeliveryView } from '#lib/ledger';
import type { CompanyScore } from '#lib/runs';
import { CHARACTERISTIC_CODES, characteristicCatalogue, RULE_CATALOGUE } from '#lib/scoring';
import { simulate, type SimulatedDelivery, type SimulationOptions } from '#tools/simulate';
import { parse } from 'csv-parse/sync';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { tally } from '../kit/tally.ts';
import { runTo } from '../runs/book.ts';

const FIRMS = 60;
const CITY: SimulationOptions = {
  seed: 12,
  firms: FIRMS,
  months: 36,
  historyMonths: 34,
  through: '2026-06-30',
  dirt: true,
  sources: 'all',
  runs: 1,
};
const simulation = simulate(CITY);

const GOLDEN = 'test/sources/characteristics.golden.json';

/** The answer of a reference table that nobody has published: they stay MISSING(NO_TABLE). */
const WITHOUT_TABLE = ['IN05', 'TG07'];

let product: TestProduct;
const delivered: { readonly given: SimulatedDelivery; readonly view: DeliveryView }[] = [];
const scores = new Map<number, CompanyScore>();

beforeAll(async () => {
  product = await openTestProduct(new FixedClock('2026-08-01T00:00:00Z'));
  for (const given of simulation.deliveries()) {
    const { source, layout, fileName, sequence, sourceTime, coverage } = given;
    const at = { ...product, clock: new FixedClock(given.receivedAt) };
    const manifest = { rows: given.expected().rows, sequence, sourceTime, coverage };
    delivered.push({ given, view: await deliver(at, { source, layout, fileName, body: given.bytes(), manifest }) });
  }
  const [run] = simulation.schedule;
  await runTo({ ...product, clock: new FixedClock(run!.runsAt) }, run!.asOf);
  for (let index = 0; index < FIRMS; index++) {
    try {
      scores.set(index, await product.scores.of(simulation.truth(index).uscc));
    } catch (error) {
      if ((error as { problem?: { code: string } }).problem?.code !== 'not-in-run') throw error;
    }
  }
}, 300_000);
afterAll(() => product.close());

/** The newest row of each key of a CSV layout, by the firm's code, as it stands without the faults of the files. */
function newestRows(source: string, layout: string, key: string): Map<string, Record<string, string>[]> {
  const newest = new Map<string, Record<string, string>>();
  for (const given of simulate({ ...CITY, dirt: false }).deliveries()) {
    if (given.source !== source || given.layout !== layout) continue;
    const rows = parse([...given.lines()].join('\n'), { columns: true }) as Record<string, string>[];
    for (const row of rows) newest.set(`${row['统一社会信用代码']} ${row[key]}`, row);
  }
  const byFirm = new Map<string, Record<string, string>[]>();
  for (const row of newest.values())
    byFirm.set(row['统一社会信用代码']!, [...(byFirm.get(row['统一社会信用代码']!) ?? []), row]);
  return byFirm;
}

const knockOuts = (index: number): readonly string[] => scores.get(index)!.score.score.knockOuts;

/** Firms of the run, by index, about whom some row says so. */
function firmsWith(rows: Map<string, Record<string, string>[]>, says: (row: Record<string, string>) => boolean) {
  return [...scores.keys()].filter((index) => rows.get(simulation.truth(index).uscc)?.some(says) === true);
}

describe('a city that delivers every source', () => {
  it('sends files of every source', () => {
    const sent = new Set(delivered.map(({ given }) => given.source));
    // A source that feeds nothing yet need not be simulated.
    const read = new Set([...characteristicCatalogue(), ...RULE_CATALOGUE].flatMap(({ feeds }) => feeds));
    const feeding = SOURCES.filter(({ layouts }) => layouts.some(({ feed }) => read.has(feed)));
    expect([...sent].sort()).toEqual(expect.arrayContaining(feeding.map(({ name }) => name)));
    expect(feeding.length).toBeGreaterThanOrEqual(28);
  });

  it('is reconciled file by file, with the counts that the simulation knows', () => {
    for (const { given, view } of delivered) {
      const { rows, applied, unchanged, quarantined, ignored, byCode, planted } = given.expected();
      expect({
        file: given.fileName,
        state: view.state,
        counts: [view.rows, view.applied, view.unchanged, view.quarantined, view.ignored],
      }).toEqual({
        file: given.fileName,
        state: 'RECONCILED',
        counts: [rows, applied, unchanged, quarantined, ignored],
      });
      const found = (code: string): number => view.counts[code] ?? 0;
      expect({
        file: given.fileName,
        DQ01: found('DQ01'),
        DQ03: found('DQ03'),
        DQ05: found('DQ05'),
        DQ07: found('DQ07'),
        DQ11: found('DQ11'),
        DQ12: found('DQ12'),
      }).toEqual({
        file: given.fileName,
        ...byCode,
        DQ05: planted.badDate,
        DQ07: planted.excelSerial,
        DQ11: byCode.DQ11,
        DQ12: planted.unknownStatus,
      });
    }
  });

  it('gives every characteristic that needs no table a value, and the rich firm all of them', () => {
    const valued = new Set<string>();
    for (const { score } of scores.values())
      for (const part of score.parts) if (part.state === 'VALUE') valued.add(part.characteristic);
    const possible = CHARACTERISTIC_CODES.filter((code) => !WITHOUT_TABLE.includes(code));
    expect(possible.filter((code) => !valued.has(code))).toEqual([]);
    const [rich] = [scores.get(0)!];
    const gaps = rich.score.parts.filter((part) => part.state !== 'VALUE');
    expect(gaps.map((part) => [part.characteristic, part.state, part.cause])).toEqual(
      WITHOUT_TABLE.map((code) => [code, 'MISSING', 'NO_TABLE']),
    );
    expect(rich.score.score.coverageBp).toBeGreaterThan(9_000);
    expect(rich.score.score.grade).not.toBeNull();
  });

  it('finds in each characteristic the attributes and gaps that the golden file counts', () => {
    const found = new Map<string, string[]>();
    for (const { score } of scores.values())
      for (const { characteristic, state, attribute, cause } of score.parts)
        found.set(characteristic, [
          ...(found.get(characteristic) ?? []),
          attribute ?? `${state} ${cause ?? ''}`.trim(),
        ]);
    const counts = Object.fromEntries([...found].map(([code, attributes]) => [code, tally(attributes)]));
    if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, `${JSON.stringify(counts, null, 2)}\n`);
    expect(counts).toEqual(existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : {});
  });

  it('grades firms, and those the better that are of better latent quality', () => {
    const graded = [...scores].filter(([, { score }]) => score.score.grade !== null);
    expect(graded.length).toBeGreaterThan(25);
    const rho = spearman(
      graded.map(([index]) => simulation.truth(index).quality),
      graded.map(([, { score }]) => score.score.scoreTenths),
    );
    expect(rho).toBeGreaterThan(0.6);
  });

  it('excludes whom the files name for it', () => {
    const courts = newestRows('judicial', 'cases', '案号');
    const dishonest = firmsWith(courts, (row) => row['失信被执行人'] === '是');
    const abnormal = firmsWith(newestRows('abnormal-list', 'listings', '列入日期'), (row) => row['移出日期'] === '');
    const serious = firmsWith(
      newestRows('serious-violations', 'listings', '列入日期'),
      (row) => row['移出日期'] === '',
    );
    const excludedFor = (code: string): number[] =>
      [...scores.keys()].filter((index) => knockOuts(index).includes(code));
    expect({ K02: excludedFor('K02'), K08: excludedFor('K08') }).toEqual({ K02: dishonest, K08: dishonest });
    expect({ K03: excludedFor('K03'), K04: excludedFor('K04') }).toEqual({ K03: serious, K04: abnormal });
    expect([dishonest.length > 0, abnormal.length > 0, serious.length > 0]).toEqual([true, true, true]);
    // The doubtful firm of the demo screen: tax grade D, enforcement, default, forged papers, contributions not paid.
    expect(knockOuts(2)).toEqual(expect.arrayContaining(['K02', 'K04', 'K06', 'K07', 'K08', 'K09', 'K10']));
    expect(knockOuts(0)).toEqual([]);
  });
});

/** Rank correlation; no ties among qualities, those of scores share their mean rank. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let [top, left, right] = [0, 0, 0];
  for (const [i, rank] of x.entries()) {
    top += (rank - mean) * (y[i]! - mean);
    left += (rank - mean) ** 2;
    right += (y[i]! - mean) ** 2;
  }
  return top / Math.sqrt(left * right);
}

const ranks = (values: readonly number[]): number[] =>
  values.map((value) => {
    const below = values.filter((other) => other < value).length;
    return below + (values.filter((other) => other === value).length - 1) / 2;
  });
