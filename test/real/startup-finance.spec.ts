import { FixedClock } from '#lib/kernel';
import { verifyRun } from '#lib/runs';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { csv } from '../kit/firms.ts';
import { tally } from '../kit/tally.ts';
import { runTo } from '../runs/book.ts';
import { accountOf, deliverHeld, describeOn, rowsOf, type Row } from './shared-data.ts';

jest.setTimeout(600_000);

const FOLDER = 'cn-startup-finance';
const AS_OF = '2018-12-31';
const COLUMNS = ['统一社会信用代码', '企业名称', '融资时间', '轮次', '融资金额', '投资方'];

/**
 * 820 firms and 1,153 rounds of a financing database. Its own firm numbers join the two files and mean nothing elsewhere; a
 * code (统一社会信用代码) is known of 23 firms only. So the adapter renames columns and joins, and the product refuses all that
 * a code does not name: the names of the others attach to nobody.
 */
describeOn(FOLDER, 'a financing database', () => {
  let product: TestProduct;
  const firms = rowsOf(FOLDER, 'ai-companies-2018.csv.gz');
  const events = rowsOf(FOLDER, 'ai-financing-events-2018.csv.gz');
  const firmOf = new Map(firms.map((firm) => [firm['company_id']!, firm]));
  const coded = firms.filter((firm) => firm['matched_uscc'] !== '');
  const told = coded.filter((firm) => events.some((event) => event['company_id'] === firm['company_id']));
  /** One firm with rounds stays out of the book. */
  const stranger = told[0]!;
  const book = coded.filter((firm) => firm !== stranger);
  const roundsOf = (among: readonly Row[], code = (firm: Row) => firm['matched_uscc']) =>
    events.flatMap(({ company_id, 融资时间, 轮次, 融资金额, 投资方 }) => {
      const firm = firmOf.get(company_id!)!;
      if (!among.includes(firm)) return [];
      return [{ 统一社会信用代码: code(firm), 企业名称: firm['工商名称'], 融资时间, 轮次, 融资金额, 投资方 }];
    });
  const press = (rows: readonly Partial<Row>[]) => ({
    source: 'financing-events',
    layout: 'press',
    body: csv(rows, COLUMNS),
  });

  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2019-01-10T02:00:00Z'));
  });
  afterAll(() => product.close());

  it('registers the firms whose code is known, all but one', async () => {
    const rows = book.map((firm) => ({
      企业名称: firm['工商名称'],
      统一社会信用代码: firm['matched_uscc'],
      注册日期: firm['matched_reg_date'],
      注册资金: firm['matched_capital'],
    }));
    expect([firms.length, coded.length, told.length, rows.length]).toEqual([820, 23, 9, 22]);
    const view = await deliver(product, { source: 'business-registration', layout: 'open-register', body: csv(rows) });
    expect(accountOf(view)).toEqual({
      rows: 22,
      applied: 22,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      counts: { CCY_ASSUMED: 1, REGION_UNKNOWN: 2 },
    });
  });

  it('attaches the rounds of firms that a code names, counts those of strangers, and refuses the rest by name', async () => {
    const view = await deliverHeld(product, press(roundsOf(firms)), 'PARSE_RATE');
    expect(accountOf(view)).toEqual({
      rows: 1_153,
      applied: 12,
      unchanged: 0,
      quarantined: 1_135,
      ignored: 6,
      counts: { DQ14: 1_135, 'ignored:unknown-firm': 6 },
    });
  });

  it('takes a directory of firms for no rounds: each of its rows lacks the round and the day', async () => {
    const rows = firms.map((firm) => ({
      统一社会信用代码: firm['matched_uscc'],
      企业名称: firm['工商名称'],
      融资金额: firm['融资总额'],
    }));
    const view = await deliverHeld(product, press(rows), 'PARSE_RATE');
    expect(accountOf(view)).toEqual({
      rows: 820,
      applied: 0,
      unchanged: 0,
      quarantined: 820,
      ignored: 0,
      counts: { DQ14: 820 },
    });
  });

  it('attaches nothing by a name: the rounds of registered firms without their codes wait, and nobody is a candidate', async () => {
    const nameless = roundsOf(
      told.filter((firm) => firm !== stranger),
      () => '',
    );
    const view = await deliver(product, press(nameless));
    expect(view).toMatchObject({ rows: 12, applied: 0, quarantined: 12, counts: { DQ14: 12 } });
    expect(await product.reviews.list({ limit: 10 })).toEqual({ items: [], nextCursor: null });
  });

  it('keeps amounts as they were told, and of who invested nothing', async () => {
    const stored = await product.db.query<{ payload: { undisclosed?: true; amount?: object } }>(
      `SELECT payload FROM record WHERE source = 'financing-events' AND known_to IS NULL`,
    );
    const kinds = stored.map(({ payload: { undisclosed, amount } }) =>
      undisclosed ? 'undisclosed' : amount === undefined ? 'none' : 'lo' in amount ? 'range' : 'exact',
    );
    expect(tally(kinds)).toEqual({ exact: 8, range: 2, undisclosed: 2 });
    const waiting = await product.db.query<{ raw: string }>('SELECT raw FROM quarantine');
    const investors = waiting.map(({ raw }) => (JSON.parse(raw) as string[])[COLUMNS.indexOf('投资方')]);
    expect(tally(investors.map(String))).toEqual({ '': 1_967 });
    expect(stored.filter(({ payload }) => 'investors' in payload)).toEqual([]);
  });

  it('scores the firms the same each time; what was only announced earns nothing', async () => {
    const run = await runTo(product, AS_OF);
    expect(run).toMatchObject({ state: 'PUBLISHED', firms: 22, stats: { published: { NOT_RATED: 22 } } });
    expect((await runTo(product, AS_OF)).outputHash).toBe(run.outputHash);
    expect(await verifyRun(product.db, run.runId)).toMatchObject({ agrees: true, firms: 22, differencesFound: 0 });
    const states: string[] = [];
    for (const { matched_uscc } of book) {
      const { score } = await product.scores.of(matched_uscc!, run.runId);
      for (const { characteristic, state, cause } of score.parts)
        if (/^CR0[1-5]$/.test(characteristic)) states.push(`${characteristic} ${state} ${cause}`);
    }
    // No register shows capital paid in: the rounds wait for it. Of six of the firms they are also too old to speak.
    const rounds = { NOT_CONNECTED: 2, NOT_COVERED: 14, STALE: 6 };
    const causes = (code: string, of: object) =>
      Object.entries(of).map(([cause, n]) => [`${code} MISSING ${cause}`, n]);
    expect(tally(states)).toEqual(
      Object.fromEntries([
        ...['CR01', 'CR02'].flatMap((code) => causes(code, { NOT_CONNECTED: 22 })),
        ...['CR03', 'CR04', 'CR05'].flatMap((code) => causes(code, rounds)),
      ]),
    );
    const [golden] = await product.db.query(
      `SELECT min(score) AS least, max(score) AS most, sum(score_tenths)::int AS tenths FROM run_score WHERE run_id = $1`,
      [run.runId],
    );
    expect(golden).toEqual({ least: 366, most: 372, tenths: 80_684 });
  });
});
