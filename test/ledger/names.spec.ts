import { FixedClock } from '#lib/kernel';
import type { DeliveryView } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { awardRow, awards, csv, demoUscc, register, registerRow } from '../kit/firms.ts';

describe('the name beside a code', () => {
  let product: TestProduct;
  let clock: FixedClock;
  beforeEach(async () => {
    clock = new FixedClock('2026-03-01T02:00:00Z');
    product = await openTestProduct(clock);
    await given({ ...register([]), body: csv([registerRow(1), registerRow(2), registerRow(3, { 企业名称: '无' })]) });
  });
  afterEach(() => product.close());

  const given = async (file: Given): Promise<DeliveryView> => {
    clock.set(new Date(clock.now().getTime() + 60_000).toISOString());
    const delivery = await deliver(product, file);
    expect(delivery.state).toBe('RECONCILED');
    return delivery;
  };
  const award = (n: number, project: string, name: string, date = '2025-06-01'): ReturnType<typeof awardRow> =>
    awardRow(n, project, { 承担单位: name, 批复日期: date });
  const renamed = (n: number, before: string, after: string, date: string): Given => ({
    source: 'registration-changes',
    body: csv([
      { 统一社会信用代码: demoUscc(n), 变更事项: '名称变更', 变更前内容: before, 变更后内容: after, 变更日期: date },
    ]),
  });
  const quarantine = async (delivery: DeliveryView): Promise<unknown[]> =>
    (await product.deliveries.quarantine(delivery.deliveryId, { limit: 50 })).items.map((row) => [
      row.rowNo,
      row.code,
      row.state,
    ]);
  const projects = async (): Promise<string[]> =>
    (
      await product.db.query<{ name: string }>(
        `SELECT record_key || ' ' || (payload ->> 'approvedAmount') AS name FROM record WHERE source = 'subsidies' AND known_to IS NULL ORDER BY 1`,
      )
    ).map((row) => row.name);

  it('is the one that the firm has, however it is written; another keeps the row out and suggests', async () => {
    const delivery = await given(
      awards([
        award(1, 'P1', '样例1科技有限公司'),
        award(1, 'P2', ' 样例１科技 有限公司'),
        award(1, 'P3', '样例2科技有限公司'),
        award(1, 'P4', '-'),
        award(3, 'P5', '谁都可以'),
        award(9, 'P6', '样例2科技有限公司'),
      ]),
    );
    expect(delivery).toMatchObject({ rows: 6, applied: 4, quarantined: 2, counts: { DQ19: 1, DQ03: 1 } });
    expect(await quarantine(delivery)).toEqual([
      [3, 'DQ19', 'WAITING'],
      [6, 'DQ03', 'WAITING'],
    ]);
    const [row] = (await product.deliveries.quarantine(delivery.deliveryId, { limit: 1 })).items;
    expect(row!.issues).toEqual([
      { code: 'DQ19', column: '承担单位', raw: '样例2科技有限公司', suggestion: '样例1科技有限公司' },
    ]);
    expect((await projects()).map((project) => project.slice(0, 2))).toEqual(['P1', 'P2', 'P4', 'P5']);
  });

  it('may be one that the firm gave up, whenever that was: what came first must not matter', async () => {
    await given(renamed(1, '样例甲科技有限公司', '样例1科技有限公司', '2025-01-01'));
    const delivery = await given(
      awards([
        award(1, 'P1', '样例甲科技有限公司', '2024-12-31'),
        award(1, 'P2', '样例甲科技有限公司', '2025-01-01'),
        award(1, 'P3', '样例甲科技有限公司', '2025-01-02'),
        award(1, 'P4', '样例1科技有限公司', '2024-06-01'), // printed after the change
      ]),
    );
    expect(await quarantine(delivery)).toEqual([]);
  });

  it('is still asked for when the register no longer states one', async () => {
    await given({ ...register([]), body: csv([registerRow(1, { 企业名称: '无' })]) });
    const delivery = await given(awards([award(1, 'P1', '样例1科技有限公司'), award(1, 'P2', '样例乙有限公司')]));
    expect(await quarantine(delivery)).toEqual([[2, 'DQ19', 'WAITING']]);
  });

  it('may be a former one of the register, of which nobody says when it ended', async () => {
    await given({ ...register([]), body: csv([registerRow(1, { 企业名称: '样例新科技有限公司' })]) });
    const delivery = await given(awards([award(1, 'P1', '样例1科技有限公司'), award(1, 'P2', '样例新科技有限公司')]));
    expect(delivery).toMatchObject({ applied: 2, quarantined: 0 });
  });

  it('is asked for when a waiting row meets its firm, too; it waits on until the name comes', async () => {
    const waiting = await given(awards([award(5, 'P1', '样例新科技有限公司'), award(5, 'P2', '样例5科技有限公司')]));
    await given(register([5]));
    expect(await quarantine(waiting)).toEqual([
      [1, 'DQ19', 'WAITING'],
      [2, 'DQ03', 'RELEASED'],
    ]);
    expect((await projects()).map((project) => project.slice(0, 2))).toEqual(['P2']);
    await given(renamed(5, '样例5科技有限公司', '样例新科技有限公司', '2025-05-01'));
    expect(await quarantine(waiting)).toEqual([
      [1, 'DQ19', 'RELEASED'],
      [2, 'DQ03', 'RELEASED'],
    ]);
    expect((await projects()).map((project) => project.slice(0, 2))).toEqual(['P1', 'P2']);
  });

  it('brought later by a change or a registration releases the row, in the place of its delivery', async () => {
    const waiting = await given(
      awards([
        award(1, 'P1', '样例新科技有限公司'),
        award(1, 'P2', '样例新科技有限公司'),
        award(2, 'P3', '样例丙有限公司'),
      ]),
    );
    expect(waiting).toMatchObject({ applied: 0, quarantined: 3 });
    await given(awards([{ ...award(1, 'P2', '样例1科技有限公司'), '批复金额(万元)': 99 }]));
    await given(renamed(1, '样例1科技有限公司', '样例新科技有限公司', '2025-05-01'));
    // P2 was mended by the later delivery, and that one stands.
    expect(await quarantine(waiting)).toEqual([
      [1, 'DQ19', 'RELEASED'],
      [2, 'DQ19', 'CORRECTED'],
      [3, 'DQ19', 'WAITING'],
    ]);
    expect(await projects()).toEqual([
      expect.stringMatching(/^P1.* 30000000$/),
      expect.stringMatching(/^P2.* 99000000$/),
    ]);
    await given({ ...register([]), body: csv([registerRow(2, { 企业名称: '样例丙有限公司' })]) });
    expect((await quarantine(waiting))[2]).toEqual([3, 'DQ19', 'RELEASED']);
  });
});
