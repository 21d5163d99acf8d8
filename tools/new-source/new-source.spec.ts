import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ProblemError } from '#lib/kernel';
import { makeSource, type NewSource } from './index.ts';

const ROOT = path.resolve(__dirname, '../..');
const SOURCES = 'libs/data-sources/src/sources';
const NOT_COPIED = new Set(['node_modules', '.git', 'coverage']);

/** The tree in a folder of its own, with the packages of this one. */
let copy: string;
let before: ReadonlyMap<string, string>;
beforeAll(() => {
  copy = mkdtempSync(path.join(os.tmpdir(), 'firstmile-tree-'));
  for (const name of readdirSync(ROOT))
    if (!NOT_COPIED.has(name) && !name.startsWith('.data'))
      cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  // The generic test needs no database.
  writeFileSync(
    path.join(copy, 'jest.sources.mjs'),
    `import config from './jest.config.mjs';\nconst { globalSetup: _, globalTeardown: __, ...rest } = config;\nexport default rest;\n`,
  );
  before = contentOf(copy);
}, 300_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function contentOf(folder: string, prefix = ''): Map<string, string> {
  const content = new Map<string, string>();
  for (const name of readdirSync(path.join(folder, prefix))) {
    const file = path.join(prefix, name);
    if (NOT_COPIED.has(name)) continue;
    if (statSync(path.join(folder, file)).isDirectory())
      for (const [key, hash] of contentOf(folder, file)) content.set(key, hash);
    else
      content.set(
        file,
        createHash('sha256')
          .update(readFileSync(path.join(folder, file)))
          .digest('hex'),
      );
  }
  return content;
}

/** Files that are not as they were when the tree was copied. */
function changed(): string[] {
  const now = contentOf(copy);
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name)).sort();
}

const node = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};
const command = (...args: string[]) => node('dist/apps/cli/src/main.js', 'new-source', ...args);
const genericTest = () =>
  node(
    'node_modules/jest/bin/jest.js',
    '-c',
    'jest.sources.mjs',
    '--ci',
    '-i',
    '-t',
    'demo-|the list',
    `${SOURCES}/sources.spec.ts`,
  );
const folderOf = (name: string, form: string): string[] =>
  ['expected.json', `fixtures/monthly.faults.utf-8.${form}`, 'map.ts', 'payload.ts', 'source.ts'].map(
    (file) => `${SOURCES}/${name}/${file}`,
  );

it('makes a source that passes the generic test and the compiler, and touches only its folder and the list', () => {
  expect(command('demo-energy')).toMatchObject({ status: 0 });
  const options = [
    '--code',
    'DPW',
    '--zh',
    '样例用电',
    '--en',
    'electricity of an example',
    '--form',
    'jsonl',
    '--json',
  ];
  const made = command('demo-electricity-consumption-monthly', ...options);
  expect([made.status, JSON.parse(made.said)]).toEqual([0, expect.objectContaining({ code: 'DPW' })]);
  const ours = [...folderOf('demo-electricity-consumption-monthly', 'jsonl'), ...folderOf('demo-energy', 'csv')];
  expect(changed()).toEqual([...ours, `${SOURCES}/index.ts`]);

  const { status, said } = genericTest();
  expect([status, said]).toEqual([0, expect.stringMatching(/Tests: .* 9 passed/)]);
  expect(node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit')).toEqual({ status: 0, said: '' });
  const format = node(
    'node_modules/oxfmt/bin/oxfmt',
    '--check',
    ...ours.filter((file) => file.endsWith('.ts')),
    `${SOURCES}/index.ts`,
  );
  expect(format).toMatchObject({ status: 0 });
}, 300_000);

it('lets a row and its expectation be edited in that folder alone', () => {
  const [expected, fixture] = folderOf('demo-energy', 'csv').map((file) => path.join(copy, file)) as [string, string];
  const edit = (file: string, from: string, to: string) =>
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  edit(fixture, '202605,1234.50,U', '202605,1234.60,U');
  expect(genericTest().status).toBe(1);
  edit(expected, '"amount": 123450', '"amount": 123460');
  expect(genericTest().status).toBe(0);
}, 300_000);

describe('refuses', () => {
  const problemOf = (wanted: NewSource, root = copy): string => {
    try {
      return JSON.stringify(makeSource(root, wanted));
    } catch (error) {
      return (error as ProblemError).problem.code;
    }
  };

  it.each<[NewSource, string]>([
    [{ name: 'Demo' }, 'source-name-invalid'],
    [{ name: 'demo_energy' }, 'source-name-invalid'],
    [{ name: '../demo' }, 'source-name-invalid'],
    [{ name: 'demo-' }, 'source-name-invalid'],
    [{ name: '4demo' }, 'source-name-invalid'],
    [{ name: 'ab' }, 'source-name-invalid'],
    [{ name: 'class' }, 'source-name-invalid'],
    [{ name: 'source-by-name' }, 'source-name-invalid'],
    [{ name: 'helpers' }, 'source-name-invalid'],
    [{ name: 'water' }, 'source-name-taken'],
    [{ name: 'social-security' }, 'source-name-taken'],
    [{ name: 'demo-other', code: 'dmo' }, 'source-code-invalid'],
    [{ name: 'demo-other', code: 'SOC' }, 'source-code-taken'],
    [{ name: 'demo-other', code: 'ANRF' }, 'source-code-taken'],
    [{ name: 'demo-other', zh: `样例'` }, 'source-words-invalid'],
    [{ name: 'demo-other', en: 'one\ntwo' }, 'source-words-invalid'],
    [{ name: 'demo-other', form: 'xlsx' }, 'source-form-unknown'],
  ])('%j: %s', (wanted, code) => {
    const found = contentOf(copy, SOURCES);
    expect(problemOf(wanted)).toBe(code);
    expect(contentOf(copy, SOURCES)).toEqual(found);
  });

  it('a name whose payload type another source exports', () => {
    const payload = path.join(copy, SOURCES, 'water/payload.ts');
    writeFileSync(payload, `${readFileSync(payload, 'utf8')}export type DemoOtherMonth = WaterBill;\n`);
    expect(problemOf({ name: 'demo-other' })).toBe('source-name-taken');
  });

  it('to work where there are no sources', () => {
    expect(problemOf({ name: 'demo-other' }, path.join(copy, 'models'))).toBe('not-a-checkout');
  });

  it('in both languages', () => {
    const { status, said } = command('water');
    expect([status, said]).toEqual([1, expect.stringMatching(/source-name-taken: .*已存在[^]*there is a source/)]);
  });
});
