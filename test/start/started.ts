import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stopAbandonedServer } from '#lib/platform';

export const ROOT = path.resolve(__dirname, '../..');
const DIST = path.join(ROOT, 'dist/apps');
/** The last line of the screen. */
const LAST_LINE = /Ctrl-C.*\n/;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the built tree at the head of a process group of its own, as a terminal would start it. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the match in what stdout and stderr say. Rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** The whole screen, once it is up. */
  screen(): Promise<string>;
  /** Ctrl-C: the signal goes to the whole group. */
  interrupt(): Promise<Ended>;
  signal(name: NodeJS.Signals): Promise<Ended>;
}

const children = new Set<ChildProcess>();
const folders: string[] = [];

export type Environment = Readonly<Record<string, string>>;

/** `firstmile …args` on a data folder; the port is the system's choice. */
export const firstmile = (dataDir: string, args: readonly string[], env: Environment = {}): Started =>
  runProgram(process.execPath, [path.join(DIST, 'cli/src/main.js'), ...args], { DATA_DIR: dataDir, PORT: '0', ...env });

export const startIn = (dataDir: string, args: readonly string[] = [], env: Environment = {}): Started =>
  firstmile(dataDir, ['start', ...args], env);

/** `dist/apps/NAME/src/main.js`: the spread-out form. */
export const appOf = (name: 'api' | 'worker', dataDir: string): Started =>
  runProgram(process.execPath, [path.join(DIST, name, 'src/main.js')], { DATA_DIR: dataDir, PORT: '0' });

export function runProgram(program: string, args: readonly string[], env: Environment): Started {
  const { DATABASE_URL: _, REDIS_URL: __, NODE_OPTIONS: ___, PORT: ____, ...inherited } = process.env;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.add(child);
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (piece: Buffer) => {
      said[name] += piece.toString();
      wake();
    });
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      children.delete(child);
      wake();
      resolve({ code, signal, ...said });
    });
  });
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(said.stdout) ?? pattern.exec(said.stderr);
        if (!found && !over) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`ended without saying ${String(pattern)}:\n${said.stdout}\n${said.stderr}`));
      };
      waiting.add(look);
      look();
    });
  const to = (pid: number) => (name: NodeJS.Signals) => {
    process.kill(pid, name);
    return ended;
  };
  return {
    pid: child.pid!,
    ended,
    says,
    screen: async () => {
      await says(LAST_LINE);
      return said.stdout;
    },
    interrupt: () => to(-child.pid!)('SIGINT'),
    signal: to(child.pid!),
  };
}

/** A folder that the account lent to the server can enter; gone after the test file, with whatever runs in it. */
export function freshDataDir(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-start-'));
  chmodSync(folder, 0o711);
  folders.push(folder);
  return folder;
}

/** Ends by pid what a failed test has left, and removes the folders. */
export async function endAll(): Promise<void> {
  for (const child of children) {
    const gone = new Promise((resolve) => child.once('close', resolve));
    process.kill(-child.pid!, 'SIGKILL');
    await gone;
  }
  for (const folder of folders.splice(0)) {
    await stopAbandonedServer(folder);
    rmSync(homeOf(folder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the account of the server could not enter the data folder, the database stands elsewhere and is named there. */
function homeOf(dataDir: string): string {
  const pointer = path.join(dataDir, 'pg.location');
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : dataDir;
}

/** The database server of the folder, by its own account; undefined: none. */
export function postmasterOf(dataDir: string): number | undefined {
  const file = path.join(homeOf(dataDir), 'pg/postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** A process that nobody has reaped yet is gone all the same. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

const ATTEMPTS = 600;
const BETWEEN_MS = 50;

/** Asks again until there is an answer; gives up after a bounded number of times. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await pause(BETWEEN_MS);
  }
  throw new Error(`still not so after ${ATTEMPTS} looks: ${what}`);
}

export interface Screen {
  readonly text: string;
  readonly url: string;
  readonly bank: string;
  readonly operator: string;
}

export function readScreen(text: string): Screen {
  const part = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`the screen lacks ${String(pattern)}:\n${text}`);
    return found;
  };
  return {
    text,
    url: part(/(http:\/\/[\d.]+:\d+)/),
    bank: part(/export BANK=(\S+)/),
    operator: part(/export OPS=(\S+)/),
  };
}

/** Status, or undefined when nobody answers. */
export const statusOf = (url: string): Promise<number | undefined> =>
  fetch(url).then(
    ({ status }) => status,
    () => undefined,
  );

export async function getJson<T>(url: string, key: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

let posted = 0;

export async function post<T>(url: string, key: string, type: string, body: string): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': type, 'idempotency-key': `start-${(posted += 1)}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export interface Delivery {
  readonly deliveryId: string;
  readonly state: string;
  readonly applied: number | null;
}
export interface Run {
  readonly runId: string;
  readonly asOf: string;
  readonly state: string;
  readonly firms: number;
  readonly outputHash: string;
}

const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址';
/** A made-up firm. */
export const OWN_FIRM = { uscc: '91440300DMTUR0010N', name: '示例新芯科技有限公司' };
export const OWN_FILE = `${HEADER}\n${OWN_FIRM.name},${OWN_FIRM.uscc},2024-03-01,有限责任公司,500万人民币,集成电路设计,广东,深圳,示例路1号\n`;

/** Uploads the file over HTTP, follows it until it is applied, then has a run and follows that until it is published. */
export async function deliverAndScore(url: string, operator: string): Promise<{ delivery: Delivery; run: Run }> {
  const query = 'source=business-registration&layout=open-register&fileName=own.csv';
  const { deliveryId } = await post<Delivery>(`${url}/ops/v1/deliveries?${query}`, operator, 'text/csv', OWN_FILE);
  const delivery = await until('the delivery is applied', async () => {
    const view = await getJson<Delivery>(`${url}/ops/v1/deliveries/${deliveryId}`, operator);
    return view.state === 'RECONCILED' && view;
  });
  const asked = JSON.stringify({ asOf: '2026-07-31' });
  const { runId } = await post<Run>(`${url}/ops/v1/runs`, operator, 'application/json', asked);
  const run = await until('the run is published', async () => {
    const view = await getJson<Run>(`${url}/ops/v1/runs/${runId}`, operator);
    return view.state === 'PUBLISHED' && view;
  });
  return { delivery, run };
}

/** A port of this machine that somebody else has. */
export async function takePort(port = 0): Promise<{ readonly port: number; release(): Promise<void> }> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
