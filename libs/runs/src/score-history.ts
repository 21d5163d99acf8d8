import { parseUscc, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import { readCoverage, readDossier } from '#lib/ledger';
import type { Database } from '#lib/platform';
import {
  differenceOf,
  gradeOf,
  isOlderModel,
  scoreFirm,
  type DifferenceSide,
  type Model,
  type Score,
  type ScoreDifference,
  type Values,
} from '#lib/scoring';
import { modelByHash } from './models/models.ts';
import type { RunState, RunView } from './run.ts';
import { SCORE_COLUMNS, scoreOf, type ScoreRow } from './score-row.ts';
import { companyUnknown, type Scores } from './scores.service.ts';

/** A score of a firm in one published run. */
export interface PastScore {
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly knownAt: Date;
  readonly modelHash: string;
  readonly state: RunState;
  readonly score: Score;
}

/** Why a firm's score in one run is not that in another. */
export interface RunDifference {
  readonly uscc: Uscc;
  readonly from: RunView;
  readonly to: RunView;
  /** The words of the characteristics: of the newer model, then of the older. */
  readonly models: readonly [Model, Model];
  readonly difference: ScoreDifference;
}

/** Scores of one firm over time (评分历史), and what changed between two of them. */
export class ScoreHistory {
  constructor(
    private readonly db: Database,
    private readonly scores: Scores,
  ) {}

  /**
   * Published runs that hold the firm, the newest day first. Throws ProblemError uscc-malformed, company-unknown or
   * cursor-invalid.
   */
  async of(
    uscc: string,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ items: PastScore[]; nextCursor: string | null }> {
    const parsed = parseUscc(uscc);
    if (!parsed.ok) throw new ProblemError(parsed.problem);
    const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
    const rows = await this.db.query<
      ScoreRow & { run_id: string | null; as_of: LocalDate; known_at: Date; model_hash: Buffer; state: RunState }
    >(
      `SELECT h.* FROM company c LEFT JOIN LATERAL (
         SELECT r.run_id, r.as_of, r.known_at, r.model_hash, r.state, s.*
         FROM run r JOIN LATERAL (SELECT ${SCORE_COLUMNS} FROM run_score WHERE run_id = r.run_id AND company_id = c.company_id) s ON true
         WHERE r.state IN ('PUBLISHED', 'ARCHIVED') AND ($2::date IS NULL OR (r.as_of, r.run_id) < ($2, $3::uuid))
         ORDER BY r.as_of DESC, r.run_id DESC LIMIT $4) h ON true
       WHERE c.uscc = $1`,
      [parsed.value.uscc, after?.asOf ?? null, after?.runId ?? null, query.limit + 1],
    );
    if (rows.length === 0) throw companyUnknown(uscc);
    const found = rows.filter((row) => row.run_id !== null); // a firm in no run is one row of nulls
    const items = await Promise.all(
      found.slice(0, query.limit).map(async (row): Promise<PastScore> => {
        const modelHash = row.model_hash.toString('hex');
        const model = await modelByHash(this.db, modelHash);
        const range =
          row.published === 'REFERENCE' ? ([gradeOf(model, row.low), gradeOf(model, row.high)] as const) : null;
        const { as_of: asOf, known_at: knownAt, state } = row;
        return { runId: row.run_id!, asOf, knownAt, modelHash, state, score: scoreOf(row, range) };
      }),
    );
    const last = items.at(-1);
    return { items, nextCursor: found.length > query.limit && last ? `${last.asOf}|${last.runId}` : null };
  }

  /**
   * What changed between two runs, shadow runs among them, `to` minus `from`. The records behind each value are named where both runs can be
   * replayed by this build. Throws as Scores.of.
   */
  async difference(uscc: string, from: string, to: string): Promise<RunDifference> {
    const [before, after] = [await this.side(uscc, from), await this.side(uscc, to)];
    const [older, newer] = isOlderModel(after.model, before.model) ? [after, before] : [before, after];
    const bridge = await this.bridge(before.uscc, older.model, newer);
    return {
      uscc: before.uscc,
      from: before.run,
      to: after.run,
      models: [newer.model, older.model],
      difference: differenceOf(before, after, bridge),
    };
  }

  private async side(uscc: string, runId: string): Promise<DifferenceSide & { run: RunView; uscc: Uscc }> {
    try {
      const { run, rich, evidence, uscc: code } = await this.scores.evidence(uscc, runId, true);
      return { uscc: code, run, rich, evidence, model: await modelByHash(this.db, run.modelHash) };
    } catch (error) {
      // Another build computed the run: what it stored still adds up.
      if (!(error instanceof ProblemError) || error.problem.code !== 'replay-mismatch') throw error;
      const { run, score, uscc: code } = await this.scores.of(uscc, runId, true);
      return { uscc: code, run, rich: score, model: await modelByHash(this.db, run.modelHash) };
    }
  }

  /** The newer side's data under the older model, where that model asks for values that the newer one left out. */
  private async bridge(
    uscc: Uscc,
    older: Model,
    newer: { readonly model: Model; readonly run: RunView },
  ): Promise<Values | undefined> {
    if (older.characteristics.every(({ code }) => newer.model.position.has(code))) return undefined;
    const { knownAt, asOf } = newer.run;
    const firm = await readDossier(this.db, uscc, knownAt, await readCoverage(this.db, knownAt));
    const scored = firm && scoreFirm(firm.dossier, older, asOf);
    return scored?.kind === 'scored' ? scored.values : undefined;
  }
}

function placeOf(cursor: string): { asOf: string; runId: string } {
  const found = /^(\d{4}-\d{2}-\d{2})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (!found) {
    const words = { code: 'cursor-invalid', zh: '游标无效', en: 'not a cursor of this list' };
    throw new ProblemError({ ...words, status: 400, errors: [{ field: 'cursor', ...words }] });
  }
  return { asOf: found[1]!, runId: found[2]! };
}
