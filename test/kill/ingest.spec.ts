import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openServer, type Server } from '#lib/platform';
import {
  fileOf,
  firstmile,
  preparedDataDir,
  removeDataDirs,
  ROOT,
  type Command,
  type CommandOptions,
} from '../cli/command.ts';
import { registrationFile } from '../runs/book.ts';
import { connectAdmin, ledgerContent, seeded, untilWaiting } from './ledger-content.ts';

jest.setTimeout(600_000);

const long = Boolean(process.env['FIRSTMILE_LONG']);
const MOMENTS = long ? 10 : 3;
const SEED = 20260630;
const PRELOAD = path.join(__dirname, 'die-at-write.mjs');
const REAL = path.join(ROOT, '../shared/data/cn-registry/tech-2018-2019.csv.gz');

/** More than the stage takes in one batch. */
const ROWS = long ? 20_000 : 6_000;

/** Made-up firms, and what bureaus send besides: doubled rows, unreadable dates, codes with a slip. */
function dirtyFile(): string {
  const step = ROWS / 50;
  const lines = registrationFile(ROWS).trimEnd().split('\n');
  for (let i = step; i < lines.length; i += step) {
    const [name, code, on, ...rest] = lines[i]!.split(',') as [string, string, string, ...string[]];
    lines[i] = [
      [name, code, '2021-02-30', ...rest],
      [name, `${code.slice(0, 17)}${code.endsWith('1') ? '2' : '1'}`, on, ...rest],
      [name, '', on, ...rest],
    ][(i / step) % 3]!.join(',');
    lines.push(lines[i - 1]!);
  }
  return `${lines.join('\n')}\n`;
}

const useReal = long && existsSync(REAL);
const content = useReal ? readFileSync(REAL) : dirtyFile();

interface Place {
  readonly server: Server;
  readonly ingest: (options?: CommandOptions) => Command;
}

async function place(): Promise<Place> {
  const dataDir = await preparedDataDir(); // so that every write of the command is one of the ingest
  const file = fileOf(dataDir, useReal ? 'register.csv.gz' : 'register.csv', content);
  const args = ['ingest', 'business-registration', file, '--layout', 'open-register', '--json'];
  const server = await openServer({ dataDir });
  servers.push(server);
  return { server, ingest: (options) => firstmile(dataDir, args, options) };
}
const servers: Server[] = [];

async function contentAndClose({ server }: Place): Promise<Record<string, string>> {
  const admin = await connectAdmin(server);
  try {
    return await ledgerContent(admin);
  } finally {
    await admin.end();
    await server.close();
  }
}

let clean: Record<string, string>;
/** Of the command until the ledger has it all. */
let writes: number;

beforeAll(async () => {
  const at = await place();
  const ended = await at.ingest({ preload: PRELOAD }).ended;
  writes = Number(/documents began at write (\d+)/.exec(ended.stderr)?.[1]);
  clean = await contentAndClose(at);
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await removeDataDirs();
});

it('a clean pass accounts for every row', () => {
  expect(writes).toBeGreaterThan(50);
  expect(clean['book']).toMatch(/^1 rows/);
  expect(clean['company']).toMatch(useReal ? /^48962 rows/ : new RegExp(`^${ROWS / 100 - 1}\\d\\d rows`));
  expect(clean['quarantine']).toMatch(useReal ? /^0 rows/ : /^\d\d rows/);
});

const random = seeded(SEED);
// Killing at a write to the database reaches every step, and the same ones each time: the order of writes hardly varies.
it.each(Array.from({ length: MOMENTS }, () => ({ percent: 5 + Math.floor(95 * random()), before: random() < 0.5 })))(
  'kill -9 at $percent % of an ingest, then the same command: the ledger of a clean pass',
  async ({ percent, before }) => {
    const at = await place();
    const env = { DIE_AT_WRITE: String(Math.round((writes * percent) / 100)), DIE_BEFORE: before ? 'yes' : 'no' };
    expect((await at.ingest({ preload: PRELOAD, env }).ended).signal).toBe('SIGKILL');
    const again = await at.ingest().ended;
    expect([again.code, again.json['rows']]).toEqual([0, useReal ? 48_962 : ROWS + 50]);
    expect(await contentAndClose(at)).toEqual(clean);
  },
);

it('kill -9 again and again, each time a little later: the ledger of a clean pass', async () => {
  const at = await place();
  for (let kills = 1; kills <= 4; kills++) {
    const env = { DIE_AT_WRITE: String(Math.round((writes * kills) / 5)) };
    expect((await at.ingest({ preload: PRELOAD, env }).ended).signal).toBe('SIGKILL');
  }
  expect((await at.ingest().ended).code).toBe(0);
  expect(await contentAndClose(at)).toEqual(clean);
});

it('kill -9 of the database server while it applies, then the same command: the ledger of a clean pass', async () => {
  const at = await place();
  const admin = await connectAdmin(at.server);
  await admin.query('BEGIN');
  await admin.query('LOCK TABLE record IN SHARE MODE'); // the apply stops where it writes the records
  const command = at.ingest();
  await untilWaiting(admin, 1);
  process.kill(at.server.pid!, 'SIGKILL');
  const { code, stdout, stderr } = await command.ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).not.toMatch(/unhandled|uncaught/i);
  await admin.end().catch(() => undefined);
  const again = await at.ingest().ended;
  expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('at ')]);
  expect(await contentAndClose(at)).toEqual(clean);
});
