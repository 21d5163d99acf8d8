import { createHash } from 'node:crypto';
import { FixedClock, organisationCodeCheckDigit, USCC_ALPHABET, usccCheckDigit } from '#lib/kernel';
import { shippedModel, verifyRun, type RunView } from '#lib/runs';
import { BIN_MISSING, BIN_NA, MISSING_CAUSES } from '#lib/scoring';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { csv } from '../kit/firms.ts';
import { tally } from '../kit/tally.ts';
import { runTo } from '../runs/book.ts';
import { accountOf, deliverHeld, describeOn, rowsOf, type Row } from './shared-data.ts';

jest.setTimeout(600_000);

const FOLDER = 'cn-enterprise-risk';
const AS_OF = '2019-07-31';
/** The data name no first day of any firm. All get one, that of the oldest year they speak of: it tells no two apart. */
const ESTABLISHED = '2007-01-01';

/**
 * 10,006 real firms under hashed ids. Each gets a made-up code, so the book is a demo book and nobody is named. Delivered is
 * what the data say and nothing else:
 * - annual_report_info: the report of a year and its 从业人数. The form tells an individual household (资金数额) and a
 *   cooperative (成员人数) from a company, hence the class in the code: the former are kept and not scored. No filing date
 *   and no money is given. The export writes whole numbers as 2018.0.
 * - tax_info: each tax is repeated for up to dozens of items that are not its own (工伤保险 or 烟叶收购 under 印花税), the
 *   amount the same; no row is of an insurance, none says paid, and the periods make no year. What stands: the tax office had
 *   the firm on its books in that year. A year without a grade is delivered, no amount, and no month of social insurance.
 * - other_info: numbers of patents, trademarks and judgments. A record has a number of its own (申请号, 注册号, 案号), and
 *   three patents without one are not three patents: the rows are delivered as they are and the sources refuse them.
 * - news_info: no source takes news (of its dates, «14小时前» among them: date.spec.ts). labels: the truth, never delivered.
 */
describeOn(FOLDER, 'hashed real firms', () => {
  const reports = rowsOf(FOLDER, 'annual_report_info.csv.gz');
  const taxes = rowsOf(FOLDER, 'tax_info.csv.gz');
  const counts = rowsOf(FOLDER, 'other_info.csv.gz');
  const news = rowsOf(FOLDER, 'news_info.csv.gz');
  const ids = [...new Set([reports, taxes, counts, news].flatMap((rows) => rows.map((row) => row['id']!)))];

  const companies = new Set(reports.filter((row) => row['EMPNUMSIGN'] !== '').map((row) => row['id']));
  const households = new Set(reports.filter((row) => row['FUNDAM'] !== '').map((row) => row['id']));
  const cooperatives = new Set(reports.filter((row) => row['MEMNUM'] !== '').map((row) => row['id']));
  const codes = new Map(ids.map((id) => [id, codeOf(id)]));
  const uscc = (row: Row): string => codes.get(row['id']!)!;

  function codeOf(id: string): string {
    const kind = cooperatives.has(id) ? '93' : households.has(id) && !companies.has(id) ? '92' : '91';
    let rest = createHash('sha256').update(id).digest().readUIntBE(0, 6);
    let subject = 'DM';
    for (let i = 0; i < 6; i++, rest = Math.floor(rest / 31)) subject += USCC_ALPHABET[rest % 31]!;
    const code = `${kind}440305${subject}${organisationCodeCheckDigit(subject)}`;
    return code + usccCheckDigit(code);
  }

  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2019-08-10T02:00:00Z'));
  });
  afterAll(() => product.close());

  const whole = (number: string): string => number.replace(/\.0$/, '');
  const give = async (given: Given): Promise<object> => accountOf(await deliver(product, given));

  it('are made-up firms in the book, no two under one code', async () => {
    expect(new Set(codes.values()).size).toBe(ids.length);
    expect(tally([...codes.values()].map((code) => code.slice(0, 2)))).toEqual({ 91: 7_290, 92: 2_707, 93: 9 });
    const rows = ids.map((id) => ({
      企业名称: `样例${codes.get(id)!.slice(10, 16)}`,
      统一社会信用代码: codes.get(id)!,
      注册日期: ESTABLISHED,
    }));
    expect(await give({ source: 'business-registration', layout: 'open-register', body: csv(rows) })).toEqual({
      rows: 10_006,
      applied: 10_006,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      counts: {},
    });
  });

  it('reported each year: that they did, and how many people work there', async () => {
    const key = (row: Row) => ({ 统一社会信用代码: uscc(row), 年报年度: whole(row['ANCHEYEAR']!) });
    const filings = reports.map((row) => ({ ...key(row), 是否公示: '已公示' }));
    expect(await give({ source: 'annual-reports', layout: 'filing', body: csv(filings) })).toEqual({
      rows: 22_550,
      applied: 22_430,
      unchanged: 120,
      quarantined: 0,
      ignored: 0,
      counts: { DQ10: 120 },
    });
    const figures = reports.map((row) => ({ ...key(row), 从业人数: whole(row['EMPNUM']!) }));
    expect(await give({ source: 'annual-reports', layout: 'figures', body: csv(figures) })).toEqual({
      rows: 22_550,
      applied: 22_424,
      unchanged: 114,
      quarantined: 12,
      ignored: 0,
      counts: { DQ10: 114, DQ11: 12 },
    });
  });

  it('were on the books of the tax office', async () => {
    const years = new Map<string, { 统一社会信用代码: string; 评价年度: string; 数据日期: string }>();
    for (const row of taxes) {
      const [year, end] = [row['START_DATE']!.slice(0, 4), row['END_DATE']!];
      const known = years.get(`${row['id']} ${year}`);
      if (known === undefined || known.数据日期 < end)
        years.set(`${row['id']} ${year}`, { 统一社会信用代码: uscc(row), 评价年度: year, 数据日期: end });
    }
    expect([taxes.length, years.size]).toEqual([29_195, 1_092]);
    // The ground for leaving insurance out: its items stand under taxes, and no category is of an insurance.
    const insurance = taxes.filter((row) => row['TAX_ITEMS']!.includes('保险'));
    expect([insurance.length, insurance.filter((row) => row['TAX_CATEGORIES']!.includes('保险')).length]).toEqual([
      2_337, 0,
    ]);
    expect(await give({ source: 'tax-credit', body: csv([...years.values()]) })).toEqual({
      rows: 1_092,
      applied: 1_092,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      counts: {},
    });
  });

  it('have patents, trademarks and judgments that nobody can look up: each row is refused', async () => {
    const stated = (column: string): readonly Row[] => counts.filter((row) => row[column] !== '');
    const kinds = ['patent_num', 'brand_num', 'legal_judgment_num'].map(stated);
    expect([counts.length, ...kinds.map((rows) => rows.length), new Set(kinds.flat()).size]).toEqual([
      1_890, 396, 909, 1_006, 1_890,
    ]);
    const refusal = (rows: number): object => ({
      rows,
      applied: 0,
      unchanged: 0,
      quarantined: rows,
      ignored: 0,
      counts: { DQ14: rows },
    });
    const [patents, trademarks, judgments] = kinds as [readonly Row[], readonly Row[], readonly Row[]];
    const applications = patents.map((row) =>
      JSON.stringify({ appNo: '', type: '', applicants: [{ usc: uscc(row) }] }),
    );
    const refused = async (given: Given): Promise<object> => accountOf(await deliverHeld(product, given, 'PARSE_RATE'));
    expect(await refused({ source: 'patents', body: `${applications.join('\n')}\n` })).toEqual(refusal(396));
    const marks = trademarks.map((row) => ({ 统一社会信用代码: uscc(row), 注册号: '', 国际分类: '' }));
    expect(await refused({ source: 'trademarks', body: csv(marks) })).toEqual(refusal(909));
    const cases = judgments.map((row) => ({ 案号: '', 统一社会信用代码: uscc(row), 诉讼地位: '' }));
    expect(await refused({ source: 'judicial', body: csv(cases) })).toEqual(refusal(1_006));
  });

  it('are each accounted for: rows of the ledger, and what no source takes', async () => {
    const [records] = await product.db.query(
      `SELECT count(*)::int AS records, count(DISTINCT company_id)::int AS firms FROM record WHERE known_to IS NULL`,
    );
    expect(records).toEqual({ records: 55_952, firms: 10_006 });
    const labels = rowsOf(FOLDER, 'labels.csv');
    expect({
      news: news.length,
      labels: labels.length,
      unknown: labels.filter((row) => !codes.has(row['id']!)).length,
    }).toEqual({ news: 10_518, labels: 10_405, unknown: 7_612 });
  });

  describe('scored', () => {
    let run: RunView;
    beforeAll(async () => {
      run = await runTo(product, AS_OF);
    });
    const grouped = (what: string): Promise<object[]> =>
      product.db.query(
        `SELECT ${what}, count(*)::int AS firms FROM run_score WHERE run_id = $1 GROUP BY 1 ORDER BY 1`,
        [run.runId],
      );

    it('are too little known to be rated; households and cooperatives are not scored', async () => {
      expect(run).toMatchObject({ state: 'PUBLISHED', firms: 10_006 });
      expect(run.stats!.published).toEqual({ NOT_RATED: 7_290, NOT_SCORED: 2_716 });
      // The age alone is known of all, 14 of 1,000 points, and it is the same.
      expect(await grouped('coverage_bp')).toEqual([{ coverage_bp: 140, firms: 10_006 }]);
      expect(await grouped('score_tenths')).toEqual([{ score_tenths: 3_662, firms: 10_006 }]);
    });

    it('say why what the sources could feed is missing', async () => {
      const states: string[] = [];
      const model = shippedModel();
      for (const code of ['OV07', 'OV08', 'CC01', 'CC08'])
        for (const { bin, firms } of (await grouped(`get_byte(bins, ${model.position.get(code)}) AS bin`)) as {
          bin: number;
          firms: number;
        }[])
          states.push(`${code} ${bin === BIN_NA ? 'NA' : MISSING_CAUSES[bin - BIN_MISSING]} ${firms}`);
      // 从业人数 earns nothing; a grade, a revenue and a day of filing are in none of the files.
      expect(states).toEqual([
        'OV07 NOT_COVERED 2172',
        'OV07 STALE 147',
        'OV07 NOT_STATED 7687',
        'OV08 NOT_COVERED 4281',
        'OV08 STALE 147',
        'OV08 NOT_STATED 5578',
        'CC01 NOT_COVERED 9198',
        'CC01 STALE 139',
        'CC01 NOT_STATED 669',
        // Filings without any day, and no manifest that states one: nobody can say how far they reach.
        'CC08 NOT_CONNECTED 10006',
      ]);
    });

    it('come out the same again, and replayed from the ledger', async () => {
      expect((await runTo(product, AS_OF)).outputHash).toBe(run.outputHash);
      expect(await verifyRun(product.db, run.runId)).toMatchObject({
        agrees: true,
        firms: 10_006,
        differencesFound: 0,
      });
    });
  });
});
