import { FixedClock } from '#lib/kernel';
import type { DeliveryView } from '#lib/ledger';
import { gunzipSync } from 'node:zlib';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import {
  applicationNo,
  awardRow,
  awards,
  csv,
  demoUscc,
  monthly,
  monthRow,
  patentFile,
  register,
  registerRow,
} from '../kit/firms.ts';

describe('every row is accounted for', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3]));
  });
  afterAll(() => product.close());

  const balance = (d: DeliveryView): readonly (number | null)[] => {
    expect(d.rows).toBe(d.applied! + d.unchanged! + d.quarantined! + d.ignored!);
    return [d.rows, d.applied, d.unchanged, d.quarantined, d.ignored];
  };
  const waiting = (d: DeliveryView): Promise<{ rowNo: number; code: string; raw: string }[]> =>
    product.db.query(`SELECT row_no AS "rowNo", code, raw FROM quarantine WHERE delivery_id = $1 ORDER BY row_no`, [
      d.deliveryId,
    ]);
  const keptRows = async (d: DeliveryView): Promise<unknown[]> => {
    const blocks = await product.db.query<{ first_row: number; rows: number; lines: Buffer }>(
      'SELECT first_row, rows, lines FROM delivery_block WHERE delivery_id = $1 ORDER BY first_row',
      [d.deliveryId],
    );
    const lines = blocks.flatMap((block) => {
      const unpacked = gunzipSync(block.lines).toString('utf8').split('\n');
      expect(unpacked).toHaveLength(block.rows);
      return unpacked;
    });
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  it('in a mixed registration file', async () => {
    const delivered = await deliver(product, {
      ...register([]),
      body: csv([
        registerRow(10),
        registerRow(11),
        registerRow(11), // the same again: DQ10
        registerRow(12),
        registerRow(12, { 注册资金: '200万人民币' }), // another content: DQ11, both
        registerRow(13, { 统一社会信用代码: '9144DM' }), // malformed: DQ01
        registerRow(14, { 注册日期: '昨天' }), // no date: DQ05
        registerRow(15, { 注册资金: '很多' }), // a fault of a field
        registerRow(1), // known, unchanged
      ]),
    });
    expect(balance(delivered)).toEqual([9, 3, 2, 4, 0]);
    expect(delivered.counts).toMatchObject({ DQ10: 1, DQ11: 2, DQ01: 1, DQ05: 1 });
    expect((await waiting(delivered)).map((row) => [row.rowNo, row.code])).toEqual([
      [4, 'DQ11'],
      [5, 'DQ11'],
      [6, 'DQ01'],
      [7, 'DQ05'],
    ]);
    // A doubled code with different contents registers nobody.
    expect(await product.db.query('SELECT FROM company WHERE uscc = $1', [demoUscc(12)])).toEqual([]);
  });

  it('leaves a field that cannot be read out, keeps the row, and says so', async () => {
    const delivered = await deliver(product, monthly([monthRow(1, '202512', 8, { '缴费基数合计(元)': '若干' })]));
    expect(balance(delivered)).toEqual([1, 1, 0, 0, 0]);
    const [record] = await product.db.query<{ payload: object }>('SELECT payload FROM record WHERE delivery_id = $1', [
      delivered.deliveryId,
    ]);
    expect(record!.payload).toEqual({ kind: 'month', month: '2025-12', insuredTotal: 8 });
    expect(
      await product.db.query('SELECT row_no, code, column_name, raw FROM row_issue WHERE delivery_id = $1', [
        delivered.deliveryId,
      ]),
    ).toEqual([{ row_no: 1, code: 'DQ09', column_name: '缴费基数合计(元)', raw: '若干' }]);
  });

  it('ignores totals and rows that name no firm of the book, counted by reason', async () => {
    const totals = await deliver(
      product,
      awards([awardRow(1, 'P-1'), { 项目编号: '合计', '批复金额(万元)': 30 }, { 项目名称: '备注' }]),
    );
    expect(balance(totals)).toEqual([3, 1, 0, 0, 2]);
    expect(totals.counts).toMatchObject({ 'ignored:total': 1, 'ignored:no-project-number': 1 });

    const patents = await deliver(
      product,
      patentFile([
        { appNo: applicationNo(1), applicants: [{ name: '样例', usc: demoUscc(1) }] },
        { appNo: applicationNo(2), applicants: [{ name: '样例', usc: demoUscc(900) }] }, // a firm not in the book
        { appNo: applicationNo(3), applicants: [{ name: '样例大学' }] },
        { appNo: applicationNo(4), applicants: [{ usc: demoUscc(901) }, { usc: demoUscc(2) }] },
      ]),
    );
    expect(balance(patents)).toEqual([4, 2, 0, 0, 2]);
    expect(patents.counts).toMatchObject({ 'ignored:unknown-firm': 1, 'ignored:no-applicant-with-uscc': 1 });
    expect(await waiting(patents)).toEqual([]);
  });

  it('takes a row of several firms whole or not at all', async () => {
    const both = [{ usc: demoUscc(1), original: true }, { usc: demoUscc(2) }];
    const delivered = await deliver(
      product,
      patentFile([
        { appNo: applicationNo(5), applicants: both },
        { appNo: applicationNo(5), applicants: [{ usc: demoUscc(1), original: false }, { usc: demoUscc(2) }] },
      ]),
    );
    expect(balance(delivered)).toEqual([2, 0, 0, 2, 0]);
    expect(await product.db.query('SELECT FROM record WHERE delivery_id = $1', [delivered.deliveryId])).toEqual([]);
  });

  it('quarantines JSON lines without the shape of a row', async () => {
    const lines = [
      { appNo: applicationNo(6), applicants: [{ usc: demoUscc(1) }] },
      [1, 2],
      'text',
      { appNo: applicationNo(7), applicants: [{ usc: demoUscc(1) }], title: 'half a pair \ud83d' },
      { appNo: applicationNo(8), applicants: [{ usc: demoUscc(1) }], title: 'a NUL \0' },
      { appNo: applicationNo(9), applicants: [{ usc: demoUscc(1) }], title: 'a written \\u0000 is text' },
    ].map((value) => JSON.stringify(value));
    const delivered = await deliver(product, { source: 'patents', body: `${lines.join('\n')}\n{"appNo": \n` });
    expect(balance(delivered)).toEqual([7, 2, 0, 5, 0]);
    expect((await waiting(delivered)).map((row) => [row.rowNo, row.code])).toEqual(
      [2, 3, 4, 5, 7].map((rowNo) => [rowNo, 'ROW_SHAPE']),
    );
  });

  it('keeps each row as delivered, in blocks and in the quarantine', async () => {
    const rows = Array.from({ length: 2345 }, (_, i) =>
      awardRow(1, `K-${i}`, { 项目名称: i % 7 === 0 ? '引号",与\n换行' : `项目${i}` }),
    );
    rows[1234] = { ...rows[1234]!, 统一社会信用代码: '9144' };
    const delivered = await deliver(product, awards(rows));
    const cells = rows.map((row) => Object.values(row).map(String));
    expect(await keptRows(delivered)).toEqual(cells);
    expect((await waiting(delivered)).map((row) => [row.rowNo, JSON.parse(row.raw)])).toEqual([[1235, cells[1234]]]);
  });

  it('quarantines a key that no index can hold', async () => {
    const long = Array.from({ length: 4000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20000))).join('');
    const delivered = await deliver(product, awards([awardRow(2, long), awardRow(2, 'short')]));
    expect(balance(delivered)).toEqual([2, 1, 0, 1, 0]);
    expect(delivered.counts).toMatchObject({ ROW_SHAPE: 1 });
  });
});

describe('rows whose firm is not registered', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00.000Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1]));
  });
  afterAll(() => product.close());

  it('wait, and the registration that brings the firm releases them at its tick, evidence unchanged', async () => {
    clock.set('2026-03-02T00:00:00.000Z');
    const early = await deliver(product, monthly([monthRow(1, '202601', 5), monthRow(50, '202601', 6)]));
    expect(early).toMatchObject({ rows: 2, applied: 1, quarantined: 1, counts: { DQ03: 1 } });
    clock.set('2026-03-03T00:00:00.000Z');
    await deliver(product, monthly([monthRow(50, '202601', 7)]));
    const third = await deliver(product, monthly([monthRow(51, '202601', 1)]));

    clock.set('2026-03-04T00:00:00.000Z');
    const registration = await deliver(product, register([50]));
    expect(registration).toMatchObject({ rows: 1, applied: 1, counts: { 'released:DQ03': 2 } });
    const records = await product.db.query(
      `SELECT r.known_from, r.known_to, r.row_no, (r.payload->>'insuredTotal')::int AS heads, d.received_at
       FROM record r JOIN company c USING (company_id) JOIN delivery d ON d.delivery_id = r.delivery_id
       WHERE c.uscc = $1 AND r.source = 'social-security' ORDER BY r.known_from`,
      [demoUscc(50)],
    );
    // The newest of the waiting statements, its evidence the row that was delivered then; the older one arrives superseded.
    expect(records).toEqual([
      {
        known_from: new Date('2026-03-04T00:00:00.000Z'),
        known_to: null,
        row_no: 1,
        heads: 7,
        received_at: new Date('2026-03-03T00:00:00.000Z'),
      },
      {
        known_from: new Date('2026-03-04T00:00:00.001Z'),
        known_to: new Date('2026-03-04T00:00:00.001Z'),
        row_no: 2,
        heads: 6,
        received_at: new Date('2026-03-02T00:00:00.000Z'),
      },
    ]);
    const states = await product.db.query(
      `SELECT delivery_id = $1 AS early, state, released_at FROM quarantine WHERE code = 'DQ03' ORDER BY 2, 1`,
      [early.deliveryId],
    );
    const at = new Date('2026-03-04T00:00:00.000Z');
    expect(states).toEqual([
      { early: false, state: 'RELEASED', released_at: at },
      { early: true, state: 'RELEASED', released_at: at },
      { early: false, state: 'WAITING', released_at: null },
    ]);
    expect(await product.deliveries.quarantine(third.deliveryId, { limit: 10 })).toMatchObject({
      items: [{ rowNo: 1, code: 'DQ03', state: 'WAITING', issues: [{ code: 'DQ03', raw: demoUscc(51) }] }],
    });
  });

  it('are not released by a registration that stays in quarantine itself', async () => {
    await deliver(product, {
      ...register([]),
      body: csv([registerRow(51), registerRow(51, { 注册资金: '9万人民币' })]),
    });
    expect(await product.db.query(`SELECT FROM quarantine WHERE code = 'DQ03' AND state = 'WAITING'`)).toHaveLength(1);
  });
});
