import { parse } from 'csv-parse/sync';
import { FixedClock } from '#lib/kernel';
import { errorFile, type DeliveryView } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { awardRow, awards, csv, demoUscc, monthly, monthRow, register } from '../kit/firms.ts';

describe('the error file of a delivery', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3]));
  });
  afterAll(() => product.close());

  const textOf = async (deliveryId: string): Promise<string> => {
    let text = '';
    for await (const piece of await errorFile(product.db, deliveryId)) text += piece;
    return text;
  };
  const rowsOf = async (deliveryId: string): Promise<Record<string, string>[]> =>
    parse(await textOf(deliveryId), { columns: true, bom: true });
  const states = async (deliveryId: string): Promise<string[]> =>
    (await product.deliveries.quarantine(deliveryId, { limit: 50 })).items.map((row) => `${row.rowNo} ${row.state}`);
  const given = async (file: Given): Promise<DeliveryView> => {
    const delivery = await deliver(product, file);
    expect(delivery.state).toBe('RECONCILED');
    return delivery;
  };

  it('has the cells as delivered and says what is wrong, row by row', async () => {
    const delivery = await given(
      monthly([
        monthRow(1, '202601', 5, { 单位编号: '001' }),
        monthRow(2, '209901', 6, { 单位编号: '002, "南山"' }),
        { ...monthRow(3, '202601', 7), 统一社会信用代码: demoUscc(3).replaceAll('0', 'O'), 单位编号: '003' },
        monthRow(77, '202601', 8, { 单位编号: '004' }),
      ]),
    );
    const text = await textOf(delivery.deliveryId);
    expect(
      text.startsWith('\uFEFF统一社会信用代码,费款所属期,参保总人数,单位编号,错误代码,错误说明,建议,错误行\r\n'),
    ).toBe(true);
    expect(await rowsOf(delivery.deliveryId)).toMatchObject([
      { 费款所属期: '209901', 单位编号: '002, "南山"', 错误代码: 'DQ06', 错误说明: '费款所属期：日期超出允许范围' },
      { 单位编号: '003', 错误代码: 'DQ01', 建议: `统一社会信用代码或应为：${demoUscc(3)}` },
      {
        统一社会信用代码: demoUscc(77),
        错误代码: 'DQ03',
        错误说明: '主体未登记',
        建议: '请核对统一社会信用代码；企业登记后会自动入账',
        错误行: `${delivery.deliveryId}/4`,
      },
    ]);
  });

  it('runs in no spreadsheet, and leaves numbers and dashes alone', async () => {
    const delivery = await given(
      monthly([
        monthRow(1, 'soon', -5, { 单位编号: '=HYPERLINK("x")', 养老人数: '-', 到账日期: '+1+cmd' }),
        monthRow(1, '@SUM(A1)', 5, { 单位编号: '\t=1+1', 养老人数: '+3.50', 到账日期: '-2+3' }),
      ]),
    );
    const cells = (await rowsOf(delivery.deliveryId)).map(
      ({ 费款所属期, 参保总人数, 单位编号, 养老人数, 到账日期 }) => [
        费款所属期,
        参保总人数,
        单位编号,
        养老人数,
        到账日期,
      ],
    );
    expect(cells).toEqual([
      ['soon', '-5', `'=HYPERLINK("x")`, '-', "'+1+cmd"],
      ["'@SUM(A1)", '5', "'\t=1+1", '+3.50', "'-2+3"],
    ]);
  });

  it('shows a row of another shape as far as it has columns', async () => {
    const body = `${csv([monthRow(1, '202603', 5)])}${demoUscc(2)},202603\n${demoUscc(3)},202603,7,8,9\n`;
    const delivery = await given({ ...monthly([]), body });
    expect(await rowsOf(delivery.deliveryId)).toMatchObject([
      { 统一社会信用代码: demoUscc(2), 费款所属期: '202603', 参保总人数: '', 错误代码: 'ROW_SHAPE' },
      { 参保总人数: '7', 建议: expect.stringContaining('原行多出2列，请对齐各列') },
    ]);
  });

  it('mended and sent back alone is applied, and what it mends is marked', async () => {
    const faulty = await given(
      monthly([
        monthRow(1, '202602', 5),
        monthRow(2, '2026-15', 6),
        monthRow(3, 'soon', 7),
        { ...monthRow(3, '202602', 9), 统一社会信用代码: 'none' },
      ]),
    );
    expect(faulty).toMatchObject({ applied: 1, quarantined: 3 });
    const rows = await rowsOf(faulty.deliveryId);
    rows[0]!['费款所属期'] = '202602';
    rows[2]!['统一社会信用代码'] = demoUscc(3);
    const mended = await given(monthly(rows));
    expect(mended).toMatchObject({ rows: 3, applied: 2, quarantined: 1, counts: { DQ05: 1 } });
    expect(await states(faulty.deliveryId)).toEqual(['2 CORRECTED', '3 WAITING', '4 CORRECTED']);
    const { items } = await product.deliveries.quarantine(faulty.deliveryId, { limit: 1 });
    expect(items[0]!.mendedBy).toBe(mended.deliveryId);
    expect((await rowsOf(faulty.deliveryId)).map((row) => row['错误行'])).toEqual([`${faulty.deliveryId}/3`]);
    const text = await textOf(mended.deliveryId);
    expect(text.split('\r\n')[0]!.match(/错误行/g)).toHaveLength(1);
  });

  it('a key that was delivered twice is mended by whoever states it once', async () => {
    const doubled = await given(
      monthly([monthRow(1, '202512', 5), monthRow(1, '202512', 6), monthRow(2, '202512', 6)]),
    );
    expect(await states(doubled.deliveryId)).toEqual(['1 WAITING', '2 WAITING']);
    await given(monthly([monthRow(1, '202512', 6)]));
    expect(await states(doubled.deliveryId)).toEqual(['1 CORRECTED', '2 CORRECTED']);
  });

  it('a row of another source, an unknown row, and nonsense mend nothing', async () => {
    const faulty = await given(monthly([{ ...monthRow(1, 'soon', 1), 单位编号: 'x' }]));
    const reference = `${faulty.deliveryId}/1`;
    await given(awards([{ ...awardRow(1, 'P9'), 错误行: reference }]));
    await given(
      monthly([
        { ...monthRow(1, '202510', 1), 错误行: `${faulty.deliveryId}/99` },
        { ...monthRow(2, '202510', 1), 错误行: 'the first one' },
        { ...monthRow(3, 'soon', 1), 错误行: reference },
      ]),
    );
    expect(await states(faulty.deliveryId)).toEqual(['1 WAITING']);
  });

  it('of a delivery that nobody knows is refused', async () => {
    await expect(errorFile(product.db, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      problem: { code: 'delivery-unknown' },
    });
  });
});
