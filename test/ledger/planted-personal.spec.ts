import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { cellKindOf } from '#lib/data-sources';
import { FixedClock } from '#lib/kernel';
import { errorFile } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import {
  columnsOf,
  fileOf,
  FIXTURES_AT,
  rowOf,
  SAMPLE_ROWS,
  type Fields,
  type SampleRow,
} from '../kit/every-layout.ts';
import { register } from '../kit/firms.ts';
import { cardNumber, emailAddress, idNumber, mobileNumber, personName } from '../kit/personal-numbers.ts';
import { everyText } from '../kit/traces.ts';

/** What the numbers of this file look like wherever they stand: each was planted. */
const PLANTED =
  /.{0,30}(?:659999\d{11}[\dX]|(?<!\d)1999\d{7}(?!\d)|planted\.\d+@|621999\d{13}|欧阳[甲乙丙丁戊己庚辛壬癸]+).{0,30}/g;

/** A change of address keeps its text, in which a name cannot be told from a street's; a change of a person does not. */
const ABOUT_PERSONS: Readonly<Record<string, Fields>> = { 'registration-changes': { 变更事项: '法定代表人变更' } };

/** Numbers and names of persons, each planted once. */
class Planter {
  private n = 0;
  /** Every kind that the column's kind masks, and in what shape. */
  *texts(column: string): Generator<string> {
    const n = (this.n += 1);
    const id = idNumber(n);
    yield id;
    yield `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`;
    yield `见${[...id].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('')}。`;
    yield `\u00a0${id.slice(0, 9)}\u200b${id.slice(9)}\t`;
    yield `请联系${emailAddress(n)}`;
    if (cellKindOf(column) === 'number') return;
    yield mobileNumber(n);
    yield `电话:+86 ${mobileNumber(n)}，或${mobileNumber(n + 5_000_000)}`;
    yield cardNumber(n);
    yield `帐号${cardNumber(n)
      .replaceAll(/\d{4}(?=\d)/g, '$& ')
      .trim()}（工行）`;
    yield `${id}、${mobileNumber(n)}、${emailAddress(n)}、${cardNumber(n)}`;
  }

  person(): string {
    return personName((this.n += 1));
  }
}

describe('personal numbers in the files of every source', () => {
  let product: TestProduct;
  const planter = new Planter();
  const deliveries: string[] = [];
  const clock = new FixedClock(FIXTURES_AT);
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register(Array.from({ length: 400 }, (_, i) => i + 1)));
  });
  afterAll(() => product.close());

  const found = async (): Promise<string[]> => {
    let text = await everyText(product);
    for (const id of deliveries) for await (const piece of await errorFile(product.db, id)) text += piece;
    for (const name of readdirSync(product.dataDir, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(product.dataDir, name);
      if (statSync(file).isFile()) text += readFileSync(file, 'latin1');
    }
    return (text.normalize('NFKC').match(PLANTED) ?? []).slice(0, 20);
  };

  it.each(SAMPLE_ROWS.map((sample) => [sample.name, sample] as const))('%s: none is kept', async (_, sample) => {
    const { layout } = sample;
    const personal = new Set(layout.personal.map(({ column }) => column));
    const rows: Fields[] = [];
    const expected: Record<string, number> = {};
    for (const column of columnsOf(sample))
      for (const text of planter.texts(column)) {
        const row = rowOf(sample, rows.length + 1);
        rows.push({ ...row, [column]: text });
        if (personal.has(column))
          rows.push({ ...row, ...ABOUT_PERSONS[sample.source], [column]: `${planter.person()}${text}` });
        if (!personal.has(column)) expected[column] = (expected[column] ?? 0) + 1;
      }
    rows.push(...nested(sample, rows.length + 1, planter));
    const view = await deliver(product, fileOf(sample, rows));
    // Many rows lose their key or their code to the mask: a gate may hold the delivery, and a person lets it through.
    if (view.state === 'HOLD') {
      expect(view.held).toBe('PARSE_RATE');
      await product.deliveries.release(view.deliveryId, { person: product.person, reason: 'planted' });
    }
    const done = view.state === 'HOLD' ? await product.intake.process(view.deliveryId) : view;
    deliveries.push(done.deliveryId);
    expect({ state: done.state, rows: done.rows }).toEqual({ state: 'RECONCILED', rows: rows.length });
    expect(done.applied! + done.unchanged! + done.quarantined! + done.ignored!).toBe(rows.length);
    const issues = await product.db.query<{ column_name: string; n: number }>(
      `SELECT column_name, count(*)::int AS n FROM row_issue WHERE delivery_id = $1 AND code = 'DQ20' GROUP BY 1`,
      [done.deliveryId],
    );
    const masked = Object.fromEntries(issues.map(({ column_name, n }) => [column_name, n]));
    if (layout.form === 'csv' || layout.form === 'xlsx') expect(masked).toEqual(expected);
  });

  it('leave no trace in any table, packed row, error file or file on disk', async () => {
    expect(deliveries).toHaveLength(SAMPLE_ROWS.length);
    expect(await found()).toEqual([]);
  });

  it('in an undeclared column hold the delivery, and nothing of it is in the database', async () => {
    for (const sample of SAMPLE_ROWS) {
      const n = planter.texts('备注');
      const rows = [...n].map((text, i) => ({ ...rowOf(sample, i + 1), [`备注${mobileNumber(7)}`]: text }));
      const more = [`备注${mobileNumber(7)}`];
      expect(await deliver(product, fileOf(sample, rows, more))).toMatchObject({ state: 'HOLD', held: 'DQ20' });
    }
    expect((await everyText(product)).match(PLANTED)).toBeNull();
  });

  it('in a file without header, in a broken line and in the name of the file are not quoted', async () => {
    const text = [...planter.texts('备注')].at(-1)!;
    const headless = await deliver(product, {
      source: 'subsidies',
      fileName: `${idNumber(9)}.csv`,
      body: `${planter.person()},${text}\n${text},1\n`,
    });
    expect(headless).toMatchObject({ state: 'REJECTED', problem: { code: 'columns-missing' } });
    const broken = await deliver(product, {
      source: 'loan-outcomes',
      layout: 'events',
      body: `{"usc":"${text}\n["${text}"]\n{"${mobileNumber(3)}":1,"usc":"","partner":"","eventId":"","event":"","occurredAt":""}`,
    });
    expect(broken).toMatchObject({ state: 'RECONCILED', quarantined: 3, counts: { DQ20: 2, ROW_SHAPE: 2 } });
    expect((await everyText(product)).match(PLANTED)).toBeNull();
  });
});

/** Rows of JSON lines and XML with numbers deep inside, as text, as a number and as the name of a member. */
function nested(sample: SampleRow, first: number, planter: Planter): Fields[] {
  const { form, personal } = sample.layout;
  if (form !== 'jsonl' && form !== 'xml') return [];
  const open = columnsOf(sample).filter((column) => !personal.some((p) => p.column === column));
  return open.flatMap((column, c) => {
    const [, , , , , , mixed] = [...planter.texts('备注')];
    return [
      { note: mixed },
      [[mixed], { name: planter.person().slice(0, 0), deep: { deeper: [mixed] } }],
      ...(form === 'jsonl' ? [{ [mobileNumber(c)]: 1 }, Number(mobileNumber(c)), [Number(mobileNumber(c))]] : []),
    ]
      .filter((value) => typeof value !== 'number' || cellKindOf(column) === 'text')
      .map((value, i) => ({ ...rowOf(sample, first + 3 * c + i), [column]: value }));
  });
}
