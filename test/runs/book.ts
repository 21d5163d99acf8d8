import { FixedClock, organisationCodeCheckDigit, USCC_ALPHABET, usccCheckDigit, type LocalDate } from '#lib/kernel';
import type { DeliveryManifest } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { catalogueHash, scoreNextShard, type RunView } from '#lib/runs';
import type { TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';

export const AS_OF = '2024-06-30' as LocalDate;
/** When the book is delivered: after every fact in it. */
export const bookClock = (): FixedClock => new FixedClock('2024-07-20T02:00:00Z');

/** The code of made-up firm `index`, below 31³. */
export function madeUp(index: number): string {
  let subject = '';
  for (let rest = index, i = 0; i < 6; i++, rest = Math.floor(rest / 31)) subject = USCC_ALPHABET[rest % 31]! + subject;
  const code = `91440305DM${subject}${organisationCodeCheckDigit(`DM${subject}`)}`;
  return code + usccCheckDigit(code);
}

/** Firms 0 … n-1 of the register; firm i was established in the years from 2012 on, one firm a year in turn. */
export function registrationFile(n: number, from = 0): string {
  const rows = Array.from({ length: n }, (_, k) => {
    const i = from + k;
    return `样例${i}号科技有限公司,${madeUp(i)},${2012 + (i % 11)}-0${1 + (i % 9)}-15,有限责任公司,${100 + i}万人民币`;
  });
  return `企业名称,统一社会信用代码,注册日期,企业类型,注册资金\n${rows.join('\n')}\n`;
}

export const ESTABLISHED_LATER = madeUp(900);
const laterFirm = `企业名称,统一社会信用代码,注册日期\n样例后来科技有限公司,${ESTABLISHED_LATER},2024-07-01\n`;

const FIRMS = 40;
/** Firms 0 to 29 pay social insurance for two years, each with heads and growth of its own; 30 to 39 are covered zeros. */
function socialSecurityFile(): string {
  const rows: string[] = [];
  for (let i = 0; i < 30; i++)
    for (let m = 0; m < 24; m++) {
      const year = 2022 + Math.floor((m + 6) / 12);
      const month = String(((m + 6) % 12) + 1).padStart(2, '0');
      const heads = 2 + i + Math.floor((m * (i % 5)) / 4);
      rows.push(`${madeUp(i)},${year}${month},${heads},${heads * 9000},已到账,${year}-${month}-20`);
    }
  return `统一社会信用代码,费款所属期,参保总人数,缴费基数合计(元),到账标志,到账日期\n${rows.join('\n')}\n`;
}

function subsidiesFile(): string {
  const rows = Array.from(
    { length: 12 },
    (_, i) =>
      `XM2023${String(i).padStart(4, '0')},${madeUp(i * 2)},样例项目,市级,是,已拨付,${10 + i * 5},2023-05-10,2023-08-10`,
  );
  return `项目编号,统一社会信用代码,项目名称,级别,竞争性(是/否),状态,批复金额(万元),批复日期,拨付日期\n${rows.join('\n')}\n`;
}

const covered = (through: string, from?: string): DeliveryManifest => ({
  coverage: { territory: ['CN'], population: 'all', through, ...(from === undefined ? {} : { from }) },
});

/** The deliveries of a book of 41 firms and three sources. Registration first, the others in any order. */
export const BOOK: readonly Given[] = [
  {
    source: 'business-registration',
    layout: 'open-register',
    body: registrationFile(FIRMS),
    manifest: covered('2024-06-30'),
  },
  { source: 'business-registration', layout: 'open-register', body: laterFirm },
  { source: 'social-security', body: socialSecurityFile(), manifest: covered('2024-06-30', '2020-01-01') },
  { source: 'subsidies', body: subsidiesFile(), manifest: covered('2024-06-30', '2018-01-01') },
];

export async function deliverAll(product: TestProduct, deliveries: readonly Given[] = BOOK): Promise<void> {
  for (const given of deliveries) {
    const delivery = await deliver(product, given);
    if (delivery.state !== 'RECONCILED') throw new Error(`${given.source}: ${JSON.stringify(delivery)}`);
  }
}

export const planRun = (product: TestProduct, asOf: string = AS_OF, knownAt?: Date): Promise<RunView> =>
  product.runs.plan({
    asOf: asOf as LocalDate,
    ...(knownAt ? { knownAt } : {}),
    person: product.person,
    clock: product.clock,
  });

/** Scores every open shard of the run, over one or several pools at once. */
export async function scoreShards(runId: string, ...databases: Database[]): Promise<void> {
  await Promise.all(
    databases.map(async (db, i) => {
      while ((await scoreNextShard(db, `worker-${i}`, catalogueHash(), runId)) !== undefined);
    }),
  );
}

export async function runTo(product: TestProduct, asOf: string = AS_OF, knownAt?: Date): Promise<RunView> {
  const { runId } = await planRun(product, asOf, knownAt);
  await scoreShards(runId, product.db);
  return product.runs.settle(runId, product.clock);
}

/** What the promise's ProblemError says. */
export async function problemCode(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { problem?: { code: string } }).problem?.code ?? String(error);
  }
  return 'no problem';
}

/** Cuts the shards of a planned run anew, `firms` a piece, behind the application's back. */
export async function recutShards(product: TestProduct, runId: string, firms: number): Promise<number> {
  const { admin } = product.database;
  await admin.query('DELETE FROM run_shard WHERE run_id = $1', [runId]);
  const { rowCount } = await admin.query(
    `INSERT INTO run_shard (run_id, shard_no, from_company, to_company, planned_firms)
     SELECT $1, n + 1, min(company_id), max(company_id) + 1, count(*)
     FROM (SELECT company_id, (row_number() OVER (ORDER BY company_id) - 1) / $2 AS n FROM company) c GROUP BY n`,
    [runId, firms],
  );
  return rowCount!;
}
