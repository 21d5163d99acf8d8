import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const MAIN = path.join(__dirname, '..', '..', 'dist', 'tools', 'bench', 'main.js');

/** The last line of stdout; everything else is on stderr. */
async function bench(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args]);
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout) as Record<string, unknown>;
}

const pairs = {
  ours: expect.any(Number),
  limit: expect.any(Number),
  ratio: expect.any(Number),
  pairs: 1,
  spread: {
    ours: [expect.any(Number), expect.any(Number)],
    limit: [expect.any(Number), expect.any(Number)],
    ratio: [expect.any(Number), expect.any(Number)],
  },
};

describe('npm run bench', () => {
  it('compose: one JSON line, and the bare arithmetic gives the same figures', async () => {
    expect(await bench('compose', '--cases', '300', '--compositions', '3000', '--pairs', '1')).toEqual({
      bench: 'compose',
      ...pairs,
      unit: 'compositions/s',
      cases: 300,
      partnersPerCase: expect.any(Number),
      perCpuSecond: expect.any(Number),
      upTo1e13Fen: expect.any(Number),
    });
  });

  it('intake: one JSON line, every row applied', async () => {
    expect(await bench('intake', '--rows', '2000', '--pairs', '1')).toEqual({
      bench: 'intake',
      ...pairs,
      unit: 'rows/s',
      rows: 2000,
      firms: 200,
      documentsPerSecond: expect.any(Number),
      peakRssMb: expect.any(Number),
    });
  });

  it('rescore: one JSON line, every firm scored', async () => {
    expect(await bench('rescore', '--firms', '50', '--pairs', '1')).toEqual({
      bench: 'rescore',
      ...pairs,
      unit: 'firms/s',
      workers: 2,
      firms: 50,
      recordsPerFirm: 100,
      documentBytes: expect.any(Number),
      single: expect.any(Number),
      publishSeconds: expect.any(Number),
    });
  });

  it('list: one JSON line, as many changes by pages as at once', async () => {
    expect(await bench('list', '--firms', '1000', '--pairs', '1')).toEqual({
      bench: 'list',
      unit: 's',
      firms: 1000,
      changes: 150,
      passes: 1,
      wholeSeconds: expect.any(Number),
      pagedSeconds: expect.any(Number),
      pageItems: 20,
      firstPageMs: expect.any(Number),
      pageMs: { median: expect.any(Number), p99: expect.any(Number) },
      sparseFirstPageMs: expect.any(Number),
      membersPageMs: expect.any(Number),
    });
  });

  it('partner: one JSON line, every event done', async () => {
    const args = ['--firms', '4', '--pairs', '1', '--connections', '2', '--seconds', '1'];
    expect(await bench('partner', ...args)).toEqual({
      bench: 'partner',
      ...pairs,
      unit: 'requests/s',
      connections: 2,
      firms: 4,
      p50Ms: { ours: expect.any(Number), limit: expect.any(Number) },
      p99Ms: { ours: expect.any(Number), limit: expect.any(Number) },
    });
  });

  it('report: one JSON line, every view answered', async () => {
    const args = ['--firms', '2', '--pairs', '1', '--connections', '2', '--seconds', '1'];
    expect(await bench('report', ...args)).toEqual({
      bench: 'report',
      ...pairs,
      unit: 'requests/s',
      connections: 2,
      reports: 2,
      reportBytes: expect.any(Number),
      p99Ms: { ours: expect.any(Number), limit: expect.any(Number), logged: expect.any(Number) },
      logged: expect.any(Number),
    });
  });

  it('score-firms: one JSON line, the scorecard agrees on every firm', async () => {
    expect(await bench('score-firms', '--firms', '20', '--pairs', '1')).toEqual({
      bench: 'score-firms',
      ...pairs,
      unit: 'firms/s',
      firms: 20,
      recordsPerFirm: expect.any(Number),
      characteristics: 58,
      valuesPerFirm: expect.any(Number),
    });
  });

  it('score: one JSON line, and the peers give the same points', async () => {
    expect(await bench('score', '--cases', '40', '--evaluations', '2000', '--firms', '20', '--pairs', '1')).toEqual({
      bench: 'score',
      ...pairs,
      unit: 'evaluations/s',
      characteristics: 58,
      cases: 40,
      zenEngine: expect.any(Number),
      jsonRulesEngine: expect.any(Number),
      firmsPerSecond: expect.any(Number),
      recordsPerFirm: expect.any(Number),
    });
  });

  it('an unknown bench or option is usage, and nothing on stdout', async () => {
    for (const args of [['nothing'], [], ['intake', '--rows', 'many'], ['intake', '--colour', 'red']])
      await expect(promisify(execFile)(process.execPath, [MAIN, ...args])).rejects.toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('usage: npm run bench'),
      });
  }, 60_000);
});
