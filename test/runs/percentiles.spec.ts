import fc from 'fast-check';
import { monthsByDayReached, type LocalDate } from '#lib/kernel';
import { verifyRun, type CohortKind, type Percentile, type PercentileKind } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { csv, demoUscc } from '../kit/firms.ts';
import { AS_OF, bookClock, planRun, scoreShards } from './book.ts';

interface Firm {
  readonly uscc: string;
  readonly region: string;
  readonly industry: string;
  readonly established: string;
  /** Null: not graded. */
  readonly score: number | null;
}

const REGIONS = [
  ['440305', 45],
  ['440304', 31], // 29 of them graded: too few for a district, not for a city
  ['441900', 20], // too few for a city
  ['440306', 32], // 30 of them graded: just enough
] as const;
const INDUSTRIES = ['I6513', 'I6520', 'I6420', 'C3910', 'M7320', 'I65', 'K'];
/** Around each bound of the age bands, the day not yet reached and reached. */
const ESTABLISHED = [
  '2023-07-01',
  '2023-06-30',
  '2022-07-01',
  '2022-07-15',
  '2022-06-30',
  '2021-06-30',
  '2019-07-01',
  '2019-06-30',
];

/** Scores come thrice or more often: ties are the rule. */
const firms: readonly Firm[] = REGIONS.flatMap(([region, count], r) =>
  Array.from({ length: count }, (_, i): Firm => {
    const n = r * 100 + i;
    return {
      uscc: demoUscc(n, region),
      region,
      industry: INDUSTRIES[n % INDUSTRIES.length]!,
      established: ESTABLISHED[n % ESTABLISHED.length]!,
      score: n % 17 === 0 ? null : 500 + ((n * 37) % 30),
    };
  }),
);

const register = (list: readonly Firm[]): string =>
  csv(
    list.map((firm) => ({
      统一社会信用代码: firm.uscc,
      企业名称: `样例${firm.uscc.slice(10, 16)}有限公司`,
      企业类型: '有限责任公司',
      成立日期: firm.established,
      行业代码: firm.industry,
      登记状态: '存续',
      区划: firm.region,
    })),
  );

/** The rule of the specification, firm by firm. */
const bandOf = (firm: Firm): string => {
  const months = monthsByDayReached(firm.established as LocalDate, AS_OF);
  return months < 12 ? '0-12' : months < 24 ? '12-24' : months < 36 ? '24-36' : months < 60 ? '36-60' : '60+';
};
const codeOf: Readonly<Record<CohortKind, (firm: Firm) => string | undefined>> = {
  run: () => 'all',
  city: (firm) => firm.region.slice(0, 4),
  district: (firm) => firm.region,
  industry: (firm) => (firm.industry.length >= 3 ? firm.industry.slice(0, 3) : undefined),
  sector: (firm) => firm.industry[0],
  age: bandOf,
};
const CHAINS: Readonly<Record<PercentileKind, readonly CohortKind[]>> = {
  run: ['run'],
  city: ['city', 'run'],
  district: ['district', 'city', 'run'],
  industry: ['industry', 'sector', 'run'],
  age: ['age', 'run'],
};

function expected(firm: Firm, kind: PercentileKind): Percentile | null {
  for (const at of CHAINS[kind]) {
    const code = codeOf[at](firm);
    const cohort = firms.filter((other) => other.score !== null && codeOf[at](other) === code);
    if (code === undefined || cohort.length < 30) continue;
    const below = cohort.filter((other) => other.score! < firm.score!).length;
    const equal = cohort.filter((other) => other.score === firm.score).length;
    const percentile = Math.floor((100 * (below + equal / 2)) / cohort.length);
    return { percentile, cohort: { kind: at, code }, firms: cohort.length };
  }
  return null;
}

let book: TestProduct;
beforeAll(async () => {
  book = await openTestProduct(bookClock());
  await deliver(book, { source: 'business-registration', layout: 'bureau', body: register(firms) });
});
afterAll(() => book.close());

/** A run whose firms have these scores: what the sources of this book cannot give, the table is told. */
async function published(graded: readonly Firm[]): Promise<string> {
  const { runId } = await planRun(book);
  await scoreShards(runId, book.db);
  const part = `run_score_${runId.replaceAll('-', '')}`;
  await book.database.admin.query(
    `UPDATE ${part} s SET score = g.score, low = 0, high = 1000, grade = 'B', published = 'B'
     FROM unnest($1::text[], $2::int[]) g (uscc, score) WHERE s.uscc = g.uscc AND g.score IS NOT NULL`,
    [graded.map((firm) => firm.uscc), graded.map((firm) => firm.score)],
  );
  expect(await book.runs.settle(runId, book.clock)).toMatchObject({ state: 'PUBLISHED', problem: null });
  return runId;
}

describe('percentiles of a published run', () => {
  let runId: string;
  beforeAll(async () => {
    runId = await published(firms);
  });

  it('are those of the rule for every graded firm, ties and small cohorts too', async () => {
    const kinds = new Set<string>();
    for (const firm of firms) {
      const { percentiles } = await book.scores.of(firm.uscc, runId);
      if (firm.score === null) {
        expect(percentiles).toBeNull();
        continue;
      }
      const wanted = Object.keys(CHAINS).map((kind) => [kind, expected(firm, kind as PercentileKind)]);
      expect([firm.uscc, percentiles]).toEqual([firm.uscc, Object.fromEntries(wanted)]);
      for (const [kind, found] of Object.entries(percentiles!)) kinds.add(`${kind}: ${found!.cohort.kind}`);
    }
    // Every step of every chain was taken by some firm.
    expect([...kinds].sort()).toEqual([
      'age: age',
      'age: run',
      'city: city',
      'city: run',
      'district: city',
      'district: district',
      'district: run',
      'industry: industry',
      'industry: run',
      'industry: sector',
      'run: run',
    ]);
  });

  it('stand beside the scores, and neither may be changed', async () => {
    await expect(book.db.query('UPDATE run_cohort SET equal = 1')).rejects.toThrow(/permission denied/);
    const [small] = await book.db.query(`SELECT min(firms) AS n FROM run_cohort WHERE run_id = $1`, [runId]);
    expect(small).toEqual({ n: 30 });
  });

  it('are counted again by verify: every column of a row of them, one less and one more', async () => {
    const { admin } = book.database;
    // The scores of this book are told, so that they differ from a replay; what is changed here comes on top.
    const found = async (): Promise<number> => (await verifyRun(book.db, runId)).differencesFound;
    const untouched = await found();
    const row = `ctid = (SELECT min(ctid) FROM run_cohort)`;
    const harms = [
      ...['score', 'equal', 'below', 'firms'].map((name) => `UPDATE run_cohort SET ${name} = ${name} + 1 WHERE ${row}`),
      ...['kind', 'cohort'].map((name) => `UPDATE run_cohort SET ${name} = 'sector' WHERE ${row}`),
      `DELETE FROM run_cohort WHERE ${row}`,
      `INSERT INTO run_cohort SELECT run_id, 'sector', 'X', 500, 1, 0, 30 FROM run_cohort WHERE ${row}`,
    ];
    await admin.query('ALTER TABLE run_cohort DROP CONSTRAINT run_cohort_pkey');
    await admin.query('CREATE TABLE kept AS SELECT * FROM run_cohort');
    for (const harm of harms) {
      expect((await admin.query(harm)).rowCount).toBe(1);
      expect([harm, await found()]).toEqual([harm, untouched + 1]);
      await admin.query('DELETE FROM run_cohort');
      await admin.query('INSERT INTO run_cohort SELECT * FROM kept');
    }
    await admin.query('DROP TABLE kept');
  });

  it('do not enter the output hash', async () => {
    const before = await book.runs.get(runId);
    const again = await book.runs.get(await published(firms));
    expect(again.outputHash).toBe(before.outputHash);
  });

  it('a higher score never has a lower percentile in the same cohort', async () => {
    const graded = firms.filter((firm) => firm.score !== null);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...graded), fc.constantFrom(...graded), async (a, b) => {
        const [x, y] = await Promise.all([book.scores.of(a.uscc, runId), book.scores.of(b.uscc, runId)]);
        const [p, q] = [x.percentiles!.run!.percentile, y.percentiles!.run!.percentile];
        expect(Math.sign(p - q) * Math.sign(a.score! - b.score!)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  });
});

it('a run with fewer than 30 graded firms has none', async () => {
  const few = firms.filter((firm) => firm.score !== null).slice(0, 29);
  const runId = await published(few);
  const none = { run: null, city: null, district: null, industry: null, age: null };
  expect((await book.scores.of(few[0]!.uscc, runId)).percentiles).toEqual(none);
});
