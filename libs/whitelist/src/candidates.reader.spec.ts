import { localDate, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import type { Part, RichScore, Score } from '#lib/scoring';
import {
  CandidatesReader,
  type CandidateFirm,
  type RunHead,
  type ScoreRow,
  type ScoreSource,
} from './candidates.reader.ts';

const RUN = '01980000-0000-7000-8000-000000000006';
const BEFORE = '01980000-0000-7000-8000-000000000005';
const run: RunHead = {
  runId: RUN,
  asOf: localDate('2026-06-30'),
  state: 'PUBLISHED',
  finishedAt: new Date('2026-07-06T00:00:00Z'),
};
const may: RunHead = {
  runId: BEFORE,
  asOf: localDate('2026-05-31'),
  state: 'ARCHIVED',
  finishedAt: new Date('2026-06-06T00:00:00Z'),
};
const newer: RunHead = { ...run, runId: '01980000-0000-7000-8000-000000000007' };

const score = (points: number, more: Partial<Score> = {}): Score => ({
  scoreTenths: points * 10,
  score: points,
  low: points - 20,
  high: points + 20,
  coverageBp: 9000,
  confidence: 'H',
  depth: 'D5',
  decision: 'SCORED',
  published: 'GRADED',
  grade: 'BB',
  gradeRange: null,
  dimensionTenths: [],
  knockOuts: [],
  warnings: [],
  bins: new Uint8Array(),
  ...more,
});
const part = (characteristic: string, value: number | string): Part => ({
  characteristic,
  state: 'VALUE',
  value,
  partialTenths: 0,
  maxTenths: 0,
  neutralTenths: 0,
});

const feeds = (connected: readonly string[]): CandidateFirm['feeds'] =>
  ['REG', 'SOC', 'JUD', 'ABN', 'TAX', 'PAT'].map((feed) =>
    connected.includes(feed)
      ? { feed, connected: true, population: 'all', through: localDate('2026-06-30'), freshness: { num: 1, den: 1 } }
      : { feed, connected: false, cause: 'NOT_CONNECTED' },
  );
const firm = (connected: readonly string[]): CandidateFirm => ({
  rich: { parts: [part('TG08', 24), part('TG01', 8), part('IN01', 1)] } as unknown as RichScore,
  knockOuts: [],
  feeds: feeds(connected),
  legalPerson: true,
});

const codeOf = (n: number): Uscc => `91440300DM${String(n).padStart(8, '0')}` as Uscc;

/** A run of made-up firms in USCC order; every third is not SCORED. */
class FakeScores implements ScoreSource {
  constructor(
    private readonly rows: Readonly<Record<string, readonly ScoreRow[]>>,
    private readonly connected: readonly string[],
  ) {}

  async page(runId: string, { limit, after }: { limit: number; after?: string }): Promise<readonly ScoreRow[]> {
    return (this.rows[runId] ?? []).filter((row) => after === undefined || row.uscc > after).slice(0, limit);
  }

  async evidence(): Promise<CandidateFirm> {
    return firm(this.connected);
  }
}

const rows = (count: number, points: number): ScoreRow[] =>
  Array.from({ length: count }, (_, i) => ({
    uscc: codeOf(i),
    score: score(points, i % 3 === 2 ? { decision: 'EXCLUDED', grade: null } : {}),
  }));
const runs = {
  latestPublished: async () => run,
  get: async () => run,
  publishedAsOf: async (asOf: LocalDate) => (asOf === may.asOf ? may : undefined),
};

describe('candidates', () => {
  it('page over scored firms only, each once, in order, with the run pinned by the cursor', async () => {
    const scores = new FakeScores({ [RUN]: rows(500, 620), [BEFORE]: rows(450, 610) }, ['REG', 'SOC']);
    const seen: string[] = [];
    let latest = run;
    const moving = { ...runs, latestPublished: async () => latest };
    const reader = new CandidatesReader(moving, scores);
    for (let cursor: string | undefined; ;) {
      const page = await reader.page({ limit: 64, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.run.runId).toBe(RUN);
      expect(page.items.length).toBeLessThanOrEqual(64);
      seen.push(...page.items.map((item) => item.uscc));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
      latest = newer; // published meanwhile: the pages that follow stay with their run
    }
    expect(seen).toEqual(
      rows(500, 620)
        .filter((row) => row.score.decision === 'SCORED')
        .map((row) => row.uscc),
    );
  });

  it('take the score of the month before from its own run', async () => {
    const scores = new FakeScores({ [RUN]: rows(6, 620), [BEFORE]: rows(2, 610) }, ['REG', 'SOC', 'JUD', 'ABN', 'TAX']);
    const { items } = await new CandidatesReader(runs, scores).page({ limit: 50 });
    const second = items.map((item) => item.conditions[1]!);
    expect(second.map((c) => [c.state, c.value])).toEqual([
      ['pass', '610 → 620'],
      ['pass', '610 → 620'],
      ['unknown', '620'],
      ['unknown', '620'],
    ]);
  });

  it('say that the list is provisional, and which rules are unknown for everybody and why', async () => {
    const scores = new FakeScores({ [RUN]: rows(3, 620) }, ['REG', 'SOC', 'PAT']);
    const page = await new CandidatesReader(runs, scores).page({ limit: 50 });
    expect(page.provisional).toBe(true);
    expect(page.unknownRules.map((r) => r.rule)).toEqual([1, 3, 6, 7]);
    expect(page.unknownRules[0]!.why.en).toBe('not connected: JUD, ABN, TAX');
    expect(page.items.some((item) => item.member)).toBe(false);
  });

  it('are provisional no more when every required feed is connected', async () => {
    const scores = new FakeScores({ [RUN]: rows(3, 620) }, ['REG', 'SOC', 'JUD', 'ABN', 'TAX']);
    const page = await new CandidatesReader(runs, scores).page({ limit: 50 });
    expect(page.provisional).toBe(false);
    expect(page.unknownRules.map((r) => r.rule)).toEqual([5, 6, 7]);
  });

  it.each(['', 'x', Buffer.from('a b').toString('base64url'), Buffer.from(`${RUN} nobody`).toString('base64url')])(
    'refuse the cursor «%s»',
    async (cursor) => {
      const reader = new CandidatesReader(runs, new FakeScores({}, []));
      await expect(reader.page({ limit: 1, cursor })).rejects.toMatchObject({
        problem: { code: 'cursor-invalid', status: 400 },
      });
    },
  );

  it('need a published run', async () => {
    const none = { ...runs, latestPublished: async () => undefined };
    await expect(new CandidatesReader(none, new FakeScores({}, [])).page({ limit: 1 })).rejects.toBeInstanceOf(
      ProblemError,
    );
  });
});
