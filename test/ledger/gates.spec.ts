import { existsSync } from 'node:fs';
import path from 'node:path';
import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { awardRow, csv, demoUscc, monthly, monthRow, register, registerRow } from '../kit/firms.ts';
import { everyText, traces } from '../kit/traces.ts';

const numbers = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('gates', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00Z');
  const spooled = (deliveryId: string): boolean => existsSync(path.join(product.config.dataDir, 'spool', deliveryId));
  const by = (reason: string): { person: string; reason: string } => ({ person: product.person, reason });
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register(numbers(100)));
  });
  afterAll(() => product.close());

  const mostlyUnreadable = (from: number): { source: string; layout: string; body: string } => ({
    ...register([]),
    body: csv(numbers(60, from).map((n, i) => registerRow(n, i < 59 ? {} : { 统一社会信用代码: '?' }))),
  });

  it('hold a delivery of which more than 1 % cannot be read; released, it is applied', async () => {
    const held = await deliver(product, mostlyUnreadable(200));
    expect(held).toMatchObject({
      state: 'HOLD',
      held: 'PARSE_RATE',
      problem: { code: 'PARSE_RATE' },
      rows: 60,
      applied: 0,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      appliedAt: null,
    });
    expect(await traces(product, held.deliveryId)).toEqual({});
    expect(await product.intake.process(held.deliveryId)).toMatchObject({ state: 'HOLD' });

    await product.deliveries.release(held.deliveryId, by('read by hand'));
    expect(await product.intake.process(held.deliveryId)).toMatchObject({
      state: 'RECONCILED',
      held: null,
      problem: null,
      rows: 60,
      applied: 59,
      quarantined: 1,
    });
    const [row] = await product.db.query('SELECT released_by, release_reason FROM delivery WHERE delivery_id = $1', [
      held.deliveryId,
    ]);
    expect(row).toEqual({ released_by: product.person, release_reason: 'read by hand' });
    await expect(product.deliveries.release(held.deliveryId, by('again'))).rejects.toMatchObject({
      problem: { code: 'delivery-not-held' },
    });
  });

  it('hold a delivery of which more than 5 % name unknown firms; rejected, it may be delivered again', async () => {
    const file = monthly(numbers(100).map((n) => monthRow(n <= 94 ? n : n + 500, '202601', n)));
    const held = await deliver(product, file);
    expect(held).toMatchObject({ state: 'HOLD', held: 'MATCH_RATE' });
    expect(await deliver(product, file)).toMatchObject({ noop: true, deliveryId: held.deliveryId });
    expect(spooled(held.deliveryId)).toBe(true);

    await product.deliveries.reject(held.deliveryId, by('another town'));
    expect(await product.deliveries.get(held.deliveryId)).toMatchObject({
      state: 'REJECTED',
      held: null,
      rows: null,
      problem: { code: 'rejected-by-person', en: expect.stringContaining('another town') },
    });
    expect(spooled(held.deliveryId)).toBe(false);
    const [row] = await product.db.query('SELECT released_by, release_reason FROM delivery WHERE delivery_id = $1', [
      held.deliveryId,
    ]);
    expect(row).toEqual({ released_by: product.person, release_reason: 'another town' });
    await expect(product.deliveries.reject(held.deliveryId, by('again'))).rejects.toMatchObject({
      problem: { code: 'delivery-not-held' },
    });

    const again = await deliver(product, file);
    expect(again).toMatchObject({ noop: false, state: 'HOLD' });
    expect(again.deliveryId).not.toBe(held.deliveryId);
  });

  it('let 95 % through', async () => {
    const file = monthly(numbers(100).map((n) => monthRow(n <= 95 ? n : n + 500, '202602', n)));
    expect(await deliver(product, file)).toMatchObject({ state: 'RECONCILED', applied: 95, quarantined: 5 });
  });

  it('hold an undeclared column that looks personal, release or not, and keep nothing of its values', async () => {
    const secret = '13987654321';
    const file = {
      ...register([]),
      body: csv([
        ...numbers(3, 700).map((n) => registerRow(n, { 备用列: secret })),
        registerRow(703, { 备用列: secret }),
      ]),
    };
    const held = await deliver(product, file);
    expect(held).toMatchObject({ state: 'HOLD', held: 'DQ20', problem: { code: 'DQ20' } });
    expect(await traces(product, held.deliveryId)).toEqual({});
    await product.deliveries.release(held.deliveryId, by('please'));
    expect(await product.intake.process(held.deliveryId)).toMatchObject({ state: 'HOLD', held: 'DQ20' });
    expect(await everyText(product)).not.toContain(secret);
    // The search would find it.
    expect(await everyText(product)).toContain('another town');
  });

  it('keep nothing of an undeclared column that looks harmless, either', async () => {
    const rows = numbers(3, 710).map((n) => registerRow(n, { 备注: '内部备注甲乙丙' }));
    const delivered = await deliver(product, { ...register([]), body: csv(rows) });
    expect(delivered).toMatchObject({ state: 'RECONCILED', applied: 3, counts: { 'undeclared:备注': 1 } });
    expect(await everyText(product)).not.toContain('内部备注甲乙丙');
    const broken = `${csv(rows)}${demoUscc(720)},内部备注甲乙丙\n`;
    expect(await deliver(product, { ...register([]), body: broken })).toMatchObject({ quarantined: 1 });
    expect(await everyText(product)).not.toContain('内部备注甲乙丙');
  });

  it('hold a delivery in which a column empties; released, it is applied and counts as history', async () => {
    const month = (yyyymm: string, empty: number): Parameters<typeof deliver>[1] => ({
      manifest: { coverage: { territory: ['4403'], population: 'all' } },
      ...monthly(numbers(100).map((n) => monthRow(n, yyyymm, 5, { 到账日期: n <= empty ? '无' : '2025-12-15' }))),
    });
    for (const yyyymm of ['202501', '202502', '202503'])
      expect(await deliver(product, month(yyyymm, 20))).toMatchObject({ state: 'RECONCILED' });
    expect(await deliver(product, month('202504', 30))).toMatchObject({ state: 'RECONCILED' });
    const held = await deliver(product, month('202505', 31));
    expect(held).toMatchObject({ state: 'HOLD', held: 'NULL_RATE', applied: 0 });
    expect(held.problem!.zh).toContain('列「到账日期」空值率31.0 %，此前中位数为20.0 %');
    expect(await traces(product, held.deliveryId)).toEqual({});
    await product.deliveries.release(held.deliveryId, by('the bureau changed its form'));
    expect(await product.intake.process(held.deliveryId)).toMatchObject({ state: 'RECONCILED', applied: 100 });
  });

  it('hold a delivery whose amounts are in another unit than before', async () => {
    const batch = (name: string, amount: number): Parameters<typeof deliver>[1] => ({
      source: 'subsidies',
      layout: 'csv',
      body: csv(numbers(20).map((n) => awardRow(n, `${name}-${n}`, { '批复金额(万元)': amount + n }))),
    });
    for (const name of ['A', 'B', 'C'])
      expect(await deliver(product, batch(name, 30))).toMatchObject({ state: 'RECONCILED' });
    expect(await deliver(product, batch('D', 300))).toMatchObject({ state: 'RECONCILED' });
    const held = await deliver(product, batch('E', 300_000));
    expect(held).toMatchObject({
      state: 'HOLD',
      held: 'DQ08',
      problem: { zh: expect.stringContaining('approvedAmount') },
    });
    await product.deliveries.reject(held.deliveryId, by('in yuan'));
    expect(await product.deliveries.get(held.deliveryId)).toMatchObject({ state: 'REJECTED' });
    const [kept] = await product.db.query(
      `SELECT medians FROM delivery WHERE medians ? 'approvedAmount' ORDER BY sequence LIMIT 1`,
    );
    expect(kept).toEqual({ medians: { approvedAmount: 41_000_000 } });
  });
});
