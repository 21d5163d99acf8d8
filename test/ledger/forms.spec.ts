import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { INTAKE_LIMITS, type IntakeLimits } from '#lib/ledger';
import { type Layout, SOURCES, sourceByName } from '#lib/data-sources';
import { rowsOfBytes, rowsOfFile } from '../kit/read-file.ts';
import { rowsXml, workbook, workbookParts, zipped, type WorkbookXml } from '../kit/workbook.ts';

const LIMITS: IntakeLimits = { ...INTAKE_LIMITS, unpackedBytes: 3_000_000, lineBytes: 100_000 };
const sheetLayout: Layout = {
  name: 'sheet',
  zh: '表',
  en: 'sheet',
  form: 'xlsx',
  encodings: ['utf-8'],
  required: ['编号', '名称'],
  optional: ['金额(元)', '日期'],
  personal: [],
  feed: 'ANY',
  coverage: { territory: ['CN'], population: 'listed' },
  unknownSubject: 'ignore',
  map: () => ({ kind: 'ignored', reason: 'test' }),
};
const xmlLayout: Layout = {
  ...sheetLayout,
  form: 'xml',
  encodings: ['utf-8', 'gb18030'],
  record: 'list/item',
  lists: ['parts'],
};
const HEADER = ['编号', '名称', '金额(元)', '日期'];
const code = (problem: string, more: object = {}): Promise<never> | object =>
  expect.objectContaining({ problem: expect.objectContaining({ code: problem, ...more }) });

describe('fixtures in forms that are no lines of text', () => {
  const folder = 'libs/data-sources/src/sources';
  const files = SOURCES.flatMap((source) =>
    readdirSync(`${folder}/${source.name}/fixtures`)
      .filter((file) => /\.(?:xlsx|xml)$/.test(file))
      .map((file) => [source.name, file] as const),
  );
  it('are there', () => expect(files.map(([name]) => name)).toEqual(['financing-events', 'subsidies']));
  it.each(files)('%s %s reads as its rows say', async (name, file) => {
    const layout = sourceByName(name)!.layouts.find((l) => l.name === file.split('.')[0])!;
    const path = `${folder}/${name}/fixtures/${file}`;
    const golden = `${path}.rows.json`;
    const read: unknown = JSON.parse(JSON.stringify(await rowsOfFile(path, layout)));
    if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, `${JSON.stringify(read, null, 2)}\n`);
    expect(read).toEqual(JSON.parse(existsSync(golden) ? readFileSync(golden, 'utf8') : '[]'));
  });
});

describe('a workbook', () => {
  const read = (xml: WorkbookXml, layout: Layout = sheetLayout, limits = LIMITS) =>
    rowsOfBytes(workbook(xml), layout, limits);
  const cellsOf = async (xml: WorkbookXml, layout?: Layout): Promise<unknown[]> =>
    (await read(xml, layout)).map(({ row, fields }) => [row, ...Object.values(fields)]);
  const withCell = (cell: string, strings?: readonly string[]): WorkbookXml => ({
    sheets: [{ rows: `${rowsXml([HEADER])}<row r="2"><c r="A2"><v>1</v></c>${cell}</row>` }],
    ...(strings ? { strings } : {}),
  });

  it.each([
    ['a whole number', '<c r="B2"><v>185000</v></c>', '185000'],
    ['a number stored in scientific form', '<c r="B2"><v>1.85E5</v></c>', '185000'],
    ['two decimals', '<c r="B2"><v>12345678.90</v></c>', '12345678.9'],
    ['a binary fraction', '<c r="B2"><v>0.30000000000000004</v></c>', '0.3'],
    ['a tiny number', '<c r="B2"><v>1.5E-7</v></c>', '0.00000015'],
    ['a code that lost its digits', '<c r="B2"><v>913501000000000000</v></c>', '9.13501E+17'],
    ['a day', '<c r="B2" s="3"><v>45292</v></c>', '45292'],
    ['a shared string', '<c r="B2" t="s"><v>1</v></c>', '乙'],
    ['rich text without its guide', '<c r="B2" t="s"><v>2</v></c>', '首公里'],
    ['inline rich text', '<c r="B2" t="inlineStr"><is><r><t>首</t></r><r><t>公里</t></r></is></c>', '首公里'],
    ['an escaped character', '<c r="B2" t="s"><v>3</v></c>', 'a\rb_x000D_'],
    ['true', '<c r="B2" t="b"><v>1</v></c>', 'TRUE'],
    ['false', '<c r="B2" t="b"><v>0</v></c>', 'FALSE'],
    ['a formula', '<c r="B2"><f>SUM(A1:A9)</f><v>7.5</v></c>', '7.5'],
    ['a formula of text', '<c r="B2" t="str"><f>A1&amp;"x"</f><v>甲x</v></c>', '甲x'],
    ['an error', '<c r="B2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['a date in ISO form', '<c r="B2" t="d"><v>2024-01-01T00:00:00</v></c>', '2024-01-01T00:00:00'],
  ])('gives %s as it would be typed', async (_, cell, text) => {
    const strings = [
      '<t>甲</t>',
      '<t xml:space="preserve">乙</t>',
      '<r><t>首</t></r><r><rPr/><t>公里</t></r><rPh sb="0" eb="1"><t>shou</t></rPh>',
      '<t>a_x000D_b_x005F_x000D_</t>',
    ];
    expect(await cellsOf(withCell(cell, strings))).toEqual([[2, '1', text, '', '']]);
  });

  it('quarantines a formula without a stored value, with its row', async () => {
    const rows = await read(withCell('<c r="B2"><f>NOW()</f></c>'));
    expect(rows).toEqual([{ row: 2, fields: { misshapen: expect.stringContaining('formula') } }]);
  });

  it('finds the header under titles, keeps the numbers of the sheet and leaves out empty rows', async () => {
    const rows = rowsXml([
      ['清单'],
      [],
      ['制表', '', '', '2024'],
      ['编号', '名 称', '金额\n(元)'],
      ['编号', '名称', '金额\n（元）'],
    ]);
    const more = `<row r="6"/><row r="9"><c r="A9" t="inlineStr"><is><t>A</t></is></c><c r="C9"><v>3</v></c></row><row r="20"><c r="B20" t="inlineStr"><is><t> </t></is></c></row><row r="21"><c><v>5</v></c><c><v>6</v></c></row>`;
    expect(await cellsOf({ sheets: [{ rows: rows + more }] })).toEqual([
      [9, 'A', '', '3'],
      [21, '5', '6', ''],
    ]);
  });

  it('fills vertically merged cells down, only where the layout says and only what is merged', async () => {
    const xml: WorkbookXml = {
      sheets: [
        {
          rows: rowsXml([
            HEADER,
            ['p1', '甲', 1, 2],
            ['', '', 3],
            ['', '', ''],
            ['', '', 4],
            ['', '', 5],
            ['合计', '', 8],
          ]),
          after: '<mergeCells><mergeCell ref="A2:B5"/><mergeCell ref="D2:D5"/><mergeCell ref="A7:B7"/></mergeCells>',
        },
      ],
    };
    const filled = await cellsOf(xml, { ...sheetLayout, fillDown: ['编号', '日期'] });
    expect(filled).toEqual([
      [2, 'p1', '甲', '1', '2'],
      [3, 'p1', '', '3', '2'],
      [5, 'p1', '', '4', '2'],
      [6, '', '', '5', ''],
      [7, '合计', '', '8', ''],
    ]);
    expect((await cellsOf(xml))[1]).toEqual([3, '', '', '3', '']);
  });

  it('is read from the first visible sheet that is not empty, or from the one that the layout names', async () => {
    const sheets = [
      { rows: '<row r="1"><c r="A1" s="1"/></row>' },
      { rows: rowsXml([HEADER, ['hidden']]), state: 'hidden' as const },
      { rows: rowsXml([HEADER, ['a', 'b']]) },
      {
        name: '字典',
        rows: rowsXml([
          ['词', '义'],
          ['x', 'y'],
        ]),
      },
    ];
    expect(await cellsOf({ sheets })).toEqual([[2, 'a', 'b', '', '']]);
    const named = { ...sheetLayout, sheet: '字典', required: ['词'], optional: ['义'] };
    expect(await cellsOf({ sheets }, named)).toEqual([[2, 'x', 'y']]);
    await expect(read({ sheets }, { ...sheetLayout, sheet: '无' })).rejects.toEqual(code('sheet-missing'));
    const twice = [...sheets, { name: '二月', rows: rowsXml([HEADER, ['c', 'd']]) }];
    await expect(read({ sheets: twice })).rejects.toEqual(
      code('sheets-several', { zh: expect.stringContaining('二月') }),
    );
  });

  it('takes names with a prefix, absolute targets and cells without references', async () => {
    const parts = {
      'xl/worksheets/sheet1.xml':
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>编号</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>名称</x:t></x:is></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    };
    expect(await cellsOf({ sheets: [{ rows: '' }], parts })).toEqual([[2, '1', '']]);
  });

  it('says of a row with too many cells what is wrong', async () => {
    const rows = rowsXml([HEADER, [1, 2, 3, 4, 5]]);
    expect(await read({ sheets: [{ rows }] })).toMatchObject([
      { row: 2, fields: { misshapen: '4 columns expected, 5 found' } },
    ]);
  });

  const good = { sheets: [{ rows: rowsXml([HEADER, ['a', 'b']]) }] };
  const bytes = workbook({
    sheets: [{ rows: rowsXml([HEADER, ...Array.from({ length: 500 }, (_, i) => [`a${i}`, `b${i * i}`])]) }],
  });
  const parts = workbookParts(good);
  const broken = Buffer.from(bytes);
  broken.fill(7, 2000, 2060);
  const withRows = (rows: string): Buffer => workbook({ sheets: [{ rows: rowsXml([HEADER]) + rows }] });
  const withDoctype = (part: string): Buffer =>
    zipped({ ...parts, [part]: parts[part]!.replace('?>', '?><!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]>') });

  it.each<[string, string | Buffer, string, object?]>([
    ['text', '编号,名称\n1,2\n', 'not-xlsx'],
    ['one byte', 'P', 'not-xlsx'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'not-xlsx', { zh: expect.stringContaining('.xls') }],
    ['a Word file', zipped({ ...parts, 'xl/workbook.xml': '<w:document xmlns:w="urn:w"/>' }), 'not-xlsx'],
    ['another zip', zipped({ 'a.csv': '编号,名称\n' }), 'not-xlsx'],
    [
      'a binary workbook',
      zipped({ '_rels/.rels': parts['_rels/.rels']!, 'xl/workbook.xml': '\u0001\u0002' }),
      'xlsx-broken',
    ],
    ['a cut file', bytes.subarray(0, bytes.length - 100), 'zip-truncated'],
    ['a file cut early', bytes.subarray(0, 300), 'zip-truncated'],
    ['damaged bytes', broken, 'zip-broken'],
    ['a missing sheet', workbook({ ...good, parts: { 'xl/worksheets/sheet1.xml': undefined } }), 'zip-broken'],
    ['no sheet', workbook({ sheets: [] }), 'file-empty'],
    ['an empty sheet', workbook({ sheets: [{ rows: '<row r="1"/>' }] }), 'file-empty'],
    [
      'no header',
      workbook({ sheets: [{ rows: rowsXml([['编号'], ['a']]) }] }),
      'columns-missing',
      { errors: [expect.objectContaining({ header: '名称' })] },
    ],
    [
      'a header too far down',
      workbook({ sheets: [{ rows: rowsXml([['x']]) + rowsXml([HEADER, ['a', 'b']], 21) }] }),
      'columns-missing',
    ],
    ['a doubled column', workbook({ sheets: [{ rows: rowsXml([[...HEADER, '名称']]) }] }), 'columns-doubled'],
    ['days from 1904', workbook({ ...good, properties: '<workbookPr date1904="1"/>' }), 'xlsx-date-system'],
    ['a document type in the sheet', withDoctype('xl/worksheets/sheet1.xml'), 'xml-doctype'],
    ['a document type in the list of sheets', withDoctype('xl/workbook.xml'), 'xml-doctype'],
    [
      'a sheet that breaks off',
      withRows('<row r="2"><c r="A2">'),
      'xlsx-broken',
      { errors: [expect.objectContaining({ row: 2 })] },
    ],
    [
      'rows out of order',
      withRows('<row r="5"><c r="A5"><v>1</v></c></row><row r="4"/>'),
      'xlsx-broken',
      { errors: [expect.objectContaining({ row: 5 })] },
    ],
    ['cells out of order', withRows('<row r="2"><c r="B2"><v>1</v></c><c r="B2"><v>2</v></c></row>'), 'xlsx-broken'],
    ['a row past the last', withRows('<row r="1048577"/>'), 'xlsx-broken'],
    [
      'a shared string that is not there',
      withRows('<row r="2"><c r="A2" t="s"><v>9</v></c></row>'),
      'xlsx-broken',
      { errors: [expect.objectContaining({ row: 2 })] },
    ],
    [
      'a cell past the limit',
      withRows(rowsXml([['x'.repeat(100_001)]], 2)),
      'line-too-long',
      { errors: [expect.objectContaining({ row: 2 })] },
    ],
    ['markup past the limit', withRows(`<row r="2"><c r="A2" x="${'x'.repeat(300_000)}"/></row>`), 'line-too-long'],
    ['unpacked past the ratio', withRows(`<row r="2"/>${' '.repeat(2_000_000)}`), 'archive-bomb'],
  ])('that is %s is refused', async (_, body, problem, more = {}) => {
    await expect(rowsOfBytes(body, sheetLayout, LIMITS)).rejects.toEqual(code(problem, more));
  });

  it('whose cells repeat one long text without end is refused, and one with too many texts', async () => {
    const rows = Array.from(
      { length: 9000 },
      (_, i) => `<row r="${i + 2}"><c r="A${i + 2}" t="s"><v>0</v></c></row>`,
    ).join('');
    const xml = { sheets: [{ rows: rowsXml([HEADER]) + rows }], strings: [`<t>${'长'.repeat(5000)}</t>`] };
    await expect(read(xml)).rejects.toEqual(code('archive-bomb'));
    const small = { ...LIMITS, sharedStringBytes: 5000 };
    await expect(read(xml, sheetLayout, small)).rejects.toEqual(code('xlsx-strings'));
  });
});

describe('an XML file', () => {
  const read = (body: string | Buffer, layout: Layout = xmlLayout) => rowsOfBytes(body, layout, LIMITS);
  const fields = async (body: string): Promise<unknown[]> => (await read(body)).map((row) => row.fields);

  it('gives objects: attributes, children, lists, repeated names, nothing and text beside', async () => {
    const body = `<?xml version="1.0"?><list><head><n>1</n></head>
      <item a="1" xmlns:y="urn:y" y:b="2"><名称> 甲&amp;乙<!-- c --> </名称><d><e>x</e></d><f/><g xsi:nil="true"/></item></list>`;
    const value = { a: '1', b: '2', 名称: '甲&乙', d: { e: 'x' }, f: '', g: null };
    // The envelope's other elements are rows, too, as long as nobody says otherwise: nothing is passed over in silence.
    expect(await read(body)).toEqual([
      { row: 1, fields: { misshapen: '<item> expected, <head> found' } },
      { row: 2, fields: value },
    ]);
    expect(
      await fields(
        `<list><item><parts n="2"><p>1</p><q><r>2</r></q></parts><x>1</x><x>2</x><x/></item><item><parts/><m u="元">5</m></item></list>`,
      ),
    ).toEqual([
      { parts: ['1', { r: '2' }], x: ['1', '2', ''] },
      { parts: [], m: { u: '元', '#text': '5' } },
    ]);
    expect(await fields('<list><item><__proto__><a>1</a></__proto__><b>2</b></item></list>')).toEqual([
      JSON.parse('{"__proto__":{"a":"1"},"b":"2"}'),
    ]);
  });

  it('gives numbers where the layout says so and the text is one', async () => {
    const body =
      '<list><item><n>5000000</n><m>5</m></item><item><n>1.50</n></item><item><n>12345678901234567</n></item></list>';
    const rows = await read(body, { ...xmlLayout, numbers: ['n'] });
    expect(rows.map((row) => row.fields)).toEqual([{ n: 5_000_000, m: '5' }, { n: 1.5 }, { n: '12345678901234567' }]);
  });

  it('is read in any declared encoding, plain or packed, with records deep in the envelope', async () => {
    const body = '<list><data><item><编号>甲</编号></item></data></list>';
    const deep = { ...xmlLayout, record: 'list/data/item' };
    for (const bytes of [Buffer.from(`\uFEFF${body}`), iconv.encode(body, 'gb18030'), gzipSync(body)])
      expect(await read(bytes, deep)).toEqual([{ row: 1, fields: { 编号: '甲' } }]);
  });

  it('quarantines records without fields and those nested too deep', async () => {
    const deep = `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`;
    expect(await read(`<list><item>text</item><item>${deep}</item></list>`)).toEqual([
      { row: 1, fields: { misshapen: 'the record has no fields' } },
      { row: 2, fields: { misshapen: 'nested deeper than 32 levels' } },
    ]);
  });

  it.each<[string, string | Buffer, string, object?]>([
    ['text', '编号,名称\n', 'not-xml'],
    ['a workbook', workbook({ sheets: [] }), 'encoding'],
    ['another document', '<other><item/></other>', 'xml-root'],
    ['without records', '<list></list>', 'file-empty'],
    ['blank', ' \n', 'file-empty'],
    ['cut', '<list><item><a>1</a></item>\n<item><b>2', 'xml-broken', { extra: { line: 2, element: 'list/item/b' } }],
    [
      'wrongly closed',
      '<list>\n<item><a>1</b></item></list>',
      'xml-broken',
      { errors: [expect.objectContaining({ row: 1 })], extra: { line: 2, element: 'list/item' } },
    ],
    [
      'a bomb of entities',
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><list><item>&b;</item></list>',
      'xml-doctype',
    ],
    ['one that names another file', '<!DOCTYPE list SYSTEM "file:///etc/passwd"><list/>', 'xml-doctype'],
    ['using an entity that nobody declared', '<list><item><a>&b;</a></item></list>', 'xml-broken'],
    [
      'without end in one text',
      `<list><item><a>${'x'.repeat(200_000)}`,
      'line-too-long',
      { errors: [expect.objectContaining({ row: 1 })] },
    ],
    ['without end in one record', `<list><item>${'<a>1</a>'.repeat(30_000)}`, 'line-too-long'],
    ['without end before the root', `<!--${'x'.repeat(200_000)}`, 'line-too-long'],
    ['without end in its document type', `<!DOCTYPE l [${'<!ENTITY a "x">'.repeat(20_000)}`, 'line-too-long'],
    ['without end in depth', '<list>'.repeat(5000), 'xml-broken'],
    ['without end in an attribute', `<list a="${'x'.repeat(200_000)}`, 'line-too-long'],
    ['damaged in its bytes', Buffer.concat([Buffer.from('<list><item><a>'), Buffer.from([0xff, 0xff])]), 'encoding'],
  ])('that is %s is refused', async (_, body, problem, more = {}) => {
    await expect(read(body)).rejects.toEqual(code(problem, more));
  });
});
