import { Readable } from 'node:stream';
import fc from 'fast-check';
import { FixedClock } from '#lib/kernel';
import { untilBlocked } from '../kit/blocked.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, monthly, monthRow, register } from '../kit/firms.ts';

const RUNS = 8 * (process.env['FIRSTMILE_LONG'] ? 20 : 1);

interface Statement {
  readonly month: string;
  readonly heads: number;
  readonly withdraw: boolean;
}

describe('the order of deliveries', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00Z');
  let firms = 0;
  let files = 0;
  let sequence = 0;
  beforeAll(async () => {
    product = await openTestProduct(clock);
  });
  afterAll(() => product.close());

  /** Delivers one firm's statements under a sequence number. */
  const state = async (n: number, statements: readonly Statement[], number: number): Promise<void> => {
    const rows = statements.map(({ month, heads, withdraw }) =>
      monthRow(n, month, heads, { 操作标志: withdraw ? 'D' : 'U', 单位编号: `${(files += 1)}` }),
    );
    const delivered = await deliver(product, { ...monthly(rows), manifest: { sequence: number } });
    expect(delivered.state).toBe('RECONCILED');
  };
  const openRecords = (n: number): Promise<object[]> =>
    product.db.query(
      `SELECT r.record_key, r.op, r.payload FROM record r JOIN company c USING (company_id)
       WHERE c.uscc = $1 AND r.source = 'social-security' AND known_to IS NULL ORDER BY r.record_key`,
      [demoUscc(n)],
    );

  it('of sequenced deliveries does not matter for what is open in the end', async () => {
    const statement = fc.record({
      month: fc.constantFrom('202601', '202602'),
      heads: fc.integer({ min: 1, max: 3 }),
      withdraw: fc.boolean(),
    });
    const delivery = fc.uniqueArray(statement, { minLength: 1, maxLength: 2, selector: (s) => s.month });
    const sets = fc
      .array(delivery, { minLength: 2, maxLength: 5 })
      .chain((set) => fc.tuple(fc.constant(set), fc.shuffledSubarray([...set.keys()], { minLength: set.length })));
    await fc.assert(
      fc.asyncProperty(sets, async ([set, order]) => {
        const inOrder = (firms += 1);
        const shuffled = (firms += 1);
        await deliver(product, register([inOrder, shuffled]));
        const base = sequence;
        sequence += set.length;
        for (const i of set.keys()) await state(inOrder, set[i]!, base + i);
        for (const i of order) await state(shuffled, set[i]!, base + i);
        expect(await openRecords(shuffled)).toEqual(await openRecords(inOrder));
      }),
      {
        numRuns: RUNS,
        // Counterexamples of the past: 1: A, 3: A, 2: B must end in A.
        examples: [
          [
            [
              [
                [{ month: '202601', heads: 1, withdraw: false }],
                [{ month: '202601', heads: 2, withdraw: false }],
                [{ month: '202601', heads: 1, withdraw: false }],
              ],
              [0, 2, 1],
            ],
          ],
        ],
      },
    );
  });

  it('is that of the ticks, which ascend strictly, one a delivery, though the clock stands still', async () => {
    const deliveries = await product.db.query<{ applied_at: Date }>(
      `SELECT applied_at FROM delivery WHERE applied_at IS NOT NULL ORDER BY delivery_id`,
    );
    const ticks = deliveries.map((d) => d.applied_at.getTime()).sort((a, b) => a - b);
    expect(ticks.length).toBeGreaterThan(10);
    expect(new Set(ticks).size).toBe(ticks.length);
    const [newest] = await product.db.query<{ newest: Date }>('SELECT newest FROM ledger_tick');
    expect(newest!.newest.getTime()).toBe(ticks.at(-1));
    const foreign = await product.db.query(
      `SELECT FROM record r WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.applied_at = r.known_from)`,
    );
    expect(foreign).toEqual([]);
  });
});

describe('ticks', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00.000Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1]));
  });
  afterAll(() => product.close());

  const simulated = async (body: string): ReturnType<TestProduct['intake']['process']> => {
    const { deliveryId } = await product.deliveries.receive({
      source: 'business-registration',
      layout: 'open-register',
      fileName: 'simulated.csv',
      body: Readable.from([Buffer.from(body)]),
      receivedBy: product.person,
      clock,
      simulated: true,
    });
    return product.intake.process(deliveryId);
  };

  it('of simulated deliveries are the instant of the clock, and one that is not newer is refused', async () => {
    expect(await simulated(register([2]).body)).toMatchObject({
      state: 'REJECTED',
      problem: { code: 'tick-not-newer', status: 409 },
    });
    expect(await product.db.query('SELECT FROM company WHERE uscc = $1', [demoUscc(2)])).toEqual([]);
    clock.set('2026-03-01T00:00:00.001Z');
    const applied = await simulated(register([2]).body);
    expect(applied).toMatchObject({ state: 'RECONCILED', clock: 'simulated', appliedAt: clock.now() });
  });

  it('of deliveries worked off at the same time are different, and all are applied', async () => {
    const ids = await Promise.all(
      [3, 4, 5, 6].map(async (n) => {
        const file = register([n]);
        const received = await product.deliveries.receive({
          ...file,
          fileName: 'at-once.csv',
          body: Readable.from([Buffer.from(file.body)]),
          receivedBy: product.person,
          clock,
        });
        return received.deliveryId;
      }),
    );
    const done = await Promise.all(ids.map((id) => product.intake.process(id)));
    expect(done.map((d) => [d.state, d.applied])).toEqual(ids.map(() => ['RECONCILED', 1]));
    expect(new Set(done.map((d) => d.appliedAt!.getTime())).size).toBe(ids.length);
  });

  it('wait for one another: an apply stands until the one before it has ended', async () => {
    const file = register([7]);
    const { deliveryId } = await product.deliveries.receive({
      ...file,
      fileName: 'waits.csv',
      body: Readable.from([Buffer.from(file.body)]),
      receivedBy: product.person,
      clock,
    });
    await product.database.admin.query('BEGIN');
    await product.database.admin.query('UPDATE ledger_tick SET newest = $1', ['2026-04-01T00:00:00Z']);
    const applying = product.intake.process(deliveryId);
    await untilBlocked(product.database.admin);
    await product.database.admin.query('COMMIT');
    expect((await applying).appliedAt).toEqual(new Date('2026-04-01T00:00:00.001Z'));
  });
});
