import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { FixedClock } from '#lib/kernel';
import { INTAKE_LIMITS } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { applicationNo, awardRow, awards, csv, demoUscc, patentFile, register, registerRow } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

/** Small, so that files just past a limit stay small, too. */
const LIMITS = { ...INTAKE_LIMITS, fileBytes: 4_000_000, unpackedBytes: 2_000_000, lineBytes: 100_000 };
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082',
  'hex',
);

const clock = new FixedClock('2026-03-01T00:00:00Z');
let product: TestProduct;
beforeAll(async () => {
  product = await openTestProduct(clock, LIMITS);
  await deliver(product, register([1, 2, 3]));
});
afterAll(() => product.close());

const sound = csv([registerRow(10), registerRow(11)]);
const registration = (body: string | Buffer): Given => ({ ...register([]), body });
const bureau = (body: string | Buffer): Given => ({ source: 'business-registration', layout: 'bureau', body });
const BUREAU = csv([{ 统一社会信用代码: demoUscc(30), 企业名称: '样例，科技有限公司', 成立日期: '2021-05-06' }]);
/** Rows that resemble nothing a packer could shorten past 200 : 1. */
const manyRows = (from: number, count: number): string =>
  csv(Array.from({ length: count }, (_, i) => registerRow(from + i)));

describe('a file that cannot be taken is refused whole', () => {
  const expectRefused = async (given: Given, code: string, errors?: readonly object[]): Promise<void> => {
    const refused = await deliver(product, given);
    expect(refused).toMatchObject({
      state: 'REJECTED',
      rows: null,
      applied: null,
      problem: { code, zh: expect.stringMatching(/[一-鿿]/), ...(errors ? { errors } : {}) },
    });
    expect(await traces(product, refused.deliveryId)).toEqual({});
    // A refusal does not stand in the way of those that come after.
    expect(await product.intake.sweep()).toBe(0);
  };

  it('a picture', async () => {
    await expectRefused(registration(PNG), 'encoding');
    await expectRefused(bureau(PNG), 'encoding');
    await expectRefused({ source: 'patents', body: PNG }, 'encoding');
  });

  it('binary bytes that happen to be text', async () => {
    await expectRefused(registration('PK\0\0\u0003,\0a\n1,2\n'), 'columns-missing');
  });

  it('a missing column, naming it', async () => {
    const file = csv([{ 企业名称: '样例', 统一社会信用代码: demoUscc(12) }]);
    await expectRefused(registration(file), 'columns-missing', [{ header: '注册日期', code: 'columns-missing' }]);
  });

  it('a file of another source, naming every column it lacks', async () => {
    await expectRefused({ ...awards([]), body: sound }, 'columns-missing', [{ header: '项目编号' }]);
  });

  it('a missing field of JSON lines', async () => {
    await expectRefused(patentFile([{ appNo: applicationNo(1) }]), 'columns-missing', [{ header: 'applicants' }]);
  });

  it('a doubled column', async () => {
    const file = `企业名称,统一社会信用代码,注册日期,企业名称\n甲,${demoUscc(12)},2020-01-01,乙\n`;
    await expectRefused(registration(file), 'columns-doubled', [{ header: '企业名称' }]);
  });

  it('too many columns', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `列${i}`);
    await expectRefused(registration(`企业名称,统一社会信用代码,注册日期,${names.join(',')}\n`), 'columns-too-many');
  });

  it('truncated gzip', async () => {
    const packed = gzipSync(manyRows(1000, 3000));
    await expectRefused(registration(packed.subarray(0, packed.length - 100)), 'gzip-truncated');
    await expectRefused(registration(packed.subarray(0, packed.length - 5)), 'gzip-truncated');
    await expectRefused(registration(packed.subarray(0, 7)), 'gzip-truncated');
  });

  it('damaged gzip', async () => {
    const packed = gzipSync(manyRows(1000, 3000));
    const wrongSum = Buffer.from(packed);
    wrongSum[packed.length - 8]! ^= 1;
    await expectRefused(registration(wrongSum), 'gzip-broken');
    const wrongHeader = Buffer.from(packed);
    wrongHeader[2] = 99;
    await expectRefused(registration(wrongHeader), 'gzip-broken');
  });

  it('a gzip bomb, by ratio and by size', async () => {
    await expectRefused(registration(gzipSync(sound + '\n'.repeat(1_500_000))), 'archive-bomb');
    // Rows of random digits: no great ratio, yet past the bound.
    let seed = 7;
    const digits = (): string => String((seed = (seed * 48_271) % 2_147_483_647));
    const scope = (): string => Array.from({ length: 2000 }, digits).join('');
    const rows = Array.from({ length: 120 }, (_, i) => registerRow(i, { 经营范围: scope() }));
    await expectRefused(registration(gzipSync(csv(rows))), 'archive-bomb');
  });

  it('a line past the limit, naming the row', async () => {
    const long = csv([
      registerRow(10, { 经营范围: '' }),
      registerRow(11, { 经营范围: '长'.repeat(40_000) }),
      registerRow(12),
    ]);
    await expectRefused(registration(long), 'line-too-long', [{ row: 2 }]);
    await expectRefused(
      patentFile([{ appNo: applicationNo(1), applicants: [] }, { title: 'x'.repeat(120_000) }]),
      'line-too-long',
      [{ row: 2 }],
    );
    await expectRefused({ source: 'patents', body: 'x'.repeat(120_000) }, 'line-too-long', [{ row: 1 }]);
  });

  it('a quote that is never closed, naming the row', async () => {
    await expectRefused(registration(`${sound}"样例,${demoUscc(12)},2020-01-01\n`), 'csv-broken', [{ row: 3 }]);
    const first = sound.replace('样例10', '"样例10');
    await expectRefused(registration(first), 'csv-broken', [{ row: 1 }]);
  });

  it('broken bytes', async () => {
    const broken = Buffer.concat([Buffer.from(sound), Buffer.from([0xe7, 0xbb, 0x2c, 0xff, 0x0a])]);
    await expectRefused(registration(broken), 'encoding');
    await expectRefused(patentFileOf(broken), 'encoding');
    const gb = Buffer.concat([iconv.encode(BUREAU, 'gb18030'), Buffer.from([0x81, 0x20, 0xff, 0xff, 0x0a])]);
    await expectRefused(bureau(gb), 'encoding');
    // Cut in the middle of a character.
    await expectRefused(registration(Buffer.from(`${sound}统`).subarray(0, -1)), 'encoding');
  });

  it('the marks of an earlier broken conversion', async () => {
    await expectRefused(registration(csv([registerRow(10, { 企业名称: '样\uFFFD例' })])), 'encoding');
  });

  it('a file without a header, or with blank lines only', async () => {
    await expectRefused(registration('\n\n\n'), 'file-empty');
    await expectRefused(registration('\uFEFF'), 'file-empty');
    await expectRefused(registration(gzipSync('')), 'file-empty');
    await expectRefused({ source: 'patents', body: '\n \n' }, 'file-empty');
  });

  it('no JSON lines', async () => {
    await expectRefused({ source: 'patents', body: sound }, 'not-json-lines', [{ row: 1 }]);
    await expectRefused({ source: 'patents', body: '[1,2]\n' }, 'columns-missing');
  });
});

const patentFileOf = (body: Buffer): Given => ({ source: 'patents', body });

describe('a file that is refused at the door leaves nothing', () => {
  const expectThrows = async (given: Given, problem: object): Promise<void> => {
    const count = (): Promise<object[]> => product.db.query('SELECT count(*)::int AS n FROM delivery');
    const before = await count();
    await expect(deliver(product, given)).rejects.toMatchObject({ problem });
    expect(await count()).toEqual(before);
  };

  it('an empty file', () => expectThrows(registration(''), { code: 'file-empty', status: 422 }));
  it('a file past the limit', () =>
    expectThrows(registration(Buffer.alloc(LIMITS.fileBytes + 1, 'x')), { code: 'file-too-large', status: 413 }));
  it('an unknown source, listing those there are', () =>
    expectThrows(
      { source: 'tea-leaves', body: sound },
      {
        code: 'unknown-source',
        status: 404,
        en: expect.stringContaining('social-security'),
        errors: [{ field: 'source' }],
      },
    ));
  it('an unknown layout, listing those there are', () =>
    expectThrows(
      { source: 'business-registration', layout: 'tablet', body: sound },
      {
        code: 'unknown-layout',
        status: 404,
        en: expect.stringContaining('open-register'),
        errors: [{ field: 'layout' }],
      },
    ));
});

describe('a file with odd but clear forms is taken', () => {
  let forms = 400;
  it('a header without rows: nothing applied, nothing covered', async () => {
    const delivered = await deliver(product, registration('企业名称,统一社会信用代码,注册日期\n'));
    expect(delivered).toMatchObject({
      state: 'RECONCILED',
      rows: 0,
      applied: 0,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
    });
    expect(await traces(product, delivered.deliveryId)).toEqual({});
  });

  it.each([
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with byte-order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['GB18030', (text: string) => iconv.encode(text, 'gb18030')],
    ['CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['gzip', (text: string) => gzipSync(text)],
    ['gzip in two members', (text: string) => Buffer.concat([gzipSync(text.slice(0, 20)), gzipSync(text.slice(20))])],
    ['no line end at the end', (text: string) => Buffer.from(text.trimEnd())],
    ['empty columns behind the last', (text: string) => Buffer.from(text.replaceAll('\n', ',,\n'))],
    ['blank lines', (text: string) => Buffer.from(text.replaceAll('\n', '\n\n'))],
  ])('%s', async (_, encode) => {
    const code = demoUscc((forms += 1));
    const delivered = await deliver(product, bureau(encode(BUREAU.replace(demoUscc(30), code))));
    expect(delivered).toMatchObject({ state: 'RECONCILED', rows: 1, applied: 1, counts: {} });
    const [record] = await product.db.query<{ payload: { name: string; establishedOn: string } }>(
      'SELECT payload FROM record WHERE delivery_id = $1',
      [delivered.deliveryId],
    );
    expect(record!.payload).toMatchObject({ name: '样例,科技有限公司', establishedOn: '2021-05-06' });
  });
});

describe('a row that cannot be taken is quarantined, the others are taken', () => {
  it.each([
    ['NUL in a cell', csv([registerRow(60, { 企业名称: '样\0例' }), registerRow(61)]), 'ROW_SHAPE', 61],
    ['too few cells', csv([registerRow(62), registerRow(63)]).replace(`${demoUscc(62)},`, ''), 'ROW_SHAPE', 63],
    [
      'too many cells',
      csv([registerRow(64), registerRow(65)]).replace(demoUscc(64), `1,${demoUscc(64)}`),
      'ROW_SHAPE',
      65,
    ],
    ['a bad date', csv([registerRow(66, { 注册日期: '2021-02-30' }), registerRow(67)]), 'DQ05', 67],
    ['a date ahead', csv([registerRow(68, { 注册日期: '2031-01-01' }), registerRow(69)]), 'DQ06', 69],
    ['no code', csv([registerRow(70, { 统一社会信用代码: '' }), registerRow(71)]), 'DQ14', 71],
  ])('%s', async (_, body, code, good) => {
    const delivered = await deliver(product, registration(body));
    expect(delivered).toMatchObject({ state: 'RECONCILED', rows: 2, applied: 1, quarantined: 1 });
    const { items } = await product.deliveries.quarantine(delivered.deliveryId, { limit: 10 });
    expect(items).toMatchObject([{ rowNo: 1, code, issues: [{ code }] }]);
    expect(await product.db.query('SELECT uscc FROM company WHERE delivery_id = $1', [delivered.deliveryId])).toEqual([
      { uscc: demoUscc(good) },
    ]);
  });

  it('ten thousand nested brackets', async () => {
    const deep = `{"appNo":"x","applicants":[],"ipcs":${'['.repeat(10_000)}${']'.repeat(10_000)}}\n`;
    const good = { appNo: applicationNo(2), applicants: [{ usc: demoUscc(1) }] };
    const delivered = await deliver(product, { source: 'patents', body: patentFile([good]).body + deep });
    expect(delivered).toMatchObject({
      state: 'RECONCILED',
      rows: 2,
      applied: 1,
      quarantined: 1,
      counts: { ROW_SHAPE: 1 },
    });
  });

  it('a quote inside a cell is only a character', async () => {
    const body = `项目编号,统一社会信用代码,项目名称\nQ-1,${demoUscc(1)},5" 屏\n`;
    const delivered = await deliver(product, { ...awards([awardRow(1, 'x')]), body });
    const [record] = await product.db.query('SELECT payload FROM record WHERE delivery_id = $1', [
      delivered.deliveryId,
    ]);
    expect(record).toMatchObject({ payload: { projectName: '5" 屏' } });
  });
});
