import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Access } from '#lib/access';
import { FixedClock, localDate } from '#lib/kernel';
import { Database } from '#lib/platform';
import { catalogueHash, percentilesOf, Runs, scoreNextShard, Scores } from '#lib/runs';
import { rebuildDocuments } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';

/** The SQL of every named (prepared) statement as PostgreSQL got it, so that a review shows it change. */
const GOLDEN = path.join(__dirname, 'hot-queries.sql');

const CSV = `企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址
示例新芯科技有限公司,91440300DMTUR0010N,2024-03-01,有限责任公司,500万人民币,集成电路设计,广东,深圳,示例路1号
`;

describe('hot queries', () => {
  const clock = new FixedClock('2026-07-01T00:00:00Z');
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, { source: 'business-registration', layout: 'open-register', body: CSV });
    await rebuildDocuments(product.db);
  });
  afterAll(() => product.close());

  it('are those of the golden file (UPDATE_GOLDEN=1 writes it)', async () => {
    const run = await product.runs.plan({ asOf: localDate('2026-06-30'), person: product.person, clock });
    // One connection: statements are prepared a connection.
    const db = new Database(product.database.urls.app, { applicationName: 'hot-queries', max: 1 });
    try {
      await scoreNextShard(db, 'test', catalogueHash());
      await product.runs.settle(run.runId, clock);
      const scores = new Scores(db);
      await scores.of('91440300DMTUR0010N');
      await scores.evidence('91440300DMTUR0010N');
      await percentilesOf(db, run, 1);
      await scores.page(run.runId, { limit: 10 });
      await new Runs(db).get(run.runId);
      const operator = await product.access.personByHandle('operator');
      const { key } = await product.access.issueKey(operator.personId, ['ops:runs'], new Date('2027-01-01'), clock);
      await new Access(db).authenticate(`Bearer ${key}`, clock);
      const rows = await db.query<{ name: string; statement: string }>(
        'SELECT name, statement FROM pg_prepared_statements ORDER BY name',
      );
      const text = rows
        .map(({ name, statement }) => `-- ${name}\n${statement.replace(/\n\s+/g, '\n  ')};\n`)
        .join('\n');
      if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, text);
      expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
    } finally {
      await db.close();
    }
  });
});
