import path from 'node:path';
import { openServer, type Server } from '#lib/platform';
import {
  fileOf as writtenTo,
  firstmile,
  preparedDataDir,
  removeDataDirs,
  type CommandOptions,
  type Ended,
} from '../cli/command.ts';
import { fileOf, rowOf, SAMPLE_ROWS } from '../kit/every-layout.ts';
import { register } from '../kit/firms.ts';
import { connectAdmin, ledgerContent, seeded } from './ledger-content.ts';

jest.setTimeout(1_800_000);

const KILLS = process.env['FIRSTMILE_LONG'] ? 20 : 2;
const SEED = 20260722;
const FIRMS = process.env['FIRSTMILE_LONG'] ? 1_500 : 500;
/** As many as the gate of unknown firms lets pass. */
const LATER = Math.floor(FIRMS / 30);
const PRELOAD = path.join(__dirname, 'die-at-write.mjs');

const numbers = Array.from({ length: FIRMS }, (_, i) => i + 1);
/** Firms, then facts about them in every form; what comes about the last of them waits for the second register. */
const FILES = [
  { ...register(numbers.slice(0, FIRMS - LATER)), layout: 'open-register' },
  ...['social-security monthly', 'patents jsonl', 'subsidies xlsx', 'financing-events xml', 'judicial cases'].map(
    (name) => {
      const sample = SAMPLE_ROWS.find((row) => row.name === name)!;
      return fileOf(
        sample,
        numbers.map((n) => rowOf(sample, n)),
      );
    },
  ),
  { ...register(numbers.slice(-FIRMS / 5), { 企业类型: '股份有限公司' }), layout: 'open-register' },
];
const RESCORE = ['rescore', '--as-of', '2026-06-30', '--json'];

class Place {
  private constructor(
    private readonly server: Server,
    private readonly dataDir: string,
    private readonly files: readonly string[],
  ) {}

  static async open(): Promise<Place> {
    const dataDir = await preparedDataDir();
    const files = FILES.map(({ body }, i) => writtenTo(dataDir, `delivered-${i}`, body));
    const server = await openServer({ dataDir });
    places.push(server);
    return new Place(server, dataDir, files);
  }

  /** Runs step `n`: a delivery, or after them all the score run. */
  run(n: number, options: CommandOptions = {}): Promise<Ended> {
    const file = FILES[n];
    const covered = ['--territory', 'CN', '--population', 'all', '--through', '2026-06-30'];
    const ingest = [
      'ingest',
      file?.source ?? '',
      this.files[n] ?? '',
      '--layout',
      file?.layout ?? '',
      ...covered,
      '--json',
    ];
    return firstmile(this.dataDir, file ? ingest : RESCORE, options).ended;
  }

  async outcome(last: Ended): Promise<Record<string, unknown>> {
    const admin = await connectAdmin(this.server);
    try {
      const { firms, state, outputHash } = last.json;
      return { ...(await ledgerContent(admin)), firms, state, outputHash };
    } finally {
      await admin.end();
      await this.server.close();
    }
  }
}
const places: Server[] = [];
const STEPS = FILES.length + 1;

/** Of the pass that nobody disturbs. */
let clean: Record<string, unknown>;
const writes: number[] = [];

beforeAll(async () => {
  const place = await Place.open();
  let last: Ended | undefined;
  for (let step = 0; step < STEPS; step++) {
    last = await place.run(step, { preload: PRELOAD });
    if (last.code !== 0) throw new Error(last.stderr);
    writes.push(Number(/ of (\d+)\n/.exec(last.stderr)?.[1]));
  }
  clean = await place.outcome(last!);
});
afterAll(async () => {
  for (const server of places) await server.close();
  await removeDataDirs();
});

it('the clean pass applies every file and publishes every firm', () => {
  expect(clean).toMatchObject({
    state: 'PUBLISHED',
    firms: FIRMS,
    company: expect.stringMatching(`^${FIRMS} rows`) as unknown,
  });
  expect(Math.min(...writes)).toBeGreaterThan(10);
});

it(`${KILLS} random kill -9 among the deliveries and the run (seed ${SEED}): the ledger and the scores of the clean pass`, async () => {
  const random = seeded(SEED);
  const kills = Array.from({ length: KILLS }, () => ({
    step: Math.floor(STEPS * random()),
    share: random(),
    before: random() < 0.5,
  }));
  const place = await Place.open();
  let last: Ended | undefined;
  for (let step = 0; step < STEPS; step++) {
    let killed = false;
    for (const { share, before } of kills.filter((kill) => kill.step === step)) {
      const at = 1 + Math.floor(share * (writes[step]! - 1));
      const ended = await place.run(step, {
        preload: PRELOAD,
        env: { DIE_AT_WRITE: String(at), DIE_BEFORE: before ? 'yes' : 'no' },
      });
      // What an earlier one had done already may leave too few writes for this one to die at.
      if (ended.signal !== 'SIGKILL') expect({ killed, code: ended.code }).toEqual({ killed: true, code: 0 });
      killed = true;
    }
    last = await place.run(step);
    expect([step, last.code]).toEqual([step, 0]);
  }
  expect(await place.outcome(last!)).toEqual(clean);
});
