import type pg from 'pg';
import { openServer, type Server } from '#lib/platform';
import { fileOf, firstmile, preparedDataDir, removeDataDirs, type Command } from '../cli/command.ts';
import { registrationFile } from '../runs/book.ts';
import { breath, connectAdmin, untilWaiting } from './ledger-content.ts';

jest.setTimeout(600_000);

/** Six shards of 2,000. */
const FIRMS = 12_000;
const ARGS = ['rescore', '--as-of', '2024-06-30', '--json'];

let server: Server;
let admin: pg.Client;
let dataDir: string;
let expected: unknown;

beforeAll(async () => {
  dataDir = await preparedDataDir();
  server = await openServer({ dataDir });
  const file = fileOf(dataDir, 'register.csv', registrationFile(FIRMS));
  const ingested = await firstmile(dataDir, [
    'ingest',
    'business-registration',
    file,
    '--layout',
    'open-register',
    '--json',
  ]).ended;
  if (ingested.json['applied'] !== FIRMS) throw new Error(ingested.stderr);
  admin = await connectAdmin(server);
  const clean = await firstmile(dataDir, ARGS).ended;
  if (clean.json['firms'] !== FIRMS) throw new Error(clean.stderr);
  expected = clean.json['outputHash'];
});
afterAll(async () => {
  await admin.end();
  await server.close();
  await removeDataDirs();
});

/** The newest run, once `condition` on its row and shards holds. */
async function runWhere(condition: string): Promise<string> {
  for (;;) {
    const { rows } = await admin.query<{ run_id: string }>(
      `SELECT run_id FROM run r WHERE run_id = (SELECT max(run_id::text)::uuid FROM run) AND ${condition}`,
    );
    if (rows[0]) return rows[0].run_id;
    await breath();
  }
}
const done = (n: number): string =>
  `state = 'RUNNING' AND (SELECT count(*) FROM run_shard s WHERE s.run_id = r.run_id AND s.state = 'DONE') = ${n}`;

/**
 * Lets `workers` workers finish one shard each, then stops them where each has scored a second one and is about to write
 * it. Resolves to the run and to what lets them go on.
 */
async function stopInTheMiddle(
  workers: number,
  start: () => Command,
): Promise<{ runId: string; command: Command; goOn: () => Promise<void> }> {
  const first = await connectAdmin(server);
  await first.query('BEGIN');
  await first.query('LOCK TABLE coverage IN ACCESS EXCLUSIVE MODE'); // each stands at its first shard
  const command = start();
  await untilWaiting(first, workers);
  const runId = await runWhere(done(0));
  await admin.query('BEGIN');
  await admin.query('SELECT FROM run_shard WHERE run_id = $1 AND shard_no > $2 FOR UPDATE', [runId, workers]);
  await first.query('COMMIT');
  await first.end();
  await runWhere(done(workers));
  const second = await connectAdmin(server);
  await second.query('BEGIN');
  await second.query(`LOCK TABLE run_score_${runId.replaceAll('-', '')} IN SHARE MODE`);
  await admin.query('COMMIT');
  await untilWaiting(second, workers);
  return {
    runId,
    command,
    goOn: async () => {
      await second.query('COMMIT');
      await second.end();
    },
  };
}

it('one worker of three killed by -9 in the middle: same count, same hash', async () => {
  const { command, goOn } = await stopInTheMiddle(3, () => firstmile(dataDir, [...ARGS, '--workers', '3']));
  const victim = Number((await command.says(/worker 2: pid (\d+)/))[1]);
  process.kill(victim, 'SIGKILL');
  await command.says(new RegExp(`worker 2 \\(pid ${victim}\\) ended: SIGKILL`));
  await goOn();
  const { code, json, stdout } = await command.ended;
  expect([code, json['firms'], json['outputHash'], json['state']]).toEqual([0, FIRMS, expected, 'PUBLISHED']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const { rows } = await admin.query<{ workers: string[] }>(
    'SELECT array_agg(DISTINCT worker) AS workers FROM run_shard WHERE run_id = $1',
    [json['runId']],
  );
  expect(rows[0]!.workers).toHaveLength(3);
  expect(rows[0]!.workers).toContain(String(victim)); // its first shard counts, its second was done by another
});

it('the whole command killed by -9: what it did stays, and a later worker ends the run', async () => {
  const { command, runId, goOn } = await stopInTheMiddle(1, () => firstmile(dataDir, ARGS));
  command.kill();
  expect((await command.ended).signal).toBe('SIGKILL');
  await goOn();
  await runWhere(done(1));
  expect(await firstmile(dataDir, ['work', '--run', runId]).ended).toMatchObject({ code: 0 });
  await expectPublished(runId);
});

it('the parent killed by -9: its workers end and publish the run by themselves', async () => {
  const { command, runId, goOn } = await stopInTheMiddle(2, () => firstmile(dataDir, [...ARGS, '--workers', '2']));
  command.kill();
  await goOn();
  await runWhere(`run_id = '${runId}' AND state = 'PUBLISHED'`);
  await expectPublished(runId);
  await command.ended;
});

async function expectPublished(runId: string): Promise<void> {
  const { rows } = await admin.query(
    `SELECT state, firms, encode(output_hash, 'hex') AS hash FROM run WHERE run_id = $1`,
    [runId],
  );
  expect(rows).toEqual([{ state: 'PUBLISHED', firms: String(FIRMS), hash: expected }]);
}
