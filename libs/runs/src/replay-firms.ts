import { registrationOf, type BusinessRegistration } from '#lib/data-sources';
import { readCoverage, readDossiers } from '#lib/ledger';
import type { Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { scoreFirmRich, type Score, type ScoredFirmRich } from '#lib/scoring';
import { modelByHash } from './models/models.ts';
import type { RunView } from './run.ts';
import { SCORE_COLUMNS, scoreOf, type ScoreRow } from './score-row.ts';

const FIRMS_AT_ONCE = 2000;

/** A firm of a run with all that stands behind its score. */
export interface ReplayedFirm {
  readonly uscc: Uscc;
  readonly region: string;
  /** As published. */
  readonly score: Score;
  /** Of the earlier run asked for, if the firm was in it. */
  readonly previous: Score | undefined;
  readonly scored: ScoredFirmRich;
  readonly registration: BusinessRegistration | undefined;
}

/**
 * The firms of a published run that are wanted, scored again at its pins, in parts of a range of companies (批量重放).
 * Firms that are not wanted cost one stored row. Throws Error naming the firm whose replay differs from what was published.
 */
export async function* replayFirms(
  db: Db,
  run: RunView,
  wanted: (uscc: Uscc, score: Score) => boolean,
  previousRunId?: string,
): AsyncGenerator<{ readonly seen: number; readonly firms: readonly ReplayedFirm[] }> {
  const model = await modelByHash(db, run.modelHash);
  const coverage = await readCoverage(db, run.knownAt);
  const [bounds] = await db.query<{ lo: number | null; hi: number | null }>(
    'SELECT min(company_id) AS lo, max(company_id) AS hi FROM company',
  );
  for (let from = bounds!.lo ?? 0; bounds!.hi !== null && from <= bounds!.hi; from += FIRMS_AT_ONCE) {
    const rows = await scoresOf(db, run.runId, from);
    const chosen = new Map(
      rows.flatMap((row) => (wanted(row.uscc, scoreOf(row, null)) ? [[row.company_id, row]] : [])),
    );
    if (chosen.size === 0) {
      yield { seen: rows.length, firms: [] };
      continue;
    }
    const earlier = previousRunId === undefined ? [] : await scoresOf(db, previousRunId, from);
    const before = new Map(earlier.map((row) => [row.company_id, row]));
    const firms: ReplayedFirm[] = [];
    for (const firm of await readDossiers(db, from, from + FIRMS_AT_ONCE, run.knownAt, coverage)) {
      const row = chosen.get(firm.companyId);
      if (row === undefined) continue;
      const { dossier } = firm;
      const scored = scoreFirmRich(dossier, model, run.asOf);
      if (scored.kind !== 'scored' || scored.score.scoreTenths !== row.score_tenths)
        throw new Error(`the replay of ${firm.uscc} differs from run ${run.runId}`);
      const past = before.get(firm.companyId);
      firms.push({
        uscc: firm.uscc,
        region: dossier.region,
        score: scored.score,
        previous: past && scoreOf(past, null),
        scored,
        registration: registrationOf(dossier)?.registration,
      });
    }
    yield { seen: rows.length, firms };
  }
}

const scoresOf = (db: Db, runId: string, from: number): Promise<ScoreRow[]> =>
  db.query<ScoreRow>(
    `SELECT ${SCORE_COLUMNS} FROM run_score WHERE run_id = $1 AND company_id >= $2 AND company_id < $3`,
    [runId, from, from + FIRMS_AT_ONCE],
  );
