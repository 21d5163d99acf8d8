import fc from 'fast-check';
import { FixedClock } from '#lib/kernel';
import { SOURCES } from '#lib/data-sources';
import { characteristicCatalogue, RULE_CATALOGUE } from '#lib/scoring';
import { simulate, type SimulatedDelivery } from '#tools/simulate';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { outcomeOf, send, sentOf, type Sent } from '../kit/same-books.ts';

const RUNS = process.env['FIRSTMILE_LONG'] ? 160 : 5;
const AS_OF = '2026-06-30';
const REGISTRATION = 'business-registration';
const FIRMS = 8;

/** Three months of a small city, every source, with the faults that bureaus make. */
const simulation = simulate({
  seed: 3,
  firms: FIRMS,
  months: 3,
  through: AS_OF,
  dirt: true,
  sources: 'all',
  runs: 1,
});
const codes = Array.from({ length: FIRMS }, (_, index) => simulation.truth(index).uscc as string);
const bySource = new Map<string, SimulatedDelivery[]>();
for (const delivery of simulation.deliveries())
  bySource.set(delivery.source, [...(bySource.get(delivery.source) ?? []), delivery]);

/** A file of the city, made another: `turn` says how. */
interface Change {
  readonly file: number;
  readonly kind: 'as it is' | 'about other firms' | 'by organisation code' | 'withdrawn' | 'in part';
  readonly turn: number;
  readonly statesCoverage: boolean;
  readonly statesTime: boolean;
}

interface Plan {
  /** Deliveries of each source, in the order of their sequence numbers. */
  readonly said: readonly (readonly [source: string, changes: readonly Change[]])[];
  /** Where the deliveries, and some of them again, come in the other order: positions in the ordered list. */
  readonly order: readonly number[];
}

/** The register makes firms of codes only; in the others a person's hash holds the firm's code, so that a row waits for a person. */
const NEEDS_THE_CODE: ReadonlySet<string> = new Set([REGISTRATION, 'equity-pledges', 'shareholders']);

function changed(delivery: SimulatedDelivery, { kind, turn }: Change): string[] {
  const isCsv = delivery.lines().next().value?.startsWith('{') !== true;
  const all = [...delivery.lines()];
  const [header, rows] = isCsv ? [[all[0]!], all.slice(1)] : [[], all];
  const chosen = (row: number): boolean => row % 2 === turn % 2;
  switch (kind) {
    case 'as it is':
      return all;
    case 'about other firms': {
      const turned = new Map(codes.map((code, i) => [code, codes[(i + 1 + turn) % codes.length]!]));
      return [...header, ...rows.map((row) => row.replaceAll(/[0-9A-Z]{18}/g, (code) => turned.get(code) ?? code))];
    }
    case 'by organisation code':
      if (NEEDS_THE_CODE.has(delivery.source)) return all;
      return [...header, ...rows.map((row) => row.replaceAll(/\b91[0-9A-Z]{16}\b/g, (code) => code.slice(8, 17)))];
    case 'withdrawn':
      if (!isCsv)
        return rows.map((row, i) => (chosen(i) ? JSON.stringify({ ...(JSON.parse(row) as object), op: 'D' }) : row));
      if (header[0]!.includes('操作标志')) return all;
      return [`${header[0]},操作标志`, ...rows.map((row, i) => `${row},${chosen(i) ? 'D' : 'U'}`)];
    case 'in part':
      return [...header, ...(rows.length > 1 ? rows.filter((_, i) => chosen(i)) : rows)];
  }
}

/** The deliveries of a plan, ordered: registration first, then source by source as their numbers ascend. */
function deliveriesOf({ said }: Pick<Plan, 'said'>): Sent[] {
  const first = said.some(([source]) => source === REGISTRATION)
    ? []
    : [[REGISTRATION, asTheyAre(REGISTRATION)] as const];
  return [...first, ...[...said].sort(([a], [b]) => Number(b === REGISTRATION) - Number(a === REGISTRATION))].flatMap(
    ([source, changes]) => {
      const files = bySource.get(source)!;
      return changes.map((change, i) => {
        const file = files[change.file % files.length]!;
        return sentOf(file, changed(file, change), {
          sequence: 10 * (i + 1),
          ...(change.statesCoverage ? { coverage: file.coverage } : {}),
          ...(change.statesTime ? { sourceTime: file.sourceTime } : {}),
        });
      });
    },
  );
}

const asTheyAre = (source: string): Change[] =>
  bySource
    .get(source)!
    .map((_, file) => ({ file, kind: 'as it is', turn: 0, statesCoverage: true, statesTime: true }) as const);

const change: fc.Arbitrary<Change> = fc.record({
  file: fc.nat({ max: 3 }),
  kind: fc.constantFrom('as it is', 'about other firms', 'by organisation code', 'withdrawn', 'in part'),
  turn: fc.nat({ max: FIRMS - 2 }),
  statesCoverage: fc.boolean(),
  statesTime: fc.boolean(),
});
const plan: fc.Arbitrary<Plan> = fc
  .shuffledSubarray([...bySource.keys()], { minLength: 2, maxLength: 3 })
  .chain((sources) =>
    fc.tuple(
      ...sources.map((source) => fc.tuple(fc.constant(source), fc.array(change, { minLength: 1, maxLength: 4 }))),
    ),
  )
  .chain((said) => {
    const places = [...deliveriesOf({ said }).keys()];
    return fc.record({
      said: fc.constant(said),
      order: fc
        .subarray(places)
        .chain((again) => fc.shuffledSubarray([...places, ...again], { minLength: places.length + again.length })),
    });
  });

/** The outcome of a fresh book to which these were sent, one after the other. */
async function bookOf(
  deliveries: readonly Sent[],
  inspect: (product: TestProduct) => Promise<void> = () => Promise.resolve(),
): Promise<Record<string, unknown>> {
  const product = await openTestProduct(new FixedClock('2026-08-01T00:00:00Z'), undefined, Buffer.alloc(32));
  try {
    const states = new Map<Sent, string>();
    for (const delivery of deliveries) {
      const { state, problem, noop } = await send(product, delivery);
      expect([state, problem?.code]).toEqual(['RECONCILED', undefined]);
      if (states.has(delivery)) expect(noop).toBe(true);
      states.set(delivery, state);
    }
    await inspect(product);
    return await outcomeOf(product, AS_OF);
  } finally {
    await product.close();
  }
}

const of = (file: number, kind: Change['kind'], turn: number): Change => ({
  file,
  kind,
  turn,
  statesCoverage: true,
  statesTime: true,
});
/** Rows of firms that come later, which call them by the name of another: in order they were refused, else taken. */
const UNDER_ANOTHER_NAME: Plan = {
  said: [
    ['credit-history', [of(0, 'about other firms', 6), of(2, 'withdrawn', 5), of(0, 'in part', 0)]],
    ['abnormal-list', [of(0, 'in part', 1), of(3, 'withdrawn', 6)]],
  ],
  order: [1, 7, 4, 0, 8, 3, 7, 1, 5, 6, 2],
};

describe('deliveries of several sources', () => {
  it('are of every source', () => {
    // A source that feeds nothing yet need not be simulated.
    const read = new Set([...characteristicCatalogue(), ...RULE_CATALOGUE].flatMap(({ feeds }) => feeds));
    const feeding = SOURCES.filter(({ layouts }) => layouts.some(({ feed }) => read.has(feed)));
    expect(feeding.map(({ name }) => name).filter((name) => !bySource.has(name))).toEqual([]);
  });

  /**
   * Published scores, records and coverage; not: when something became known, the counts of a delivery (a version that
   * arrives superseded counts as applied, in order it may be unchanged), gates, which look at what came before, and
   * deliveries without a number, whose order is that of their arrival.
   */
  it('come to the same in any order and however often, with those of the register among them', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ said, order }) => {
        const deliveries = deliveriesOf({ said });
        const ordered = await bookOf(deliveries);
        const otherwise = await bookOf(order.map((place) => deliveries[place]!));
        expect(otherwise).toEqual(ordered);
      }),
      // A smaller case costs two books a try.
      { numRuns: RUNS, endOnFailure: true, examples: [[UNDER_ANOTHER_NAME]] },
    );
  }, 1_800_000);

  it('come to the same with the register at the end as at the beginning', async () => {
    const register = deliveriesOf({ said: [[REGISTRATION, asTheyAre(REGISTRATION)]] });
    const others = deliveriesOf({
      said: [...bySource.keys()].map((source) => [source, asTheyAre(source)] as const),
    }).filter(({ source }) => source !== REGISTRATION);
    const first = await bookOf([...register, ...others]);
    const last = await bookOf([...others, ...register], async ({ db }) => {
      const late = await db.query<{ source: string }>(
        `SELECT DISTINCT r.source FROM record r JOIN company c USING (company_id)
         WHERE r.source <> $1 AND r.known_to IS NULL AND r.known_from = c.known_from ORDER BY 1`,
        [REGISTRATION],
      );
      expect(late.map(({ source }) => source)).toEqual([...new Set(others.map(({ source }) => source))].sort());
    });
    expect(last).toEqual(first);
  });
});
