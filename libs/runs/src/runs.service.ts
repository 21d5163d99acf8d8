import { v7 as uuidv7 } from 'uuid';
import { instantText, ProblemError, type Clock, type LocalDate } from '#lib/kernel';
import { newestTick } from '#lib/ledger';
import { buildInfo, type Database, type Tx } from '#lib/platform';
import { catalogueHash } from './catalogue.ts';
import { modelIn } from './models/models.store.ts';
import { publishRun } from './publish-run.ts';
import { finishShadow, moversOf } from './shadow-run.ts';
import { isFinished, noPublishedRun, runNotPublished, type Moved, type RunView } from './run.ts';
import { findPublishedAsOf, findPublishedRun, findRun, pageOfRuns } from './runs.store.ts';

/** Firms of a shard: small enough to be lost without regret, large enough that its overhead does not show. */
const SHARD_FIRMS = 2000;

export interface PlanRun {
  readonly asOf: LocalDate;
  /** Default and latest: the newest apply tick. */
  readonly knownAt?: Date;
  readonly person: string;
  readonly clock: Clock;
}

export class Runs {
  constructor(private readonly db: Database) {}

  /**
   * Pins as_of, known_at, model and catalogue, and cuts the shards. The caller rings; workers take it from there.
   * Throws ProblemError known-at-too-late or ledger-empty.
   */
  async plan(input: PlanRun): Promise<RunView> {
    const now = input.clock.now();
    const runId = uuidv7({ msecs: now.getTime() });
    await this.db.transaction(async (tx) => {
      const newest = await newestTick(tx);
      if (newest === undefined)
        throw new ProblemError({
          code: 'ledger-empty',
          status: 409,
          zh: '台账为空，尚无可评分的数据',
          en: 'the ledger is empty: nothing has been applied yet',
        });
      const knownAt = input.knownAt ?? newest;
      if (knownAt > newest)
        throw new ProblemError({
          code: 'known-at-too-late',
          status: 422,
          zh: `knownAt 晚于最新入账时刻 ${instantText(newest)}`,
          en: `knownAt lies after the newest apply tick ${instantText(newest)}`,
          errors: [
            {
              pointer: '/knownAt',
              code: 'known-at-too-late',
              zh: '不得晚于最新入账时刻',
              en: 'must not lie after the newest apply tick',
            },
          ],
        });
      const champion = await modelIn(tx, 'CHAMPION');
      if (champion === undefined) throw new Error('no champion model: the database was not opened by the product');
      const pins = { asOf: input.asOf, knownAt, person: input.person };
      await planShards(tx, { ...pins, runId, modelHash: champion, plannedAt: now, shadowOf: null, preview: false });
      const challenger = await modelIn(tx, 'CHALLENGER');
      if (challenger !== undefined) {
        // Later by a moment: nobody waits for a shadow.
        const plannedAt = new Date(now.getTime() + 1);
        const shadow = uuidv7({ msecs: plannedAt.getTime() });
        await planShards(tx, {
          ...pins,
          runId: shadow,
          modelHash: challenger,
          plannedAt,
          shadowOf: runId,
          preview: false,
        });
      }
    });
    return this.get(runId);
  }

  /** Throws ProblemError run-unknown. */
  get(runId: string): Promise<RunView> {
    return findRun(this.db, runId);
  }

  /** The challenger's run beside this one, if there is one. */
  async shadowOf(runId: string): Promise<RunView | undefined> {
    const [row] = await this.db.query<{ run_id: string }>(
      'SELECT run_id FROM run WHERE shadow_of = $1 AND NOT preview',
      [runId],
    );
    return row && findRun(this.db, row.run_id);
  }

  /**
   * Plans a run of any scorecard at the pins of a published run: what the whole book would look like under it. The caller
   * rings. `of` defaults to the newest. Throws ProblemError run-unknown, run-not-published or no-published-run.
   */
  async preview(input: {
    readonly modelHash: string;
    readonly of?: string;
    readonly person: string;
    readonly clock: Clock;
  }): Promise<RunView> {
    const run = input.of === undefined ? await findPublishedRun(this.db) : await findRun(this.db, input.of);
    if (!run) throw noPublishedRun();
    if (run.state !== 'PUBLISHED' && run.state !== 'ARCHIVED') throw runNotPublished(run);
    const plannedAt = input.clock.now();
    const runId = uuidv7({ msecs: plannedAt.getTime() });
    const { modelHash, person } = input;
    await this.db.transaction((tx) =>
      planShards(tx, { ...run, runId, modelHash, person, plannedAt, shadowOf: run.runId, preview: true }),
    );
    return this.get(runId);
  }

  /** The firms that a finished shadow run moves most. Throws ProblemError run-unknown or run-not-shadow. */
  async movers(runId: string, limit: number): Promise<Moved[]> {
    const run = await this.get(runId);
    if (run.state !== 'SHADOW')
      throw new ProblemError({
        code: 'run-not-shadow',
        status: 409,
        zh: `批次 ${runId} 不是已完成的影子运行（${run.state}）`,
        en: `run ${runId} is no finished shadow run (${run.state})`,
      });
    return moversOf(this.db, run.shadowOf!, runId, limit);
  }

  latestPublished(): Promise<RunView | undefined> {
    return findPublishedRun(this.db);
  }

  /** The newest published run of this day. */
  publishedAsOf(asOf: LocalDate): Promise<RunView | undefined> {
    return findPublishedAsOf(this.db, asOf);
  }

  /** Newest first. */
  async list(query: { limit: number; cursor?: string }): Promise<{ items: RunView[]; nextCursor: string | null }> {
    const before = query.cursor === undefined ? undefined : cursorOf(query.cursor);
    const rows = await pageOfRuns(this.db, query.limit + 1, before);
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return {
      items,
      nextCursor: rows.length > query.limit && last ? `${last.plannedAt.toISOString()}_${last.runId}` : null,
    };
  }

  /** Runs whose shards are all done and that nobody has published or held yet. */
  async complete(): Promise<string[]> {
    const rows = await this.db.query<{ run_id: string }>(
      `SELECT run_id FROM run r WHERE state = 'RUNNING' AND NOT EXISTS (SELECT FROM run_shard s WHERE s.run_id = r.run_id AND s.state = 'OPEN')
       ORDER BY planned_at`,
    );
    return rows.map((row) => row.run_id);
  }

  /** Checks and publishes the run if its shards are all done and nobody else is at it. */
  async settle(runId: string, clock: Clock): Promise<RunView> {
    const run = await this.get(runId);
    if (isFinished(run.state) || run.shardsDone < run.shards) return run;
    if (run.shadowOf === null) await publishRun(this.db, runId, clock);
    else await finishShadow(this.db, runId, clock);
    return this.get(runId);
  }
}

interface Pinned {
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly knownAt: Date;
  readonly modelHash: string;
  readonly person: string;
  readonly plannedAt: Date;
  readonly shadowOf: string | null;
  readonly preview: boolean;
}

async function planShards(tx: Tx, run: Pinned): Promise<void> {
  await tx.execute(
    `INSERT INTO run (run_id, as_of, known_at, model_hash, catalogue_hash, code_version, state, planned_at, planned_by, shadow_of, preview)
     VALUES ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8, $9, $10)`,
    [
      run.runId,
      run.asOf,
      run.knownAt,
      Buffer.from(run.modelHash, 'hex'),
      catalogueHash(),
      buildInfo().codeVersion,
      run.plannedAt,
      run.person,
      run.shadowOf,
      run.preview,
    ],
  );
  await tx.execute('SELECT create_run_partition($1)', [run.runId]);
  await tx.execute(
    `INSERT INTO run_shard (run_id, shard_no, from_company, to_company, planned_firms)
     SELECT $1, n + 1, min(company_id), max(company_id) + 1, count(*)
     FROM (SELECT company_id, (row_number() OVER (ORDER BY company_id) - 1) / $3 AS n FROM company WHERE known_from <= $2) c
     GROUP BY n`,
    [run.runId, run.knownAt, SHARD_FIRMS],
  );
}

function cursorOf(cursor: string): { at: string; id: string } {
  const [at, id] = cursor.split('_');
  if (!at || !id || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(id))
    throw new ProblemError({
      code: 'cursor-invalid',
      status: 400,
      zh: '游标无效',
      en: 'the cursor is not valid',
      errors: [{ pointer: '/cursor', code: 'cursor-invalid', zh: '游标无效', en: 'not a cursor of this list' }],
    });
  return { at, id };
}
