import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openServer, stopAbandonedServer } from '#lib/platform';
import { migrateAll } from '#lib/product';
import { oneAtATime } from '../kit/database.ts';

export const ROOT = path.resolve(__dirname, '../..');
export const MAIN = path.join(ROOT, 'dist/apps/cli/src/main.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout. */
  readonly json: Record<string, unknown>;
}

/** A command of the built tree, in a process of its own. */
export interface Command {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the match in what stderr has said so far or will say. Rejects when the command ends without it. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(): void;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Modules that node loads first. */
  readonly preload?: string;
}

/** `firstmile …args` on the data folder, without the caller's own database or queue. */
export function firstmile(dataDir: string, args: readonly string[], options: CommandOptions = {}): Command {
  const { DATABASE_URL: _, REDIS_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const preload = options.preload === undefined ? [] : ['--import', options.preload];
  const child = spawn(process.execPath, [...preload, '--enable-source-maps', MAIN, ...args], {
    cwd: ROOT,
    env: { ...inherited, DATA_DIR: dataDir, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return follow(child);
}

function follow(child: ChildProcess): Command {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  child.stdout!.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr!.on('data', (piece: Buffer) => {
    stderr += piece.toString();
    wake();
  });
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      wake();
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      resolve({
        code,
        signal,
        stdout,
        stderr,
        get json() {
          return JSON.parse(last) as Record<string, unknown>;
        },
      });
    });
  });
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stderr);
        if (!found && !over) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`ended without saying ${String(pattern)}:\n${stderr}`));
      };
      waiting.add(look);
      look();
    });
  return { pid: child.pid!, ended, says, kill: () => void child.kill('SIGKILL') };
}

/** One process that runs command after command on the data folder: for tests of what commands say, not of how they begin and end. */
export class CommandLine {
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;

  constructor(dataDir: string) {
    const { DATABASE_URL: _, REDIS_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
    const program = path.join(__dirname, 'many-commands.mjs');
    this.child = spawn(process.execPath, ['--enable-source-maps', program, MAIN], {
      cwd: ROOT,
      env: { ...inherited, DATA_DIR: dataDir },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.answers = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** One at a time. */
  async run(...args: readonly string[]): Promise<Ended> {
    this.child.stdin!.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the command line ended at: ${args.join(' ')}`);
    const { code, stdout, stderr } = JSON.parse(value) as Pick<Ended, 'code' | 'stdout' | 'stderr'>;
    const json = (): Record<string, unknown> =>
      JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
    return {
      code,
      signal: null,
      stdout,
      stderr,
      get json() {
        return json();
      },
    };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin!.end();
    await ended;
  }
}

const folders: string[] = [];

/** A folder that the account lent to the server can enter. Removed, with its server, by `removeDataDirs`. */
export function freshDataDir(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-cli-'));
  chmodSync(folder, 0o711);
  folders.push(folder);
  return folder;
}

/**
 * The same with a database in it, migrated and empty: for suites that look at what commands do, not at how a folder begins.
 * It is made once a run of the suite and copied.
 */
export async function preparedDataDir(): Promise<string> {
  const folder = freshDataDir();
  const prepared = path.join(process.env['TEST_FOLDER']!, 'prepared');
  await oneAtATime('prepared', async () => {
    if (existsSync(prepared)) return;
    const making = `${prepared}.${process.pid}`;
    mkdirSync(making);
    chmodSync(making, 0o711);
    const server = await openServer({ dataDir: making }, { volatile: true });
    try {
      await migrateAll(server.urls.owner);
    } finally {
      await server.close();
    }
    renameSync(making, prepared);
  });
  // Where the account of the server cannot enter the folder, its database stands elsewhere and is not to be shared.
  if (!existsSync(path.join(prepared, 'pg.location')))
    await promisify(execFile)('cp', ['-a', path.join(prepared, 'pg'), path.join(folder, 'pg')]);
  return folder;
}

export async function removeDataDirs(): Promise<void> {
  for (const folder of folders.splice(0)) {
    await stopAbandonedServer(folder);
    const elsewhere = path.join(folder, 'pg.location');
    if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of this content beside the data folder. */
export function fileOf(dataDir: string, name: string, content: string | Buffer): string {
  const file = path.join(dataDir, name);
  writeFileSync(file, content);
  return file;
}
