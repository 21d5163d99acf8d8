import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Report {
  readonly rules: readonly string[];
  readonly files: number;
  readonly edges: readonly (readonly [string, string])[];
  readonly violations: readonly { readonly rule: string; readonly path: string; readonly line: number }[];
}

const FIXTURES = join(__dirname, 'fixtures');

function check(...args: readonly string[]): { readonly exitCode: number | null; readonly report: Report } {
  const run = spawnSync(process.execPath, [join(__dirname, 'check.mjs'), '--json', ...args], { encoding: 'utf8' });
  if (!run.stdout) throw new Error(run.stderr);
  return { exitCode: run.status, report: JSON.parse(run.stdout) as Report };
}

const tree = check();

describe('the architecture check', () => {
  it('has one fixture for every rule, and no other', () => {
    expect(readdirSync(FIXTURES).toSorted()).toEqual([...tree.report.rules].toSorted());
  });

  it.each(readdirSync(FIXTURES))('%s: its fixture breaks it where expected, and breaks no other rule', (rule) => {
    const { exitCode, report } = check('--root', join(FIXTURES, rule), '--suffix', '.txt');
    const expected = readFileSync(join(FIXTURES, rule, 'expected'), 'utf8')
      .trim()
      .split('\n');
    expect(report.violations.map(({ path, line }) => `${path}:${line}`).toSorted()).toEqual(expected.toSorted());
    expect(new Set(report.violations.map((found) => found.rule))).toEqual(new Set([rule]));
    expect(exitCode).toBe(1);
  });

  it('fails when it finds nothing to look at', () => {
    const run = spawnSync(process.execPath, [join(__dirname, 'check.mjs'), '--root', FIXTURES, '--suffix', '.none']);
    expect(run.status).toBe(1);
  });
});

describe('this tree', () => {
  it('keeps every rule', () => {
    expect(tree.report.violations).toEqual([]);
    expect(tree.exitCode).toBe(0);
  });

  it('is really read: its imports are seen, inside a lib and through an alias', () => {
    const edges = tree.report.edges.map(([from, to]) => `${from} → ${to}`);
    expect(edges).toContain('libs/kernel/src/fen.ts → libs/kernel/src/rounding.ts');
    expect(edges).toContain('libs/data-sources/src/dossier.ts → libs/kernel/src/index.ts');
    expect(edges).toContain('tools/arch/check.mjs → tools/arch/rules.mjs');
  });
});
