import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openServer, type Server } from '#lib/platform';
import { madeUp, registrationFile } from '../runs/book.ts';
import { CommandLine, fileOf, preparedDataDir, removeDataDirs, type Ended } from './command.ts';

jest.setTimeout(300_000);

let dataDir: string;
let server: Server;
let commands: CommandLine;
const run = (...args: string[]): Promise<Ended> => commands.run(...args);
const months = (...rows: readonly string[]): string => `统一社会信用代码,费款所属期,参保总人数\n${rows.join('\n')}\n`;
const deliver = async (source: string, name: string, content: string, ...more: string[]): Promise<string> => {
  const done = await run('ingest', source, fileOf(dataDir, name, content), '--json', ...more);
  expect([done.code, done.stderr]).toEqual([0, '']);
  return done.json['deliveryId'] as string;
};

beforeAll(async () => {
  dataDir = await preparedDataDir();
  server = await openServer({ dataDir });
  commands = new CommandLine(dataDir);
  await deliver('business-registration', 'register.csv', registrationFile(5), '--layout', 'open-register');
  await run('rescore', '--as-of', '2024-06-30');
});
afterAll(async () => {
  await commands.close();
  await server.close();
  await removeDataDirs();
});

describe('quality, errors, corrections and undo', () => {
  let first: string;
  let second: string;
  beforeAll(async () => {
    const faulty = months(`${madeUp(0)},202405,5`, `${madeUp(1)},someday,6`);
    first = await deliver('social-security', 'may.csv', faulty);
    second = await deliver('social-security', 'may-again.csv', months(`${madeUp(0)},202405,50`));
  });

  it('quality prints a table, and the same as JSON', async () => {
    const table = await run('quality');
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(
      /^source +layout 版式 .*\n(?:.*\n)*social-security +monthly .* 2024-05-31 .* 2 +100\.00 % +0\.00 % ↓/m,
    );
    expect(table.stdout).toMatch(/never delivered 从未交付: .*patents\/jsonl/);
    const { json } = await run('quality', '--as-of', '2024-06-30', '--json');
    expect(json).toMatchObject({ asOf: '2024-06-30', items: expect.any(Array) });
    const wrong = await run('quality', '--as-of', 'May');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  });

  it('errors writes the file', async () => {
    const out = path.join(dataDir, 'errors.csv');
    const done = await run('errors', first, '--out', out, '--json');
    expect([done.code, done.json]).toEqual([0, { deliveryId: first, rows: 1, file: out }]);
    expect(readFileSync(out, 'utf8')).toContain(`${madeUp(1)},someday,6,DQ05,`);
    const none = await run('errors', '00000000-0000-7000-8000-000000000000', '--out', out);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/^delivery-unknown: /)]);
  });

  it('corrections lists them', async () => {
    const done = await run('corrections', second, '--json');
    expect(done.json).toMatchObject({
      run: { asOf: '2024-06-30' },
      items: [{ uscc: madeUp(0), recordKey: '2024-05', kind: 'correction', rowNo: 1 }],
    });
    expect((await run('corrections', first)).stdout).toMatch(/^0 corrections\n/);
  });

  it('undo shows, and with a reason does it, once', async () => {
    const shown = await run('undo', second);
    expect([shown.code, shown.stderr]).toEqual([0, 'nothing has been changed; --reason does it\n']);
    expect(shown.stdout).toContain('would withdraw 0, restore 1 and restate 0 records of 1 firms');
    expect((await run('undo', second, '--json')).json).toMatchObject({ deliveryId: second, restored: 1, firms: 1 });
    expect((await run('undo', second, '--reason', '')).code).toBe(2);
    const done = await run('undo', second, '--reason', '来源撤回', '--json');
    expect([done.code, done.json]).toEqual([
      0,
      { deliveryId: second, withdrawn: 0, restored: 1, restated: 0, firms: 1, coverage: true },
    ]);
    const twice = await run('undo', second, '--reason', '来源撤回');
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringMatching(/^delivery-undone: /)]);
  });

  it('closure says what the firm asked for, and ends it', async () => {
    const asked = ['--reason', '企业书面申请'];
    const add = await run(
      'closure',
      'add',
      madeUp(0),
      'social-security',
      ...asked,
      '--stated-on',
      '2024-07-01',
      '--json',
    );
    expect([add.code, add.json]).toEqual([
      0,
      expect.objectContaining({ kind: 'NOT_AUTHORISED', statedOn: '2024-07-01', knownTo: null }),
    ]);
    const open = await run('closure', 'add', madeUp(0), 'patents', ...asked);
    expect([open.code, open.stderr]).toEqual([1, expect.stringMatching(/^source-not-closable: /)]);
    expect((await run('closure', 'add', madeUp(0), 'water', ...asked, '--stated-on', '2024-02-30')).code).toBe(2);
    expect((await run('closure', 'list', madeUp(0))).stdout).toMatch(
      /^source .*\n.*social-security +NOT_AUTHORISED +2024-07-01 /m,
    );
    const end = await run('closure', 'end', madeUp(0), 'social-security', ...asked);
    expect([end.code, end.stdout]).toEqual([0, expect.stringMatching(/^social-security counts again for /)]);
  });
});
