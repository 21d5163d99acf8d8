import { FixedClock } from '#lib/kernel';
import { readCoverage, readDossier } from '#lib/ledger';
import { sourceByName } from '#lib/data-sources';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, monthly, monthRow, register } from '../kit/firms.ts';

const socialSecurity = sourceByName('social-security')!;
const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T02:00:00.000Z`;

describe('versions of a record', () => {
  let product: TestProduct;
  const clock = new FixedClock(day(1));
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3, 4, 5]));
  });
  afterAll(() => product.close());

  /** Delivers one month of firm `n` on a day; `heads` undefined withdraws it. */
  const month = async (
    n: number,
    on: number,
    heads: number | undefined,
    sequence?: number,
  ): Promise<Awaited<ReturnType<typeof deliver>>> => {
    clock.set(day(on));
    // 单位编号 is not kept: it makes another file of the same content.
    const row = monthRow(n, '202601', heads ?? 0, heads === undefined ? { 操作标志: 'D' } : { 操作标志: 'U' });
    const file = monthly([{ ...row, 单位编号: `${on}` }]);
    return deliver(product, { ...file, ...(sequence === undefined ? {} : { manifest: { sequence } }) });
  };
  const versions = (n: number): Promise<{ from: string; to: string | null; op: string; heads: number | null }[]> =>
    product.db
      .query<{ from: Date; to: Date | null; op: string; heads: number | null }>(
        `SELECT r.known_from AS from, r.known_to AS to, r.op, (r.payload->>'insuredTotal')::int AS heads
         FROM record r JOIN company c USING (company_id)
         WHERE c.uscc = $1 AND r.source = 'social-security' ORDER BY r.known_from`,
        [demoUscc(n)],
      )
      .then((rows) => rows.map((row) => ({ ...row, from: row.from.toISOString(), to: row.to?.toISOString() ?? null })));
  /** Insured heads of 2026-01 as known at the instant; undefined: no record. */
  const headsAt = async (n: number, at: string): Promise<number | undefined> => {
    const knownAt = new Date(at);
    const firm = await readDossier(product.db, demoUscc(n), knownAt, await readCoverage(product.db, knownAt));
    const payload: { insuredTotal?: number } | undefined = firm!.dossier.of(socialSecurity)[0]?.payload;
    return payload?.insuredTotal;
  };

  it('counts the same content in another file as unchanged', async () => {
    expect(await month(1, 2, 10)).toMatchObject({ rows: 1, applied: 1 });
    expect(await month(1, 3, 10)).toMatchObject({ noop: false, rows: 1, applied: 0, unchanged: 1 });
    expect(await versions(1)).toEqual([{ from: day(2), to: null, op: 'U', heads: 10 }]);
  });

  it('closes what changes and opens the new version at the same tick; withdraws by a version', async () => {
    await month(2, 4, 10);
    await month(2, 5, 12);
    await month(2, 6, undefined);
    await month(2, 7, 15);
    expect(await versions(2)).toMatchObject([
      { from: day(4), to: day(5), op: 'U', heads: 10 },
      { from: day(5), to: day(6), op: 'U', heads: 12 },
      { from: day(6), to: day(7), op: 'D' },
      { from: day(7), to: null, op: 'U', heads: 15 },
    ]);
  });

  it('reads as of each tick what was known then, and never the future', async () => {
    expect(await headsAt(2, '2026-03-04T01:59:59.999Z')).toBeUndefined();
    expect(await headsAt(2, day(4))).toBe(10);
    expect(await headsAt(2, '2026-03-05T01:59:59.999Z')).toBe(10);
    expect(await headsAt(2, day(5))).toBe(12);
    expect(await headsAt(2, day(6))).toBeUndefined();
    expect(await headsAt(2, day(7))).toBe(15);
    const before = new Date('2026-03-01T01:59:59.999Z');
    expect(await readDossier(product.db, demoUscc(2), before, await readCoverage(product.db, before))).toBeUndefined();
  });

  it('keeps an older version that arrives later, closed at its own tick', async () => {
    await month(3, 8, 20, 1002);
    expect(await month(3, 9, 18, 1001)).toMatchObject({ applied: 1, unchanged: 0 });
    expect(await versions(3)).toEqual([
      { from: day(8), to: null, op: 'U', heads: 20 },
      { from: day(9), to: day(9), op: 'U', heads: 18 },
    ]);
    expect(await headsAt(3, day(9))).toBe(20);
  });

  it('keeps what a newer delivery has confirmed against an older one that arrives last', async () => {
    await month(4, 10, 20, 2001);
    expect(await month(4, 11, 20, 2003)).toMatchObject({ unchanged: 1 });
    await month(4, 12, 5, 2002);
    expect(await headsAt(4, day(12))).toBe(20);
    await month(4, 13, 6, 2004);
    expect(await headsAt(4, day(13))).toBe(6);
  });

  it('names the evidence of a record read from the ledger', async () => {
    const given = await month(5, 14, 7);
    const knownAt = new Date(day(14));
    const firm = await readDossier(product.db, demoUscc(5), knownAt, await readCoverage(product.db, knownAt));
    expect(firm!.dossier.of(socialSecurity).map((record) => record.ref)).toEqual([
      {
        source: 'social-security',
        recordKey: '2026-01',
        knownFrom: day(14),
        deliveryId: given.deliveryId,
        rowNo: 1,
      },
    ]);
  });
});
