import { FixedClock } from '#lib/kernel';
import { newestTick, readCoverage, type DeliveryManifest } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { awardRow, awards, monthly, monthRow, register } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

describe('coverage', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-15T00:00:00Z');
  let files = 0;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1]));
  });
  afterAll(() => product.close());

  type CoverageRow = {
    feed: string;
    source: string;
    territory: string[];
    population: string;
    covers_from: string | null;
    through: string;
  };
  const coverageOf = async (given: Given): Promise<CoverageRow | undefined> => {
    const delivered = await deliver(product, given);
    expect(delivered.state).toBe('RECONCILED');
    const rows = await product.db.query<CoverageRow & { known_from: Date }>(
      `SELECT feed, source, territory, population, covers_from, through, known_from FROM coverage WHERE delivery_id = $1`,
      [delivered.deliveryId],
    );
    expect(rows.length).toBeLessThan(2);
    const [row] = rows;
    if (!row) return undefined;
    expect(row.known_from).toEqual(delivered.appliedAt);
    expect(delivered.coverage.through).toBe(row.through);
    return row;
  };
  const january = (manifest?: DeliveryManifest): Given => ({
    ...monthly([{ ...monthRow(1, '202601', 5), 单位编号: (files += 1) }]),
    ...(manifest ? { manifest } : {}),
  });

  it('of a delivery without a manifest: its layout, listed, through its newest event', async () => {
    expect(await coverageOf(january())).toMatchObject({
      feed: 'SOC',
      source: 'social-security',
      territory: ['CN'],
      population: 'listed',
      covers_from: null,
      through: '2026-01-31',
    });
  });

  it('of a manifest is what it says', async () => {
    const coverage = {
      territory: ['4403', '441900'],
      population: 'all',
      from: '2025-01-01',
      through: '2026-02-28',
    } as const;
    expect(await coverageOf(january({ coverage }))).toMatchObject({
      territory: ['4403', '441900'],
      population: 'all',
      covers_from: '2025-01-01',
      through: '2026-02-28',
    });
  });

  it('reaches to the day of the provider’s clock in Shanghai, where no last day is stated', async () => {
    expect((await coverageOf(january({ sourceTime: '2026-02-10T17:00:00Z' })))!.through).toBe('2026-02-11');
  });

  it('never reaches past the day of the apply', async () => {
    const through = '2026-12-31';
    expect((await coverageOf(january({ coverage: { through } })))!.through).toBe('2026-03-15');
    expect((await coverageOf(january({ sourceTime: '2026-03-20T00:00:00+08:00' })))!.through).toBe('2026-03-15');
  });

  it('of arrears is a feed of its own', async () => {
    const row = await coverageOf({
      ...monthly([]),
      layout: 'arrears',
      body: '统一社会信用代码,险种,欠费起月\n',
      manifest: { coverage: { territory: ['4403'], population: 'all', through: '2026-02-28' } },
    });
    expect(row).toMatchObject({ feed: 'SOC.arrears', population: 'all', through: '2026-02-28' });
  });

  it('is none where nothing is dated, or the first day lies behind the last', async () => {
    expect(await coverageOf(awards([awardRow(1, 'U-1', { 批复日期: '' })]))).toBeUndefined();
    expect(await coverageOf(january({ coverage: { from: '2026-02-01' } }))).toBeUndefined();
    expect(await coverageOf(january({ coverage: { from: '2026-04-01', through: '2026-04-30' } }))).toBeUndefined();
  });

  it('is read as of an instant, and merges what several deliveries speak for', async () => {
    const all = (from: string, through: string): DeliveryManifest => ({
      coverage: { territory: ['35'], population: 'all', from, through },
    });
    clock.set('2026-03-16T00:00:00Z');
    await coverageOf(january(all('2026-02-01', '2026-02-28')));
    const between = (await newestTick(product.db))!;
    clock.set('2026-03-17T00:00:00Z');
    await coverageOf(january(all('2026-01-01', '2026-01-31')));
    const early = await readCoverage(product.db, between);
    const late = await readCoverage(product.db, (await newestTick(product.db))!);
    expect(early.of('350100', 'SOC')?.periods).toEqual([{ from: '2026-02-01', to: '2026-02-28' }]);
    expect(late.of('350100', 'SOC')).toMatchObject({
      through: '2026-02-28',
      periods: [{ from: '2026-01-01', to: '2026-02-28' }],
      entries: [{ from: '2026-02-01' }, { from: '2026-01-01' }],
    });
    expect(late.of('310100', 'SOC')).toBeUndefined(); // only listed there
    expect(late.connected('SUB')).toBe(false);
  });

  it('leaves with the delivery that is refused', async () => {
    const refused = await deliver(product, january({ rows: 9, coverage: { territory: ['CN'], population: 'all' } }));
    expect(refused.state).toBe('REJECTED');
    expect(await traces(product, refused.deliveryId)).toEqual({});
  });
});
