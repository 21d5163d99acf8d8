import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { simulate } from '#tools/simulate';
import { demoOptions } from '../../apps/cli/src/demo-book.ts';
import {
  endAll,
  firstmile,
  freshDataDir,
  getJson,
  isRunning,
  postmasterOf,
  readScreen,
  ROOT,
  startIn,
  until,
  type Delivery,
  type Run,
  type Screen,
  type Started,
} from './started.ts';

jest.setTimeout(240_000);

/** Said here once more, so that a change of the demo book is a decision. */
const USUAL_FIRMS = 1000;
/** The same firms first, and the same deliveries and runs: what is told below holds for a fifth of the book as well. */
const FIRMS = process.env['FIRSTMILE_LONG'] ? USUAL_FIRMS : 200;
const DEMO = demoOptions(FIRMS);

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
interface Counted extends Delivery {
  readonly fileName: string;
  readonly rows: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly ignored: number;
}
interface ScoreAnswer {
  readonly published: string;
  readonly index: number;
  readonly coverageBp: number;
  readonly known: { readonly tenths: number };
  readonly dimensions: readonly { readonly code: string; readonly tenths: number }[];
  readonly parts: readonly { readonly characteristic: string; readonly state: string; readonly value: number | null }[];
  readonly knockOuts: readonly string[];
  readonly warnings: readonly string[];
}

let dataDir: string;
let serving: Started;
let screen: Screen;

beforeAll(async () => {
  dataDir = freshDataDir();
  serving = startIn(dataDir, FIRMS === USUAL_FIRMS ? [] : ['--demo-firms', String(FIRMS)]);
  screen = readScreen(await serving.screen());
});
afterAll(endAll);

/** Runs lines in bash, as pasted into a terminal. */
function paste(lines: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-c', lines], { cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    shell.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    shell.once('error', reject);
    shell.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function everyItem<T>(route: string, key = screen.operator): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await getJson<Page<T>>(`${screen.url}${route}?limit=200${more}`, key);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

describe('the screen', () => {
  it('is of a thousand firms unless it is told otherwise', async () => {
    const { stderr } = await firstmile(dataDir, ['start', '--help']).ended;
    expect(stderr).toMatch(new RegExp(`--demo-firms [^]*\\(default:\\s+"${USUAL_FIRMS}"\\)`));
  });

  it('says what stands there, and every curl line works as pasted', async () => {
    expect(screen.text).toContain(` ${FIRMS.toLocaleString('en')} `);
    expect(screen.text).toContain('2026-06-30');
    const exports = screen.text.match(/^\s*export .*$/gm)!;
    const curls = screen.text.match(/^\s*curl .*$/gm)!;
    expect(exports).toHaveLength(2);
    expect(curls.length).toBeGreaterThanOrEqual(7);
    for (const curl of curls) {
      const { code, stdout } = await paste(`${exports.join('\n')}\n${curl} -w '\\n%{http_code} %{content_type}'`);
      const at = stdout.lastIndexOf('\n');
      expect([curl, code, stdout.slice(at + 1)]).toEqual([curl, 0, '200 application/json; charset=utf-8']);
      expect(JSON.parse(stdout.slice(0, at))).toEqual(expect.any(Object));
    }
  });

  it('shows a rich, a thin and a doubtful firm that are so', async () => {
    const shown = [...new Set(screen.text.match(/(?<=companies\/)[0-9A-Z]{18}/g))];
    expect(shown).toEqual(Object.values(simulate(DEMO).showcase()));
    const [rich, thin, doubtful] = (await Promise.all(
      shown.map((uscc) =>
        getJson(`${screen.url}/partner/v1/companies/${uscc}/score?purpose=pre-loan-review`, screen.bank),
      ),
    )) as [ScoreAnswer, ScoreAnswer, ScoreAnswer];
    const values = (answer: ScoreAnswer): number => answer.parts.filter(({ state }) => state === 'VALUE').length;
    const patents = (answer: ScoreAnswer): number | null =>
      answer.parts.find(({ characteristic }) => characteristic === 'IN01')?.value ?? null;

    expect(rich.published).toMatch(/^A+$/);
    expect(patents(rich)).toBeGreaterThan(0);
    expect([rich.knockOuts, rich.warnings]).toEqual([[], []]);

    expect(values(thin)).toBeLessThan(values(rich));
    expect(thin.coverageBp).toBeLessThan(rich.coverageBp);
    expect(thin.index).toBeLessThan(rich.index);
    expect(thin.knockOuts).toEqual([]);

    expect([...doubtful.knockOuts, ...doubtful.warnings]).toEqual(expect.arrayContaining(['K05']));
    expect(doubtful.published).toBe('EXCLUDED');
    expect(doubtful.index).toBeLessThan(rich.index);
    expect(doubtful.known.tenths).toBeLessThan(rich.known.tenths);
  });
});

describe('the book behind it', () => {
  it('counts every delivered row as the simulator planted it', async () => {
    const counted = new Map((await everyItem<Counted>('/ops/v1/deliveries')).map((view) => [view.fileName, view]));
    const expected = [...simulate(DEMO).deliveries()];
    // One file more than the simulator's: two members of the list were struck off in the last month.
    expect(counted.size).toBe(expected.length + 1);
    expect(counted.get('abnormal-list-supplement.csv')).toMatchObject({ state: 'RECONCILED', rows: 2, applied: 2 });
    for (const delivery of expected) {
      const { byCode: _, planted: __, ...counts } = delivery.expected();
      expect(counted.get(delivery.fileName)).toMatchObject({ state: 'RECONCILED', ...counts });
      expect(counts.applied + counts.unchanged + counts.quarantined + counts.ignored).toBe(counts.rows);
    }
  });

  it('holds seven monthly runs, the newest published and the others archived', async () => {
    const runs = await everyItem<Run>('/ops/v1/runs');
    expect(runs.map(({ asOf, state }) => `${asOf} ${state}`)).toEqual([
      '2026-06-30 PUBLISHED',
      '2026-05-31 ARCHIVED',
      '2026-04-30 ARCHIVED',
      '2026-03-31 ARCHIVED',
      '2026-02-28 ARCHIVED',
      '2026-01-31 ARCHIVED',
      '2025-12-31 ARCHIVED',
    ]);
    expect(runs[0]!.firms).toBe(DEMO.firms);
    expect(new Set(runs.map(({ outputHash }) => outputHash)).size).toBe(7);
  });
});

describe('the list of the demo book', () => {
  it('shows seven months with entries, exits, a suspended and a revoked member', async () => {
    const versions = await everyItem<{ readonly totals: Record<string, number>; readonly state: string }>(
      '/partner/v1/lists/CKT/versions',
      screen.bank,
    );
    expect(versions.map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'IN_FORCE'));
    const events = (name: string): number =>
      versions.reduce((sum, { totals }) => sum + (totals[`event:${name}`] ?? 0), 0);
    expect(events('enter')).toBeGreaterThan(FIRMS / 10);
    expect(events('leave') + events('second-bad-run')).toBeGreaterThan(0);
    const [newest] = versions;
    expect(newest!.totals).toMatchObject({ SUSPENDED: 1, 'event:leave': expect.any(Number) });
    expect(newest!.totals['event:knock-out']).toBeGreaterThanOrEqual(1);
  });
});

describe("the README's five minutes", () => {
  it('work as pasted: the delivered firm is applied, the run is published and scores it', async () => {
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    const section = /^## Five minutes\n([\s\S]*?)^## /m.exec(readme)![1]!;
    const blocks = [...section.matchAll(/^```bash\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
    expect(blocks).toHaveLength(2);
    const lines = blocks
      .join('\n')
      .replaceAll('http://127.0.0.1:3000', screen.url)
      .replaceAll('./.data/', `${dataDir}/`)
      .replaceAll('/tmp/firms.csv', `${dataDir}/firms.csv`);
    expect(lines.match(/\bcurl -/g)!.length).toBeGreaterThanOrEqual(9);
    const strict = 'set -eo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n';
    const { code, stdout, stderr } = await paste(strict + lines);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/HTTP\/1\.1 202/g)).toHaveLength(2);

    const uscc = /^[^,\n]+,([0-9A-Z]{18}),/m.exec(lines)![1]!;
    const delivery = await until('the delivery is applied', async () => {
      const { items } = await getJson<Page<Counted>>(`${screen.url}/ops/v1/deliveries?limit=1`, screen.operator);
      return items[0]!.state === 'RECONCILED' && items[0];
    });
    expect(delivery).toMatchObject({ rows: 1, applied: 1 });
    const run = await until('the run is published', async () => {
      const { items } = await getJson<Page<Run>>(`${screen.url}/ops/v1/runs?limit=1`, screen.operator);
      return items[0]!.state === 'PUBLISHED' && items[0];
    });
    expect(run.asOf).toBe('2026-07-31');
    const { items } = await getJson<Page<Run>>(`${screen.url}/ops/v1/companies/${uscc}/scores`, screen.operator);
    // The run may have been planned before the row was applied; the block asks for it at once.
    expect(items).toHaveLength(run.firms === DEMO.firms ? 0 : 1);
  });
});

describe('the end', () => {
  it('comes with Ctrl-C and leaves nothing', async () => {
    const postmaster = postmasterOf(dataDir)!;
    const { code, signal } = await serving.interrupt();
    expect([code, signal]).toEqual([0, null]);
    expect([isRunning(postmaster), postmasterOf(dataDir)]).toEqual([false, undefined]);
  });
});
