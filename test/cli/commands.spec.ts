import { openServer, type Server } from '#lib/platform';
import { connectAdmin } from '../kill/ledger-content.ts';
import { madeUp, registrationFile } from '../runs/book.ts';
import { CommandLine, fileOf, firstmile, preparedDataDir, removeDataDirs, type Ended } from './command.ts';

jest.setTimeout(300_000);

let dataDir: string;
let server: Server;
let file: string;
/** For what only says something: how a process begins and ends is not looked at. */
let commands: CommandLine;
const run = (...args: string[]): Promise<Ended> => firstmile(dataDir, args).ended;
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;

beforeAll(async () => {
  dataDir = await preparedDataDir();
  server = await openServer({ dataDir }); // so that each command finds it and none stops it
  commands = new CommandLine(dataDir);
  file = fileOf(dataDir, 'register.csv', registrationFile(30));
});
afterAll(async () => {
  await commands.close();
  await server.close();
  await removeDataDirs();
});

const HEX64 = expect.stringMatching(/^[0-9a-f]{64}$/);
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe('ingest', () => {
  const ingest = (...more: string[]): Promise<Ended> =>
    run('ingest', 'business-registration', file, '--layout', 'open-register', ...more);

  it('refuses a person that nobody knows, and takes nothing', async () => {
    const refused = await ingest('--as', 'nobody-here');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/person-unknown: .*nobody-here/);
  });

  it('prints what became of each row, as one line of JSON', async () => {
    const done = await ingest('--json');
    expect([done.code, done.stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    expect(done.json).toEqual({
      deliveryId: UUID,
      rows: 30,
      applied: 30,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      held: null,
      seconds: expect.any(Number),
    });
    expect(Object.keys(done.json)).toEqual([
      'deliveryId',
      'rows',
      'applied',
      'unchanged',
      'quarantined',
      'ignored',
      'held',
      'seconds',
    ]);
    const again = await ingest('--json');
    expect([again.code, again.json]).toEqual([
      0,
      { ...done.json, noop: true, applied: 0, unchanged: 30, seconds: expect.any(Number) },
    ]);
  });

  it('prints it for people without --json', async () => {
    const more = fileOf(dataDir, 'more.csv', `${registrationFile(3, 100)}样例缺列有限公司,,2020-01-01\n`);
    const done = await run('ingest', 'business-registration', more, '--layout', 'open-register');
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(
      /^delivery [0-9a-f-]{36}\n4 rows = 3 applied \+ 0 unchanged \+ 1 quarantined \+ 0 ignored, in [\d.]+ s\n {2}ROW_SHAPE: 1\n$/,
    );
    const again = await run('ingest', 'business-registration', more, '--layout', 'open-register');
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^nothing to do: this file is delivery [0-9a-f-]{36}, received before\n$/),
    ]);
  });

  it('a held delivery ends with 3, and says which gate', async () => {
    const rows = registrationFile(60, 200).replaceAll('-15,', '-32,');
    const held = await run(
      'ingest',
      'business-registration',
      fileOf(dataDir, 'bad.csv', rows),
      '--layout',
      'open-register',
      '--json',
    );
    expect(held.json).toMatchObject({
      rows: 60,
      applied: 0,
      unchanged: 0,
      quarantined: 0,
      ignored: 0,
      held: 'PARSE_RATE',
    });
    expect([held.code, held.stderr]).toEqual([3, expect.stringContaining('held: PARSE_RATE')]);
  });

  it('a refused delivery ends with 1, and names the header', async () => {
    const rejected = await run('ingest', 'social-security', file, '--json');
    expect([rejected.code, rejected.json]).toEqual([
      1,
      expect.objectContaining({ deliveryId: UUID, state: 'REJECTED' }),
    ]);
    expect(rejected.stderr).toContain('费款所属期');
  });

  it.each([
    ['a source that is none', ['ingest', 'weather', 'FILE'], 1, /unknown-source: [^\n]*weather/],
    ['a layout that is none', ['ingest', 'patents', 'FILE', '--layout', 'xml'], 1, /unknown-layout: [^\n]*xml/],
    ['a file that is not there', ['ingest', 'patents', 'nowhere.jsonl'], 1, /file-missing: [^\n]*nowhere\.jsonl/],
    [
      'a manifest that is not JSON',
      ['ingest', 'business-registration', 'FILE', '--manifest', 'FILE'],
      1,
      /manifest-invalid/,
    ],
    [
      'a population that is none',
      ['ingest', 'business-registration', 'FILE', '--population', 'some'],
      1,
      /manifest-invalid/,
    ],
    [
      'a sequence that is no number',
      ['ingest', 'business-registration', 'FILE', '--sequence', 'first'],
      1,
      /manifest-invalid/,
    ],
    ['no file', ['ingest', 'patents'], 2, /missing required argument 'file'/],
  ])('refuses %s', async (_, args, code, says) => {
    const refused = await run(...args.map((arg) => (arg === 'FILE' ? file : arg)));
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringMatching(says)]);
  });
});

describe('rescore and verify', () => {
  const KEYS = [
    'runId',
    'firms',
    'outputHash',
    'asOf',
    'knownAt',
    'modelHash',
    'catalogueHash',
    'codeVersion',
    'seconds',
  ];

  it('print the run and its verification as one line of JSON', async () => {
    const done = await run('rescore', '--as-of', '2024-06-30', '--json');
    expect([done.code, done.stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    expect(done.json).toMatchObject({
      runId: UUID,
      firms: 33,
      outputHash: HEX64,
      asOf: '2024-06-30',
      modelHash: HEX64,
      catalogueHash: HEX64,
      state: 'PUBLISHED',
    });
    expect(Object.keys(done.json)).toEqual(expect.arrayContaining(KEYS));
    expect(done.json['knownAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
    const pinned = await run(
      'rescore',
      '--as-of',
      '2024-06-30',
      '--known-at',
      done.json['knownAt'] as string,
      '--workers',
      '2',
      '--json',
    );
    expect(pinned.json).toMatchObject({
      firms: 33,
      outputHash: done.json['outputHash'],
      knownAt: done.json['knownAt'],
    });
    expect(pinned.stderr).toMatch(/worker 1: pid \d+\n.*worker 2: pid \d+/s);

    const verified = await run('verify', done.json['runId'] as string, '--json');
    expect([verified.code, verified.json]).toEqual([
      0,
      {
        runId: done.json['runId'],
        agrees: true,
        firms: 33,
        outputHash: done.json['outputHash'],
        storedHash: done.json['outputHash'],
        differences: 0,
        seconds: expect.any(Number),
      },
    ]);
  });

  it('print them for people without --json', async () => {
    const done = await run('rescore', '--as-of', '2024-05-31');
    expect(done.code).toBe(0);
    const [, runId, hash] =
      /^run ([0-9a-f-]{36}) ARCHIVED: 33 firms as of 2024-05-31, known at .*, in [\d.]+ s\noutput ([0-9a-f]{64})\n {2}NOT_RATED: 33\n$/.exec(
        done.stdout,
      )!;
    const verified = await run('verify', runId!);
    expect([verified.code, verified.stdout]).toEqual([
      0,
      `run ${runId}: 33 firms replayed, all agree, output ${hash}\n`,
    ]);
    const admin = await connectAdmin(server);
    await admin.query(`UPDATE run_score SET warnings = '{W99}' WHERE run_id = $1 AND uscc = $2`, [runId, madeUp(0)]);
    await admin.end();
    const changed = await run('verify', runId!);
    expect([changed.code, changed.stdout, changed.stderr]).toEqual([
      1,
      `run ${runId} does NOT agree: 1 differences\n`,
      expect.stringMatching(new RegExp(`^${madeUp(0)}: .*warnings`, 'm')),
    ]);
  });

  it.each([
    ['a date that is none', ['rescore', '--as-of', '2024-02-30'], 2, /--as-of: .*must be a date YYYY-MM-DD/],
    ['no date', ['rescore'], 2, /required option '--as-of <date>' not specified/],
    ['no workers', ['rescore', '--as-of', '2024-06-30', '--workers', '0'], 2, /--workers: .*from 1 to 64/],
    ['half a worker', ['rescore', '--as-of', '2024-06-30', '--workers', '1.5'], 2, /--workers/],
    [
      'an instant without an offset',
      ['rescore', '--as-of', '2024-06-30', '--known-at', '2024-06-30T00:00:00'],
      2,
      /--known-at: .*with an offset/,
    ],
    [
      'what is not known yet',
      ['rescore', '--as-of', '2024-06-30', '--known-at', '2999-01-01T00:00:00Z'],
      1,
      /known-at-too-late/,
    ],
    ['a person that nobody knows', ['rescore', '--as-of', '2024-06-30', '--as', 'nobody-here'], 1, /person-unknown/],
    ['a run that is none', ['verify', 'yesterday'], 1, /run-unknown: [^\n]*yesterday/],
    ['work on a run that is none', ['work', '--run', '00000000-0000-7000-8000-000000000000'], 1, /run-unknown/],
  ])('refuse %s', async (_, args, code, says) => {
    const refused = await commands.run(...args);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringMatching(says)]);
    expect(refused.stderr).not.toMatch(/\n {4}at /); // a sentence, not a stack
  });
});

describe('usage', () => {
  it.each([
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['an unknown option', ['verify', 'x', '--fast'], /unknown option '--fast'/],
    ['too many arguments', ['verify', 'a', 'b'], /too many arguments/],
  ])('%s ends with 2', async (_, args, says) => {
    const refused = await commands.run(...args);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, '', expect.stringMatching(says)]);
  });

  it('help prints each command, and each command its options', async () => {
    const help = await commands.run('--help');
    expect(help.code).toBe(0);
    for (const command of ['ingest', 'rescore', 'verify'])
      expect(help.stderr).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    const ingestHelp = await commands.run('ingest', '--help');
    expect([ingestHelp.code, ingestHelp.stderr]).toEqual([0, expect.stringContaining('--source-time')]);
    const nothing = await run();
    expect([nothing.code, lastLine(nothing.stderr)]).toEqual([2, lastLine(help.stderr)]);
  });

  it('a configuration that is none names its variable', async () => {
    const refused = await firstmile(dataDir, ['verify', 'x'], { env: { DATABASE_URL: 'mysql://x' } }).ended;
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/^config-invalid: .*DATABASE_URL/),
    ]);
  });
});
