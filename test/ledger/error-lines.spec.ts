import { FixedClock } from '#lib/kernel';
import { errorLines, type DeliveryView } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { applicationNo, demoUscc, monthly, monthRow, patentFile, register } from '../kit/firms.ts';

const application = (serial: number, more: object = {}): object => ({
  appNo: `CN${applicationNo(serial)}`,
  type: '发明',
  appDate: '20230215',
  applicants: [
    { usc: demoUscc(1), original: true },
    { usc: demoUscc(2), original: true },
  ],
  ...more,
});

describe('the error file as JSON lines', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3]));
  });
  afterAll(() => product.close());

  const textOf = async (deliveryId: string): Promise<string> => {
    let text = '';
    for await (const piece of await errorLines(product.db, deliveryId)) text += piece;
    return text;
  };
  const objectsOf = async (deliveryId: string): Promise<Record<string, unknown>[]> =>
    (await textOf(deliveryId))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const states = async (deliveryId: string): Promise<string[]> =>
    (await product.deliveries.quarantine(deliveryId, { limit: 50 })).items.map((row) => `${row.rowNo} ${row.state}`);

  let faulty: DeliveryView;
  beforeAll(async () => {
    const good = patentFile([application(1), application(2, { appNo: 'CN2' }), application(3, { appNo: 'CN1' })]);
    faulty = await deliver(product, { ...good, body: `${good.body}[1, 2]\n` });
  });

  it('has the objects as delivered, what is nested too, and says what is wrong', async () => {
    expect(faulty).toMatchObject({ state: 'RECONCILED', rows: 4, applied: 1, quarantined: 3 });
    const [second, third, fourth] = await objectsOf(faulty.deliveryId);
    expect(second).toEqual({
      ...application(2, { appNo: 'CN2' }),
      错误代码: 'APPNO_FORM',
      错误说明: 'appNo：专利申请号格式有误',
      建议: '请更正appNo',
      错误行: `${faulty.deliveryId}/2`,
    });
    expect(third).toMatchObject({ appNo: 'CN1', 错误代码: 'APPNO_FORM' });
    expect(fourth).toMatchObject({ 错误代码: 'ROW_SHAPE', 错误行: `${faulty.deliveryId}/4` });
  });

  it('mended and sent back is applied, and what it mends is marked', async () => {
    const [second, third, fourth] = await objectsOf(faulty.deliveryId);
    clock.set('2026-03-02T02:00:00Z');
    const mended = await deliver(
      product,
      patentFile([{ ...second, ...application(2) }, third!, { ...fourth, ...application(4) }]),
    );
    expect(mended).toMatchObject({
      state: 'RECONCILED',
      rows: 3,
      applied: 2,
      quarantined: 1,
      counts: { APPNO_FORM: 1 },
    });
    // The error keys are understood, not kept, and no finding.
    expect(Object.keys(mended.counts).filter((key) => key.startsWith('undeclared'))).toEqual([]);
    expect(await states(faulty.deliveryId)).toEqual(['2 CORRECTED', '3 WAITING', '4 CORRECTED']);
    expect((await objectsOf(faulty.deliveryId)).map((object) => object['错误行'])).toEqual([`${faulty.deliveryId}/3`]);
    expect((await objectsOf(mended.deliveryId)).map((object) => object['错误行'])).toEqual([`${mended.deliveryId}/2`]);
  });

  it('of a CSV delivery has its columns as keys; hashed ones are empty, to be filled in again', async () => {
    const months = await deliver(product, monthly([monthRow(1, 'soon', 5, { 单位编号: '001' })]));
    expect(await objectsOf(months.deliveryId)).toMatchObject([
      { 统一社会信用代码: demoUscc(1), 费款所属期: 'soon', 参保总人数: '5' },
    ]);
    const water = await deliver(product, {
      source: 'water',
      body: `ACCT_NO,USC_CODE,BILL_MON\n0010020030,${demoUscc(1)},soon\n`,
    });
    const text = await textOf(water.deliveryId);
    expect(JSON.parse(text)).toMatchObject({
      ACCT_NO: '',
      BILL_MON: 'soon',
      建议: expect.stringContaining('请重新填写ACCT_NO'),
    });
  });

  it('of a delivery that nobody knows is refused', async () => {
    await expect(errorLines(product.db, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      problem: { code: 'delivery-unknown' },
    });
  });
});
