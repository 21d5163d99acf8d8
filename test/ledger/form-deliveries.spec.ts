import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';
import { everyText, traces } from '../kit/traces.ts';
import { rowsXml, workbook } from '../kit/workbook.ts';

describe('deliveries in these forms', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
    await deliver(product, register([1, 2]));
  });
  afterAll(() => product.close());
  const AWARDS = ['项目编号', '统一社会信用代码', '批复金额(万元)', '批复日期'];

  it('a workbook: records, quarantined rows by the sheet’s numbers, kept rows, and the counts agree', async () => {
    const rows = rowsXml([
      ['标题'],
      AWARDS,
      ['X-1', demoUscc(1), 30.5, 45292],
      [],
      ['X-2', '9144DM', 1],
      ['X-3', demoUscc(2), 12345678.9, '2025年3月1日'],
      ['合计', '', 1],
    ]);
    const far = rowsXml([['X-4', demoUscc(77)]], 5000);
    const body = workbook({ sheets: [{ rows: rows + far }] });
    const delivered = await deliver(product, { source: 'subsidies', layout: 'xlsx', body, manifest: { rows: 5 } });
    expect(delivered).toMatchObject({
      state: 'RECONCILED',
      rows: 5,
      applied: 2,
      quarantined: 2,
      ignored: 1,
      counts: { DQ01: 1, DQ03: 1, DQ07: 1 },
    });
    const { items } = await product.deliveries.quarantine(delivered.deliveryId, { limit: 10 });
    expect(items).toMatchObject([
      { rowNo: 5, code: 'DQ01', raw: '["X-2","9144DM","1",""]' },
      { rowNo: 5000, code: 'DQ03', raw: expect.stringContaining('X-4') },
    ]);
    const records = await product.db.query(
      'SELECT row_no, event_date, payload FROM record WHERE delivery_id = $1 ORDER BY row_no',
      [delivered.deliveryId],
    );
    expect(records).toMatchObject([
      { row_no: 3, event_date: '2024-01-01', payload: { approvedAmount: 30_500_000 } },
      { row_no: 6, event_date: '2025-03-01', payload: { approvedAmount: 12_345_678_900_000 } },
    ]);
  });

  it('an XML file: what may not be kept is not, and a personal column holds it', async () => {
    const event = (more: string): string =>
      `<event><usc>${demoUscc(1)}</usc><round>A轮</round><announced>2025-01-02</announced>${more}</event>`;
    const investors = '<investors><investor><name>欧阳样例</name><type>个人</type></investor></investors>';
    const given = (body: string): Given => ({
      source: 'financing-events',
      layout: 'xml',
      body: `<events>${body}</events>`,
    });
    const delivered = await deliver(product, given(event(investors) + event(investors) + '<event>欧阳样例</event>'));
    expect(delivered).toMatchObject({ state: 'RECONCILED', rows: 3, quarantined: 1, counts: { ROW_SHAPE: 1 } });
    expect(await everyText(product)).not.toContain('欧阳样例');
    expect(await deliver(product, given(event('<contact>欧阳样例</contact>')))).toMatchObject({
      state: 'HOLD',
      held: 'DQ20',
    });
    expect(await everyText(product)).not.toContain('欧阳样例');
  });

  it('a refused one leaves nothing, although rows had been read', async () => {
    const rows = rowsXml([AWARDS, ['Y-1', demoUscc(1), 1]]);
    const body = workbook({ sheets: [{ rows: `${rows}<row r="1"/>` }] });
    const refused = await deliver(product, { source: 'subsidies', layout: 'xlsx', body });
    expect(refused).toMatchObject({
      state: 'REJECTED',
      rows: null,
      problem: { code: 'xlsx-broken', errors: [{ row: 2 }] },
    });
    expect(await traces(product, refused.deliveryId)).toEqual({});
  });
});
