import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ProblemError } from '#lib/kernel';
import { canEnter, serverAccount, type Account } from './account.ts';
import { SERVER_ENVIRONMENT, SYSTEM_FOLDER } from './binaries.ts';

export const ADMIN = 'firstmile_admin';

/** PostgreSQL's data folder and what belongs to it. */
export interface Cluster {
  /** The folder that holds `data`; DATA_DIR, or its stand-in where the server's account cannot enter DATA_DIR. */
  readonly home: string;
  readonly data: string;
  /** Where a server that we start listens; one that runs says so itself (`runningServer`). */
  readonly sockets: string;
  readonly account: Account | undefined;
  readonly logFile: string;
}

/** A unix socket's path holds 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = 103;
const SOCKET_NAME = '/.s.PGSQL.5432';

/**
 * Finds the place of the cluster. It is `DATA_DIR/pg`, unless the account that root must lend to PostgreSQL is shut out of
 * DATA_DIR by a parent folder (a checkout in a 0700 home): then it is a fresh folder in /var/lib/firstmile, named for good
 * in `DATA_DIR/pg.location`.
 */
export function locateCluster(dataDir: string, log: (line: string) => void): Cluster {
  fs.mkdirSync(dataDir, { recursive: true });
  const folder = fs.realpathSync(dataDir);
  const pointer = path.join(folder, 'pg.location');
  const home = fs.existsSync(pointer) ? pointed(pointer) : homeFor(folder, pointer, log);
  const data = path.join(home, 'pg');
  const account = serverAccount(data);
  return { home, data, account, sockets: socketFolder(data, account), logFile: path.join(folder, 'postgres.log') };
}

function homeFor(folder: string, pointer: string, log: (line: string) => void): string {
  const data = path.join(folder, 'pg');
  if (canEnter(folder, serverAccount(data))) return folder;
  if (fs.existsSync(data))
    throw unreachable(`${data} holds a database, but the account of the server can no longer enter ${folder}`);
  fs.mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const home = fs.mkdtempSync(path.join(SYSTEM_FOLDER, 'data-'));
  fs.chmodSync(home, 0o711);
  const draft = path.join(home, 'pg.location');
  fs.writeFileSync(draft, `${home}\n`);
  try {
    // copyFile with EXCL is not atomic in its content and link may cross devices: write aside, then link within the folder.
    const aside = `${pointer}.${process.pid}`;
    fs.copyFileSync(draft, aside);
    fs.linkSync(aside, pointer);
    fs.rmSync(aside);
  } catch (error) {
    fs.rmSync(home, { recursive: true });
    fs.rmSync(`${pointer}.${process.pid}`, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return pointed(pointer); // another start was first
  }
  log(`the server's account cannot enter ${folder}: the database stands in ${home}`);
  return home;
}

function pointed(pointer: string): string {
  const home = fs.readFileSync(pointer, 'utf8').trim();
  if (!fs.existsSync(home))
    throw unreachable(`${pointer} names ${home}, which is gone; remove the file to begin with an empty database`);
  return home;
}

function unreachable(en: string): ProblemError {
  return new ProblemError({ code: 'data-folder-unreachable', status: 500, zh: `数据目录不可用：${en}`, en });
}

/** The data folder itself where its path is short enough, else a private folder under a short name. */
function socketFolder(data: string, account: Account | undefined): string {
  if (Buffer.byteLength(data + SOCKET_NAME) <= SOCKET_PATH_BYTES) return data;
  const uid = account?.uid ?? process.getuid!();
  const name = createHash('sha256').update(`${data}\n${uid}`).digest('hex').slice(0, 12);
  // macOS gives every user a long temporary folder of their own.
  const parent = Buffer.byteLength(os.tmpdir()) <= 60 && canEnter(os.tmpdir(), account) ? os.tmpdir() : '/tmp';
  return path.join(parent, `fm-${name}`);
}

/** Makes the socket's folder where it is not the data folder. */
export function prepareSockets({ sockets, data, account }: Cluster): void {
  if (sockets === data) return;
  const uid = account?.uid ?? process.getuid!();
  fs.mkdirSync(sockets, { recursive: true, mode: 0o700 });
  const made = fs.lstatSync(sockets);
  if (!made.isDirectory() || (made.uid !== uid && made.uid !== process.getuid!()))
    throw unreachable(`${sockets} belongs to somebody else`);
  if (account) fs.chownSync(sockets, account.uid, account.gid);
  fs.chmodSync(sockets, 0o700);
}

/** What `postmaster.pid` says; undefined when no server has the folder. */
export function runningServer(data: string): { readonly pid: number; readonly sockets: string } | undefined {
  try {
    const lines = fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return lines[4] ? { pid: Number(lines[0]), sockets: lines[4] } : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * Makes the data folder if there is none. initdb works beside it and the finished folder is moved in by one rename, so a
 * killed start leaves no half folder, and of two starts at once the second finds the first one's.
 */
export async function initialise(cluster: Cluster, binaries: string, durable: boolean): Promise<boolean> {
  sweepDrafts(cluster.home);
  if (fs.existsSync(cluster.data)) return false;
  const draft = fs.mkdtempSync(path.join(cluster.home, DRAFT));
  if (cluster.account) fs.chownSync(draft, cluster.account.uid, cluster.account.gid);
  try {
    // The builtin provider: neither the host's LANG nor an upgrade of its C library changes how text sorts.
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const args = ['-D', draft, '-U', ADMIN, '-A', 'trust', '-E', 'UTF8', ...locale, ...(durable ? [] : ['--no-sync'])];
    await run(path.join(binaries, 'initdb'), args, { ...cluster.account, cwd: '/', env: { ...SERVER_ENVIRONMENT } });
    fs.renameSync(draft, cluster.data);
    return true;
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (fs.existsSync(cluster.data)) return false;
    throw error;
  }
}

const run = promisify(execFile);
const DRAFT = 'pg.draft-';
const DRAFT_LIFE_MS = 10 * 60_000;

function sweepDrafts(home: string): void {
  for (const name of fs.readdirSync(home).filter((entry) => entry.startsWith(DRAFT))) {
    const draft = path.join(home, name);
    const made = fs.statSync(draft, { throwIfNoEntry: false });
    if (made && Date.now() - made.mtimeMs > DRAFT_LIFE_MS) fs.rmSync(draft, { recursive: true, force: true });
  }
}
