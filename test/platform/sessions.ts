import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stopAbandonedServer } from '#lib/platform';
import pg from 'pg';

const FIXTURE = path.join(__dirname, 'hold-session.mjs');

/** A process of its own with an open session. */
export interface HeldSession {
  readonly urls: { readonly owner: string; readonly app: string; readonly admin: string };
  readonly pid: number;
  readonly folder: string;
  /** Resolves when the process says a line that contains the text. */
  says(text: string): Promise<void>;
  close(): Promise<number | null>;
  kill(): Promise<void>;
}

/** `account`: the uid and gid to run under, for root. */
export async function holdSession(dataDir: string, account: { uid?: number; gid?: number } = {}): Promise<HeldSession> {
  const child = spawn(process.execPath, [FIXTURE, dataDir], { ...account, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let errors = '';
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const lines = collectLines(child);
  const first = await lines.find((line) => line.startsWith('{'));
  if (!first) throw new Error(`the session did not open: ${errors}`);
  return {
    ...(JSON.parse(first) as Pick<HeldSession, 'urls' | 'pid' | 'folder'>),
    says: async (text) => {
      if (!(await lines.find((line) => line.includes(text))))
        throw new Error(`ended without saying "${text}": ${errors}`);
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');
    },
  };
}

function collectLines(child: ChildProcess): { find(matches: (line: string) => boolean): Promise<string | undefined> } {
  const said: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => waiting.forEach((check) => check());
  const reader = createInterface(child.stdout!);
  reader.on('line', (line) => {
    said.push(line);
    wake();
  });
  reader.on('close', () => {
    ended = true;
    wake();
  });
  const find = (matches: (line: string) => boolean): Promise<string | undefined> =>
    new Promise((resolve) => {
      const check = (): void => {
        const line = said.find(matches);
        if (line === undefined && !ended) return;
        waiting.delete(check);
        resolve(line);
      };
      waiting.add(check);
      check();
    });
  return { find };
}

export async function queryOnce<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

const folders: string[] = [];
const children = new Set<ChildProcess>();

/** A folder that the account lent to the server can enter. Removed, with its sessions and server, by `removeFolders`. */
export function freshFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'firstmile-session-'));
  fs.chmodSync(folder, 0o711);
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  for (const child of children) {
    child.kill('SIGKILL'); // a test that failed has not closed it
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  children.clear();
  for (const folder of folders.splice(0)) {
    for (const dataDir of fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(^|\/)(pg\.location|pg)$/.test(name))) {
      const place = path.join(folder, dataDir);
      await stopAbandonedServer(path.dirname(place));
      if (place.endsWith('.location'))
        fs.rmSync(fs.readFileSync(place, 'utf8').trim(), { recursive: true, force: true });
    }
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
