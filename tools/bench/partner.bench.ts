import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { FixedClock } from '#lib/kernel';
import type { Product } from '#lib/product';
import { deliver, startBenchServer } from './bench-server.ts';
import { HttpConnection, httpRequest, type HttpAnswer } from './http-connection.ts';
import { measured, type Ask, type LoadResult } from './http-load.ts';
import { benchUscc, encoded, registrationRows } from './made-up-rows.ts';
import { median, rounded, summarise, type Pair } from './measure.ts';
import type { PartnerServerPorts, PartnerServerTask } from './partner-server.ts';

export interface PartnerBenchOptions {
  readonly firms: number;
  readonly pairs: number;
  readonly connections: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

const AT = '2026-07-06T09:00:00+08:00';

/**
 * Ours: loans from the offer to the last repayment over HTTP, as banks and firms send them, one bank a connection. Limit: a bare
 * route of the same process that inserts one row into the same database, over a pool of the same size.
 */
export async function benchPartner(options: PartnerBenchOptions): Promise<Record<string, unknown>> {
  const { firms, pairs, connections, seconds, log } = options;
  if (firms < connections) throw new RangeError('every connection has firms of its own');
  const server = await startBenchServer(log);
  let child: ChildProcess | undefined;
  const open: HttpConnection[] = [];
  const connected = (port: number): HttpConnection[] => {
    const made = Array.from({ length: connections }, () => new HttpConnection(port));
    open.push(...made);
    return made;
  };
  try {
    const product = await server.open(server.main, new FixedClock(AT));
    let keys: Keys;
    try {
      keys = await partnersOf(product, { banks: connections, firms }, log);
    } finally {
      await product.close();
    }
    await makeBareTable(server.main.owner);
    child = fork(fileURLToPath(new URL('./partner-server.js', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'] });
    const ports = await portsOf(child, { urls: server.main, dataDir: server.folder, at: AT });
    const loans = connected(ports.api).map((connection, n) => loansOver(connection, keys, n, connections));
    const rows = connected(ports.bare).map(insertsOver);
    const ours: LoadResult[] = [];
    const limit: LoadResult[] = [];
    const each: Pair[] = [];
    for (const warm of [loans, rows]) await measured(warm, seconds / 2);
    for (let pair = 1; pair <= pairs; pair++) {
      ours.push(await measured(loans, seconds));
      limit.push(await measured(rows, seconds));
      each.push({ ours: ours.at(-1)!.perSecond, limit: limit.at(-1)!.perSecond });
      log(`pair ${pair}: ours ${lineOf(ours)}, bare ${lineOf(limit)}`);
    }
    const middle = (results: readonly LoadResult[], of: 'p50Ms' | 'p99Ms'): number =>
      rounded(median(results.map((one) => one[of])), 1);
    return {
      bench: 'partner',
      ...summarise(each),
      unit: 'requests/s',
      connections,
      firms,
      p50Ms: { ours: middle(ours, 'p50Ms'), limit: middle(limit, 'p50Ms') },
      p99Ms: { ours: middle(ours, 'p99Ms'), limit: middle(limit, 'p99Ms') },
    };
  } finally {
    for (const connection of open) connection.close();
    child?.send('end');
    await server.close();
  }
}

const lineOf = (results: readonly LoadResult[]): string =>
  `${rounded(results.at(-1)!.perSecond)}/s p99 ${rounded(results.at(-1)!.p99Ms, 1)} ms`;

function portsOf(child: ChildProcess, task: PartnerServerTask): Promise<PartnerServerPorts> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.once('message', (ports: PartnerServerPorts) => resolve(ports));
    child.send(task);
  });
}

interface Keys {
  /** One a connection. */
  readonly banks: readonly string[];
  /** By the number of the firm. */
  readonly firms: readonly string[];
}

async function partnersOf(
  product: Product,
  { banks, firms }: { readonly banks: number; readonly firms: number },
  log: (line: string) => void,
): Promise<Keys> {
  log('registering firms …');
  const body = encoded(registrationRows(firms), 'gb18030');
  await deliver(product, { source: 'business-registration', layout: 'bureau', at: AT, body });
  const { access, clock } = product;
  const hire = async (kind: 'bank' | 'firm', code: string, firm?: number): Promise<string> => {
    const uscc = firm === undefined ? {} : { uscc: benchUscc(firm) as never };
    const named = { kind, code, zh: '样例', en: 'example', ...uscc };
    const { institutionId } = await access.createInstitution(named);
    const { personId } = await access.createPerson({ institutionId, handle: code, name: '甲' });
    const scopes = kind === 'bank' ? (['partner:deals'] as const) : (['subject:own'] as const);
    return (await access.issueKey(personId, scopes, new Date('2027-07-01'), clock)).key;
  };
  const keys = { banks: [] as string[], firms: [] as string[] };
  for (let bank = 0; bank < banks; bank++) keys.banks.push(await hire('bank', `bank-${bank}`));
  for (let firm = 0; firm < firms; firm++) keys.firms.push(await hire('firm', `firm-${firm}`, firm));
  return keys;
}

async function makeBareTable(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`CREATE TABLE bench_row (row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL);
    GRANT INSERT ON bench_row TO firstmile_app`);
  await owner.end();
}

type Steps = Generator<Buffer, void, { readonly dealId: string; readonly version: number }>;

const AMOUNT = { fen: 100_000_000, currency: 'CNY' };
const HALF = { fen: 50_000_000, currency: 'CNY' };
const ON = '2026-07-06';

/** One loan from the offer to the last repayment: what its bank and its firm send, and what the bank reads between. */
function* loan(keys: Keys, n: number, firm: number): Steps {
  const bank = { authorization: `Bearer ${keys.banks[n]!}` };
  const owner = { authorization: `Bearer ${keys.firms[firm]!}` };
  const offered = { uscc: benchUscc(firm), programme: 'CKT', amount: AMOUNT, form: 'credit', validUntil: '2026-09-30' };
  let deal = yield httpRequest('POST', '/partner/v1/referrals', bank, offered);
  const said = (side: 'partner' | 'subject', event: string, detail: object): Buffer =>
    httpRequest('POST', `/${side}/v1/deals/${deal.dealId}/events`, side === 'partner' ? bank : owner, {
      version: deal.version,
      event,
      detail,
    });
  deal = yield said('subject', 'consent', { outcomes: true, until: '2027-12-31' });
  deal = yield said('subject', 'send', {});
  deal = yield httpRequest('GET', `/partner/v1/deals/${deal.dealId}`, bank);
  deal = yield said('partner', 'accept', { externalId: `L-${deal.dealId}` });
  deal = yield said('partner', 'approve', { amount: AMOUNT, rateBp: 345, termMonths: 12, form: 'credit' });
  const contract = { contractNo: 'HT-1', signedOn: ON, drawUntil: '2026-12-31', maturity: '2027-07-06' };
  deal = yield said('partner', 'contract', contract);
  deal = yield said('partner', 'draw', { amount: AMOUNT, on: ON, firstLoan: true });
  yield httpRequest('GET', '/partner/v1/deals?limit=20', bank);
  deal = yield said('partner', 'pay', { amount: HALF, on: ON });
  deal = yield said('partner', 'pay', { amount: HALF, on: ON });
  yield said('partner', 'repaid', { on: ON });
}

/** Loans of every `of`-th firm from the `n`-th on, one after the other, for as long as somebody asks. */
function loansOver(connection: HttpConnection, keys: Keys, n: number, of: number): Ask {
  let firm = n;
  let steps = loan(keys, n, firm);
  let next = steps.next();
  return async () => {
    const answer = await connection.ask(next.value as Buffer);
    next = steps.next(good(answer) as { dealId: string; version: number });
    if (next.done === true) {
      firm = firm + of < keys.firms.length ? firm + of : n;
      steps = loan(keys, n, firm);
      next = steps.next();
    }
    return answer.body.length;
  };
}

function insertsOver(connection: HttpConnection): Ask {
  const detail = { amount: AMOUNT, on: ON, firstLoan: true };
  const request = httpRequest('POST', '/rows', {}, { version: 7, event: 'draw', detail });
  return async () => {
    const answer = await connection.ask(request);
    good(answer);
    return answer.body.length;
  };
}

function good({ status, body }: HttpAnswer): unknown {
  if (status !== 200 && status !== 201)
    throw new Error(`not an answer to measure: ${status} ${body.toString('utf8', 0, 400)}`);
  return JSON.parse(body.toString('utf8'));
}
