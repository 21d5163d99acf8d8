import { FixedClock, localDate } from '#lib/kernel';
import { readQuality, type LayoutQuality } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, monthly, monthRow, patentFile, register, registerRow, csv, applicationNo } from '../kit/firms.ts';

describe('the quality of deliveries', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3]));
  });
  afterAll(() => product.close());

  const at = async (day: string, source = 'social-security', layout = 'monthly'): Promise<LayoutQuality> => {
    const all = await readQuality(product.db, localDate(day));
    return all.find((q) => q.source === source && q.layout === layout)!;
  };

  it('names every layout, also those of which nothing came', async () => {
    expect(await at('2026-03-01', 'social-security', 'arrears')).toMatchObject({
      feed: 'SOC.arrears',
      dataThrough: null,
      ageDays: null,
      horizonDays: 60,
      freshness: 'never',
      freshnessBp: null,
      deliveries: [],
    });
  });

  it('shares out the rows of a delivery: matched, quarantined, findings and nothing stated, by column', async () => {
    clock.set('2026-03-02T02:00:00Z');
    const rows = [
      monthRow(1, '202601', 5, { 养老人数: 5, 到账标志: '-' }),
      monthRow(2, '202601', 6, { 养老人数: 'many', 到账标志: '已到账' }),
      monthRow(77, '202601', 7, { 养老人数: '', 到账标志: '已到账' }), // not registered
      { ...monthRow(3, '202601', 8), 统一社会信用代码: '91440305', 养老人数: '', 到账标志: '已到账' },
      { 统一社会信用代码: '合计', 费款所属期: '', 参保总人数: 26, 养老人数: '', 到账标志: '' },
    ];
    const delivery = await deliver(product, monthly(rows));
    expect(delivery).toMatchObject({ rows: 5, applied: 2, quarantined: 2, ignored: 1 });
    const [newest] = (await at('2026-03-02')).deliveries;
    expect(newest).toEqual({
      deliveryId: delivery.deliveryId,
      fileName: 'test.csv',
      appliedAt: delivery.appliedAt,
      dataThrough: '2026-01-31',
      rows: 5,
      matchBp: 6667,
      quarantineBp: 4000,
      issues: [
        { column: '养老人数', code: 'DQ15', bp: 2000 },
        { column: '统一社会信用代码', code: 'DQ01', bp: 2000 },
      ],
      nullsBp: { 养老人数: 6000, 到账标志: 4000, 参保总人数: 0, 统一社会信用代码: 0, 费款所属期: 2000 },
    });
  });

  it.each([
    ['2026-03-31', 59, 'fresh', 10_000],
    ['2026-04-01', 60, 'fresh', 10_000],
    ['2026-04-02', 61, 'ageing', 9_917],
    ['2026-07-29', 179, 'ageing', 83],
    ['2026-07-30', 180, 'stale', 0],
    ['2027-01-01', 335, 'stale', 0],
  ])('says on %s how old the newest data are', async (day, ageDays, freshness, freshnessBp) => {
    expect(await at(day)).toMatchObject({ dataThrough: '2026-01-31', ageDays, freshness, freshnessBp });
  });

  it('is that of a day: what was applied later is not seen', async () => {
    expect((await at('2026-03-01')).deliveries).toEqual([]);
    expect((await at('2026-03-01')).freshness).toBe('never');
  });

  it('looks back on the twelve newest deliveries, newest first', async () => {
    for (let i = 0; i < 12; i++) {
      clock.set(`2026-03-${10 + i}T02:00:00Z`);
      await deliver(product, monthly([monthRow(1, '202602', 10 + i)]));
    }
    const { deliveries } = await at('2026-03-31');
    expect(deliveries).toHaveLength(12);
    expect(deliveries[0]!.appliedAt).toEqual(new Date('2026-03-21T02:00:00Z'));
    expect(deliveries.every((d) => d.rows === 1)).toBe(true);
  });

  it('of an ignoring layout counts as unmatched what it ignores, and reads what JSON objects leave out', async () => {
    const application = (n: number, serial: number): object => ({
      appNo: applicationNo(serial),
      type: '发明',
      appDate: '20230215',
      ...(serial === 1 ? { title: '样例' } : {}),
      applicants: [{ name: '样例', usc: demoUscc(n) }],
    });
    await deliver(product, patentFile([application(1, 1), application(78, 2)]));
    const quality = (await readQuality(product.db, localDate('2026-03-31'))).find((q) => q.source === 'patents')!;
    expect(quality.deliveries[0]).toMatchObject({ rows: 2, matchBp: 5000, quarantineBp: 0, nullsBp: { title: 5000 } });
  });

  it('of a delivery without a row has no shares', async () => {
    clock.set('2026-04-01T02:00:00Z');
    const columns = Object.keys(registerRow(1));
    await deliver(product, { source: 'business-registration', layout: 'open-register', body: csv([], columns) });
    const [newest] = (await at('2026-04-01', 'business-registration', 'open-register')).deliveries;
    expect(newest).toMatchObject({ rows: 0, matchBp: null, quarantineBp: null });
  });
});
