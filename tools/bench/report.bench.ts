import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Principal } from '#lib/access';
import { FixedClock, localDate, type LocalMonth } from '#lib/kernel';
import { rebuildDocuments, type DeliveryManifest } from '#lib/ledger';
import type { Product } from '#lib/product';
import { catalogueHash, scoreNextShard } from '#lib/runs';
import { deliver, startBenchServer } from './bench-server.ts';
import { load, type LoadResult } from './http-load.ts';
import {
  benchUscc,
  encoded,
  patentRows,
  registrationRows,
  socialSecurityRows,
  subsidyRows,
  type Encoding,
} from './made-up-rows.ts';
import { median, rounded, summarise, type Pair } from './measure.ts';
import type { ReportServerPorts, ReportServerTask } from './report-server.ts';

export interface ReportBenchOptions {
  readonly firms: number;
  readonly pairs: number;
  readonly connections: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

const AS_OF = localDate('2026-06-30');
const AT = '2026-07-06T09:00:00+08:00';
const MANIFEST: DeliveryManifest = {
  coverage: { territory: ['CN'], population: 'all', from: '2019-01-01', through: '2026-06-30' },
};

/**
 * Ours: views of stored reports over HTTP with everything that guards them (key, request, authorisation), the query log
 * left out. Limit: a bare route of the same server that reads the same rows over a pool of the same size. Beside them
 * the views as they are, each in the log before it is answered.
 */
export async function benchReport(options: ReportBenchOptions): Promise<Record<string, unknown>> {
  const { firms, pairs, connections, seconds, log } = options;
  const server = await startBenchServer(log);
  let child: ChildProcess | undefined;
  try {
    const product = await server.open(server.main, new FixedClock(AT));
    let stored: Stored;
    try {
      await fill(product, firms, log);
      stored = await reportsOf(product, firms);
    } finally {
      await product.close();
    }
    child = fork(fileURLToPath(new URL('./report-server.js', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'] });
    const ports = await portsOf(child, { urls: server.main, dataDir: server.folder, at: AT });
    const views = { paths: stored.views, headers: { authorization: `Bearer ${stored.key}` }, connections, seconds };
    const bare = { port: ports.bare, paths: stored.bare, headers: {}, connections, seconds };
    const measured: Pair[] = [];
    const ours: LoadResult[] = [];
    const limit: LoadResult[] = [];
    const logged: LoadResult[] = [];
    for (const warm of [{ ...views, port: ports.unlogged }, bare]) await load({ ...warm, seconds: seconds / 2 });
    for (let pair = 1; pair <= pairs; pair++) {
      ours.push(await load({ ...views, port: ports.unlogged }));
      limit.push(await load(bare));
      logged.push(await load({ ...views, port: ports.logged }));
      measured.push({ ours: ours.at(-1)!.perSecond, limit: limit.at(-1)!.perSecond });
      log(`pair ${pair}: ${lineOf('ours', ours)}, ${lineOf('bare', limit)}, ${lineOf('logged', logged)}`);
    }
    const p99 = (results: readonly LoadResult[]): number => rounded(median(results.map(({ p99Ms }) => p99Ms)), 1);
    return {
      bench: 'report',
      ...summarise(measured),
      unit: 'requests/s',
      connections,
      reports: firms,
      reportBytes: ours[0]!.bytes,
      p99Ms: { ours: p99(ours), limit: p99(limit), logged: p99(logged) },
      logged: rounded(median(logged.map(({ perSecond }) => perSecond))),
    };
  } finally {
    child?.send('end');
    await server.close();
  }
}

const lineOf = (name: string, results: readonly LoadResult[]): string =>
  `${name} ${rounded(results.at(-1)!.perSecond)}/s p99 ${rounded(results.at(-1)!.p99Ms, 1)} ms`;

function portsOf(child: ChildProcess, task: ReportServerTask): Promise<ReportServerPorts> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.once('message', (ports: ReportServerPorts) => resolve(ports));
    child.send(task);
  });
}

async function fill(product: Product, firms: number, log: (line: string) => void): Promise<void> {
  const give = async (
    source: string,
    layout: string,
    at: string,
    lines: Iterable<string>,
    encoding: Encoding = 'gb18030',
  ): Promise<void> => {
    log(`delivering ${source}, ${layout} …`);
    await deliver(product, { source, layout, at, body: encoded(lines, encoding), manifest: MANIFEST });
  };
  await give('business-registration', 'bureau', '2026-07-01T09:00:00+08:00', registrationRows(firms));
  const months = socialSecurityRows(firms, 60, '2026-05' as LocalMonth);
  await give('social-security', 'monthly', '2026-07-02T09:00:00+08:00', months);
  await give('subsidies', 'csv', '2026-07-04T09:00:00+08:00', subsidyRows(firms, 12));
  await give('patents', 'jsonl', '2026-07-05T09:00:00+08:00', patentRows(firms, 24), 'utf-8');
  await rebuildDocuments(product.db);
  const { personId } = await product.access.personByHandle('operator');
  const { runId } = await product.runs.plan({ asOf: AS_OF, person: personId, clock: product.clock });
  while ((await scoreNextShard(product.db, 'bench', catalogueHash(), runId)) !== undefined);
  await product.runs.settle(runId, product.clock);
}

interface Stored {
  readonly key: string;
  readonly views: readonly string[];
  readonly bare: readonly string[];
}

/** One delivered report of every firm, for one bank. */
async function reportsOf(product: Product, firms: number): Promise<Stored> {
  const { access, authorisations, clock, db, reportRequests, reports } = product;
  const bank = await access.createInstitution({ kind: 'bank', code: 'bench', zh: '样例银行', en: 'Example bank' });
  const { institutionId } = bank;
  const { personId } = await access.createPerson({ institutionId, handle: 'bench', name: '甲' });
  const { key, keyId } = await access.issueKey(personId, ['partner:reports'], new Date('2027-07-01'), clock);
  const principal: Principal = { personId, institutionId, kind: 'bank', keyId, scopes: ['partner:reports'] };
  const views: string[] = [];
  const bare: string[] = [];
  for (let firm = 0; firm < firms; firm++) {
    const uscc = benchUscc(firm) as Principal['uscc'] & string;
    const [from, until] = [localDate('2026-07-06'), localDate('2026-08-01')];
    const terms = {
      uscc,
      institutionId,
      purpose: 'pre-loan-review',
      scopes: ['report'],
      from,
      until,
      single: false,
    } as const;
    const hashes = { textSha256: '0'.repeat(64), evidenceSha256: '0'.repeat(64) };
    await db.as('house', (tx) => authorisations.grant(tx, { ...terms, ...hashes }, { person: null, clock }));
    const ordered = { uscc, purpose: 'pre-loan-review', product: 'score' } as const;
    const { requestId } = await reportRequests.order(principal, ordered, clock);
    await reports.makeNext(clock);
    const { receipt } = await reports.view(principal, requestId, clock);
    views.push(`/partner/v1/report-requests/${requestId}/report`);
    bare.push(`/reports/${receipt.reportNo}`);
  }
  return { key, views, bare };
}
