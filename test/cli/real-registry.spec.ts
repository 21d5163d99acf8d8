import { existsSync } from 'node:fs';
import path from 'node:path';
import { openServer, type Server } from '#lib/platform';
import { connectAdmin } from '../kill/ledger-content.ts';
import { firstmile, preparedDataDir, removeDataDirs, ROOT, type Ended } from './command.ts';

jest.setTimeout(600_000);

const REGISTRY = path.join(ROOT, '../shared/data/cn-registry');
const here = existsSync(REGISTRY);

(here ? describe : describe.skip)(
  `real registrations${here ? '' : ' (skipped: ../shared/data/cn-registry is not there)'}`,
  () => {
    let dataDir: string;
    let server: Server;
    beforeAll(async () => {
      dataDir = await preparedDataDir();
      server = await openServer({ dataDir });
    });
    afterAll(async () => {
      await server.close();
      await removeDataDirs();
    });
    const ingest = (name: string): Promise<Ended> =>
      firstmile(dataDir, [
        'ingest',
        'business-registration',
        path.join(REGISTRY, name),
        '--layout',
        'open-register',
        '--json',
      ]).ended;

    it('every row of both files is accounted for, and every company scored as registration alone allows', async () => {
      const tech = await ingest('tech-2018-2019.csv.gz');
      expect(tech.json).toMatchObject({
        rows: 48_962,
        applied: 48_962,
        unchanged: 0,
        quarantined: 0,
        ignored: 0,
        held: null,
      });
      const again = await ingest('tech-2018-2019.csv.gz');
      expect(again.json).toMatchObject({ deliveryId: tech.json['deliveryId'], noop: true, applied: 0, rows: 48_962 });

      const rescore = (...more: string[]): Promise<Ended> =>
        firstmile(dataDir, ['rescore', '--as-of', '2019-06-30', '--json', ...more]).ended;
      const run = await rescore();
      expect(run.json).toMatchObject({
        firms: 48_962,
        state: 'PUBLISHED',
        stats: { published: { NOT_RATED: 48_962 } },
      });
      const admin = await connectAdmin(server);
      const { rows } = await admin.query(
        `SELECT score, count(*)::int AS firms, count(grade)::int AS graded FROM run_score WHERE run_id = $1 GROUP BY score ORDER BY score`,
        [run.json['runId']],
      );
      await admin.end();
      expect(rows).toEqual([
        { score: 362, firms: 37_791, graded: 0 },
        { score: 366, firms: 8_669, graded: 0 },
        { score: 370, firms: 2_502, graded: 0 },
      ]);
      // That several workers come to the same is shown by test/kill/rescore on fewer firms.
      if (process.env['FIRSTMILE_LONG'])
        expect((await rescore('--workers', '2')).json).toMatchObject({
          firms: 48_962,
          outputHash: run.json['outputHash'],
        });

      expect((await ingest('shenzhen.csv.gz')).json).toMatchObject({
        rows: 18_532,
        applied: 18_344,
        unchanged: 168,
        quarantined: 20,
        ignored: 0,
        held: null,
      });
      // The run from before the second file is replayed as it was.
      const verified = await firstmile(dataDir, ['verify', run.json['runId'] as string, '--json']).ended;
      expect([verified.code, verified.json]).toEqual([
        0,
        expect.objectContaining({ agrees: true, firms: 48_962, outputHash: run.json['outputHash'], differences: 0 }),
      ]);
    });
  },
);
