import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ProblemError } from '#lib/kernel';
import { ADMIN, prepareSockets, runningServer, type Cluster } from './cluster.ts';
import { SERVER_ENVIRONMENT } from './binaries.ts';

/** How long a dead server may block its folder: PID 1 reaps it late, and its backends must notice. */
const BLOCKED_MS = 20_000;
/** How long a live server may replay its log or finish shutting down. */
const BUSY_MS = 180_000;
const STOP_MS = 60_000;

const DURABLE: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  synchronous_commit: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  log_checkpoints: 'off',
  // Instants are stored in UTC; only `LocalDate` speaks of Shanghai's days, and it never asks the database.
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const VOLATILE: Readonly<Record<string, string>> = {
  ...DURABLE,
  shared_buffers: '128MB',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
};

/** The state of the server on a folder, found by trying. */
type Attempt = { readonly client: pg.Client } | { readonly busy: boolean };

/** Connects as administrator to the server that has the folder. `busy`: there is one, and it is starting or stopping. */
export async function tryConnect(cluster: Cluster): Promise<Attempt> {
  const running = runningServer(cluster.data);
  if (!running) return { busy: false };
  const client = new pg.Client({
    host: running.sockets,
    port: 5432,
    user: ADMIN,
    database: 'postgres',
    ssl: false,
    application_name: 'firstmile session',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // 'end' follows, and queries in flight report for themselves
  try {
    await client.connect();
    // A copied folder brings along the postmaster.pid of the original, whose server is not ours.
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    if (rows[0]?.folder === cluster.data) return { client };
    await client.end();
    return { busy: false };
  } catch (error) {
    await client.end().catch(() => undefined);
    return { busy: isGoingUpOrDown(error) };
  }
}

/** 57P01 terminated by the administrator, 57P02 crash of a neighbour, 57P03 starting up or shutting down. */
export function isGoingUpOrDown(error: unknown): boolean {
  return /^57P0[123]$/.test(String((error as { code?: unknown }).code));
}

/**
 * A connection to the server on this folder, which is started when there is none. Any number of processes may call this at
 * once: PostgreSQL's own interlock (postmaster.pid and its shared memory, both freed by the system) lets one server live,
 * and the losers connect to it. Throws ProblemError `database-start-failed` with the last lines of the log.
 */
export async function connectOrStart(cluster: Cluster, binaries: string, durable: boolean): Promise<pg.Client> {
  let started: StartedServer | undefined;
  let blockedSince = Date.now();
  const begun = Date.now();
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 100)) {
    const attempt = await tryConnect(cluster);
    if ('client' in attempt) return attempt.client;
    if (attempt.busy || started?.isAlive()) blockedSince = Date.now();
    else {
      if (started && !started.foundFolderTaken()) throw startFailed(cluster);
      if (started) dropForeignLocks(cluster);
      started = startServer(cluster, binaries, durable);
    }
    if (Date.now() - blockedSince > BLOCKED_MS || Date.now() - begun > BUSY_MS) throw startFailed(cluster);
    await pause(wait);
  }
}

interface StartedServer {
  isAlive(): boolean;
  /** It gave up because another server, perhaps a dying one, has the folder. */
  foundFolderTaken(): boolean;
}

function startServer(cluster: Cluster, binaries: string, durable: boolean): StartedServer {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: cluster.sockets,
    ...(durable ? DURABLE : VOLATILE),
  };
  const args = [
    '-D',
    cluster.data,
    '-p',
    '5432',
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  prepareSockets(cluster);
  const log = fs.openSync(cluster.logFile, 'a');
  const from = fs.fstatSync(log).size;
  // Its own process group: Ctrl-C reaches the application, which drains its work and then stops the server itself.
  const child = spawn(path.join(binaries, 'postgres'), args, {
    ...cluster.account,
    cwd: '/',
    env: { ...SERVER_ENVIRONMENT },
    detached: true,
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  child.unref();
  let alive = true;
  child.once('exit', () => (alive = false));
  child.once('error', () => (alive = false));
  return {
    isAlive: () => alive,
    foundFolderTaken: () =>
      /already exists|already in use|still in use/.test(fs.readFileSync(cluster.logFile).subarray(from).toString()),
  };
}

/**
 * After a power cut the number in a lock file may belong to some other program of the same account; PostgreSQL then takes
 * it for a live server for ever. A file whose process is alive and no postgres is removed. A dying or unreaped server is
 * still called postgres, and should two starts get this far at once, the shared memory still lets only one server live.
 */
function dropForeignLocks(cluster: Cluster): void {
  for (const file of [path.join(cluster.data, 'postmaster.pid'), path.join(cluster.sockets, '.s.PGSQL.5432.lock')]) {
    const pid = fs.existsSync(file) ? Number.parseInt(fs.readFileSync(file, 'utf8'), 10) : Number.NaN;
    const name = pid > 0 ? programOf(pid) : undefined;
    if (name && !name.includes('postgres')) fs.rmSync(file, { force: true });
  }
}

function programOf(pid: number): string | undefined {
  const linux = `/proc/${pid}/comm`;
  if (fs.existsSync(linux)) return fs.readFileSync(linux, 'utf8').trim();
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim();
}

function startFailed(cluster: Cluster): ProblemError {
  const lines = fs.existsSync(cluster.logFile)
    ? fs.readFileSync(cluster.logFile, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
    : '';
  return new ProblemError({
    code: 'database-start-failed',
    status: 500,
    zh: `数据库未能启动，详见 ${cluster.logFile}`,
    en: `PostgreSQL did not start; the end of ${cluster.logFile}:\n${lines}`,
  });
}

/** Fast shutdown: running transactions roll back, the buffers are written. Resolves when the folder is free. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const running = runningServer(cluster.data);
  if (!running) return;
  try {
    process.kill(running.pid, 'SIGINT');
    for (let waited = 0; waited < STOP_MS && runningServer(cluster.data)?.pid === running.pid; waited += 10) {
      process.kill(running.pid, 0);
      await pause(10);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
