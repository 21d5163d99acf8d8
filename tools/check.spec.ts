import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firstmile-check-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs one check over a small project made of these files; what it found, one line each. */
function findings(tool: string, files: Readonly<Record<string, string>>): readonly string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const run = spawnSync(process.execPath, [join(__dirname, tool), root], { encoding: 'utf8' });
  const found = run.stderr.split('\n').filter((line) => line !== '');
  expect(run.status).toBe(found.length === 0 ? 0 : 1);
  return found;
}

describe('links of the documents', () => {
  it('lead to files and headings', () => {
    expect(
      findings('docs-links.mjs', {
        'README.md':
          '# Firstmile (首公里)\n[a](docs/a.md#两个-命令-1) [b](#firstmile-首公里) [c](https://example.org/x)\n',
        'docs/a.md': '## 两个 命令\n## 两个 `命令`\n```\n[no](gone.md)\n```\n[up](../README.md) `[no](gone.md)`\n',
      }),
    ).toEqual([]);
  });

  it('are reported where they break', () => {
    expect(
      findings('docs-links.mjs', {
        'README.md': '\n[a](docs/gone.md)\n[b](docs/a.md#nowhere)\n[c](../outside.md)\n[d]: docs/lost.md\n',
        'docs/a.md': '# A\n',
      }),
    ).toEqual([
      'README.md:2  no such file: docs/gone.md',
      'README.md:3  no such heading: docs/a.md#nowhere',
      'README.md:4  leads out of the project: ../outside.md',
      'README.md:5  no such file: docs/lost.md',
    ]);
  });
});

describe('words', () => {
  const machine = (...parts: readonly string[]): string => ['', ...parts].join('/');

  it('that name a machine, a package host or unfinished work are reported', () => {
    const found = findings('repo-words.mjs', {
      'a.ts': `const a = '${machine('root', 'x')}';\n// ${['TO', 'DO'].join('')}: later\n`,
      'b.md': `see ${machine('work', 'main')} and ${['https:', '', ['registry', 'npmjs', 'org'].join('.'), 'x'].join('/')}\n`,
    });
    expect(found.map((line) => line.split('  ')[0])).toEqual(['a.ts:1', 'a.ts:2', 'b.md:1', 'b.md:1']);
  });

  it('of the product pass', () => {
    const inside = ['teams', 'work', 'list'].join('/');
    expect(findings('repo-words.mjs', { 'a.ts': `const path = '${inside}'; const dir = './root/a';\n` })).toEqual([]);
  });
});

describe('lock file', () => {
  const files = (dependency: string, entries: object): Record<string, string> => ({
    'package.json': JSON.stringify({ dependencies: { a: dependency } }),
    'package-lock.json': JSON.stringify({ packages: { '': { dependencies: { a: dependency } }, ...entries } }),
  });

  it('passes when it is whole', () => {
    const whole = { 'node_modules/a': { optionalDependencies: { b: '1' } }, 'node_modules/a/node_modules/b': {} };
    expect(findings('lock.mjs', files('1.0.0', whole))).toEqual([]);
  });

  it('is refused with a host, without a platform package, or with a range', () => {
    const found = findings(
      'lock.mjs',
      files('^1.0.0', { 'node_modules/a': { resolved: 'https://host/a.tgz', optionalDependencies: { b: '1' } } }),
    );
    expect(found).toEqual([
      'node_modules/a names a host',
      'node_modules/a wants the optional b, which the lock lacks',
      'a: ^1.0.0 is no exact version',
    ]);
  });

  it('is refused when package.json moved on', () => {
    const stale = { ...files('1.0.0', {}), 'package.json': JSON.stringify({ dependencies: { a: '1.0.1' } }) };
    expect(findings('lock.mjs', stale)).toEqual(['a: package.json says 1.0.1, the lock 1.0.0']);
  });
});
