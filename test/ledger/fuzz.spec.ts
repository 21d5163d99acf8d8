import { gzipSync } from 'node:zlib';
import { strToU8, unzipSync, zipSync } from 'fflate';
import iconv from 'iconv-lite';
import { FixedClock, ProblemError } from '#lib/kernel';
import type { DeliveryView } from '#lib/ledger';
import { seeded } from '../kill/ledger-content.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
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

jest.setTimeout(3_600_000);

const ROWS = process.env['FIRSTMILE_LONG'] ? 100_000 : 2_000;
const SEED = Number(process.env['FIRSTMILE_SEED'] ?? 20260710);
/** Of a file whose cells are mutated; the rest of the rows go into files whose bytes are. */
const CELLS_SHARE = 0.8;
const FIRMS = 300;

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, of: readonly T[]): T => of[below(random, of.length)]!;

/** Texts that have broken readers of files. */
const NASTY: readonly string[] = [
  '',
  ' ',
  '\t',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\u202e反向',
  '\u200b',
  '"',
  '""',
  '"a',
  'a"b"c',
  ',',
  ',,,',
  '\n',
  '\r\n',
  '\r',
  "'",
  '`',
  '\\',
  '\\N',
  '\\.',
  '\\u0000',
  '%s',
  '${x}',
  '$1',
  '{}',
  '[]',
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  '<a>',
  '&amp;',
  '&#0;',
  '&lol;',
  ']]>',
  '<!--',
  '=1+1',
  '-',
  '--',
  '0',
  '-0',
  '-1',
  '1e999',
  '1e-999',
  '9'.repeat(400),
  '0.'.repeat(40),
  '99999999999999999999',
  '9007199254740993',
  '1,2,3',
  '1.2.3',
  '٣',
  '½',
  '१२',
  '𝟏𝟐',
  '0000-00-00',
  '9999-12-31',
  '10000-01-01',
  '2025-02-29',
  '2024-13-01',
  '20240230',
  '20240101T00:00:00Z',
  '1904-01-01',
  '60000',
  '20000',
  '-1',
  '100年1月1日',
  '91'.padEnd(18, 'Z'),
  '9.13501E+17',
  'Z'.repeat(300),
  '甲'.repeat(70_000),
  'é'.normalize('NFD'),
  '\u0001\u0002',
  '\u2028',
  '👩‍👩‍👧‍👦'.repeat(20),
  '11010519491231002X',
  '13900001111',
  '合计',
  '总计',
  '万元',
  '元',
  '%',
  '#',
  '#(元/万元)',
  '50万美元',
  '1,000.00万人民币',
  'U',
  'D',
  'X',
];

const deep = (levels: number): unknown => (levels === 0 ? 'x' : { a: [deep(levels - 1)] });

function mutatedText(random: Random, text: string): string {
  const at = below(random, text.length + 1);
  const until = at + 1 + below(random, 4);
  switch (below(random, 8)) {
    case 0:
      return text.slice(0, at) + text.slice(until);
    case 1:
      return text.slice(0, until) + text.slice(at);
    case 2:
      return text.slice(0, at) + pick(random, NASTY) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCharCode(below(random, 0x10000)) + text.slice(at + 1);
    case 4:
      return text.split('').reverse().join('');
    case 5:
      return text.repeat(1 + below(random, 30));
    default:
      return pick(random, NASTY);
  }
}

/** Another value in one to three of a row's cells; JSON and XML also get values of other kinds, and other members. */
function mutatedRow(random: Random, sample: SampleRow): Fields {
  const row: Record<string, unknown> = { ...rowOf(sample, 1 + below(random, FIRMS + 20)) };
  const columns = columnsOf(sample);
  const tabular = sample.layout.form === 'csv' || sample.layout.form === 'xlsx';
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const [column, other] = [pick(random, columns), pick(random, columns)];
    const kind = below(random, tabular ? 5 : 9);
    if (kind === 0) [row[column], row[other]] = [row[other] ?? '', row[column] ?? ''];
    else if (kind === 1) row[column] = row[other] ?? '';
    else if (kind === 5) row[column] = deep(1 + below(random, 45));
    else if (kind === 6)
      row[column] = pick<unknown>(random, [
        null,
        true,
        0,
        -1.5,
        1e300,
        13900001111,
        [],
        {},
        [[[]]],
        [null],
        { usc: 1 },
        [{ name: {}, usc: [] }],
      ]);
    else if (kind === 7) delete row[column];
    else if (kind === 8)
      row[pick(random, ['__proto__', 'toString', '', 'x'.repeat(300), '\u0000', '备注'])] = pick(random, NASTY);
    else row[column] = mutatedText(random, textOf(row[column]));
  }
  const { form } = sample.layout;
  if (form === 'jsonl') return row;
  return JSON.parse(JSON.stringify(row), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(form === 'csv' ? UNWRITABLE : NOT_IN_XML, '') : value,
  ) as Fields;
}

/** UTF-8 has no half of a surrogate pair, and U+FFFD refuses a file; both are tried with its bytes. */
const UNWRITABLE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\uFFFD/g;
const NOT_IN_XML = new RegExp(String.raw`${UNWRITABLE.source}|[\0-\x1f\uFFFE\uFFFF]`, 'g');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function mutatedBytes(random: Random, given: Buffer): Buffer {
  let bytes = Buffer.from(given);
  for (let times = 1 + below(random, 6); times > 0; times--) {
    const at = below(random, bytes.length);
    const until = Math.min(bytes.length, at + 1 + below(random, 40));
    switch (below(random, 6)) {
      case 0:
        if (bytes.length > 0) bytes[at] = bytes[at]! ^ (1 << below(random, 8));
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, until), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(pick(random, NASTY).slice(0, 200)),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = bytes.subarray(0, at + 1);
        break;
      default:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(Array.from({ length: 8 }, () => below(random, 256))),
          bytes.subarray(at),
        ]);
    }
  }
  return bytes;
}

/** The bytes of a file changed; of a workbook also those of one of its parts. */
function mutatedFile(random: Random, given: Given): Given {
  const body = Buffer.from(given.body);
  switch (below(random, 6)) {
    case 0:
      return { ...given, body: mutatedBytes(random, gzipSync(body)) };
    case 1:
      return { ...given, body: gzipSync(mutatedBytes(random, body)).subarray(0, 40 + below(random, body.length)) };
    case 2:
      return {
        ...given,
        body: iconv.encode(body.toString('utf8'), pick(random, ['gb18030', 'utf-16le', 'utf-16be', 'latin1', 'big5'])),
      };
    case 3:
    case 4:
      if (given.fileName?.endsWith('xlsx')) {
        const parts = unzipSync(new Uint8Array(body));
        const name = pick(random, Object.keys(parts));
        parts[name] = new Uint8Array(mutatedBytes(random, Buffer.from(parts[name]!)));
        if (random() < 0.2) parts['xl/evil.xml'] = strToU8('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>');
        return { ...given, body: Buffer.from(zipSync(parts)) };
      }
      return { ...given, body: mutatedBytes(random, body) };
    default:
      return { ...given, body: mutatedBytes(random, body) };
  }
}

describe(`mutated files of every layout (FIRSTMILE_SEED=${SEED})`, () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock(FIXTURES_AT));
    await deliver(product, register(Array.from({ length: FIRMS }, (_, i) => i + 1)));
  });
  afterAll(() => product.close());

  /** Works a file off, past the gates that count; what it comes to. Throws whatever is no coded refusal. */
  async function ended(given: Given): Promise<DeliveryView | undefined> {
    try {
      const view = await deliver(product, given);
      if (view.state !== 'HOLD' || view.held === 'DQ20') return view;
      await product.deliveries.release(view.deliveryId, { person: product.person, reason: 'fuzz' });
      return await product.intake.process(view.deliveryId);
    } catch (error) {
      if (error instanceof ProblemError) return undefined; // refused at the door, with its code
      throw error;
    }
  }

  function check(view: DeliveryView | undefined): void {
    if (!view) return;
    expect(['RECONCILED', 'HOLD', 'REJECTED']).toContain(view.state);
    if (view.state === 'REJECTED') expect(view.problem?.code).toMatch(/^[a-z][a-z-]+$/);
    else if (view.state === 'HOLD') expect(view.held).toBe('DQ20');
    else expect(view.applied! + view.unchanged! + view.quarantined! + view.ignored!).toBe(view.rows);
  }

  const share = Math.ceil((ROWS * CELLS_SHARE) / SAMPLE_ROWS.length);
  const files = Math.max(2, Math.ceil((ROWS * (1 - CELLS_SHARE)) / SAMPLE_ROWS.length / 4));

  it.each(SAMPLE_ROWS.map((sample, i) => [sample.name, sample, i] as const))('%s', async (_, sample, i) => {
    const random = seeded(SEED + i);
    const rows = Array.from({ length: share }, () => mutatedRow(random, sample));
    const view = await ended(fileOf(sample, rows));
    expect(view).toBeDefined();
    check(view);
    // Mutated cells never cost a whole file of a text form, unless one says that it is about a real firm.
    if (view?.state === 'REJECTED') expect(view.problem!.code).toMatch(/book-kind|xml-broken|not-xml|csv-broken/);
    for (let file = 0; file < files; file++) {
      const four = Array.from({ length: 4 }, () => rowOf(sample, 1 + below(random, FIRMS)));
      check(await ended(mutatedFile(random, fileOf(sample, four))));
    }
  });

  it('leaves nothing open and nothing that was not coded', async () => {
    const rows = await product.db.query<{ state: string; n: number }>(
      `SELECT state, count(*)::int AS n FROM delivery WHERE state NOT IN ('RECONCILED', 'HOLD', 'REJECTED') GROUP BY 1`,
    );
    expect(rows).toEqual([]);
    const [sum] = await product.db.query<{ off: number; n: number }>(
      `SELECT count(*) FILTER (WHERE rows <> applied + unchanged + quarantined + ignored)::int AS off, count(*)::int AS n FROM delivery WHERE state = 'RECONCILED'`,
    );
    expect(sum).toMatchObject({ off: 0 });
    expect(sum!.n).toBeGreaterThan(SAMPLE_ROWS.length / 2);
  });
});
