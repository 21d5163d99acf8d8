import type { Uscc } from '#lib/kernel';
import { readCoverage, readDossiers } from '#lib/ledger';
import type { Database } from '#lib/platform';
import {
  differenceOf,
  explain,
  gradeOf,
  isOlderModel,
  scoreFirm,
  type DifferenceSide,
  type Model,
  type Score,
  type ScoreDifference,
  type Values,
} from '#lib/scoring';
import { BookComparison, type BookDifference } from '../book-comparison.ts';
import { modelByHash } from './models.ts';
import { runNotPublished, type RunView } from '../run.ts';
import { findRun } from '../runs.store.ts';
import { SCORE_COLUMNS, scoreOf, type ScoreRow } from '../score-row.ts';

const FIRMS_AT_ONCE = 2000;
/** Movers that are named with their parts; all are counted. */
const NAMED_MOVERS = 20;

/** A firm whose score another model changes. */
export interface Mover {
  readonly uscc: Uscc;
  readonly before: string;
  readonly after: string;
  readonly difference: ScoreDifference;
}

/** What a book would look like under another model (模型预演); published scores stay as they are. */
export interface ModelPreview extends Omit<BookDifference, 'transitions'> {
  readonly run: RunView;
  readonly from: { readonly modelId: string; readonly modelHash: string };
  readonly to: { readonly modelId: string; readonly modelHash: string };
  /** Firms of the run that the ledger at its pins no longer gives, or whose values this build computes differently. */
  readonly notComparable: number;
  /** By `before → after` of what is published, firms that stay among them. */
  readonly transitions: readonly { readonly before: string; readonly after: string; readonly firms: number }[];
  /** The largest changes with the parts behind them. */
  readonly movers: readonly Mover[];
}

/**
 * Scores every firm of a published run with `model` at the run's pins and compares it with what was published. Nothing is
 * written. Firms are read in parts, so memory does not grow with the book. Throws ProblemError run-unknown or
 * run-not-published.
 */
export async function previewModel(
  db: Database,
  model: Model,
  runId: string,
  options: { readonly cut: number; readonly progress?: (firms: number) => void },
): Promise<ModelPreview> {
  const run = await findRun(db, runId);
  if (run.state !== 'PUBLISHED' && run.state !== 'ARCHIVED') throw runNotPublished(run);
  const published = await modelByHash(db, run.modelHash);
  const count = new PreviewCount(published, model, options.cut);
  const coverage = await readCoverage(db, run.knownAt);
  const [bounds] = await db.query<{ lo: number | null; hi: number | null }>(
    'SELECT min(company_id) AS lo, max(company_id) AS hi FROM company',
  );
  for (let from = bounds!.lo ?? 0; bounds!.hi !== null && from <= bounds!.hi; from += FIRMS_AT_ONCE) {
    const rows = await db.query<ScoreRow>(
      `SELECT ${SCORE_COLUMNS} FROM run_score WHERE run_id = $1 AND company_id >= $2 AND company_id < $3`,
      [run.runId, from, from + FIRMS_AT_ONCE],
    );
    const stored = new Map(rows.map((row) => [row.company_id, row]));
    for (const { companyId, dossier } of await readDossiers(db, from, from + FIRMS_AT_ONCE, run.knownAt, coverage)) {
      const row = stored.get(companyId);
      stored.delete(companyId);
      if (row === undefined) continue;
      const before = scoreFirm(dossier, published, run.asOf);
      const after = scoreFirm(dossier, model, run.asOf);
      if (before.kind !== 'scored' || after.kind !== 'scored' || before.score.scoreTenths !== row.score_tenths)
        count.skip();
      else count.add(row, before.values, after.score, after.values);
    }
    count.skip(stored.size);
    options.progress?.(count.firms);
  }
  return count.result(run);
}

interface Candidate {
  readonly row: ScoreRow;
  readonly before: Values;
  readonly score: Score;
  readonly after: Values;
}

const weight = ({ row, score }: Candidate): number => Math.abs(score.scoreTenths - row.score_tenths);
const byWeight = (a: Candidate, b: Candidate): number => weight(b) - weight(a) || (a.row.uscc < b.row.uscc ? -1 : 1);

class PreviewCount {
  private notComparable = 0;
  private movers: Candidate[] = [];
  private readonly comparison: BookComparison;

  constructor(
    private readonly published: Model,
    private readonly model: Model,
    cut: number,
  ) {
    this.comparison = new BookComparison(cut);
  }

  get firms(): number {
    return this.comparison.firms;
  }

  skip(firms = 1): void {
    this.notComparable += firms;
  }

  add(row: ScoreRow, before: Values, score: Score, after: Values): void {
    if (!this.comparison.add(scoreOf(row, null), score)) return;
    this.movers.push({ row, before, score, after });
    if (this.movers.length >= 20 * NAMED_MOVERS) this.movers = this.movers.sort(byWeight).slice(0, NAMED_MOVERS);
  }

  result(run: RunView): ModelPreview {
    const nameOf = ({ document }: Model): string => `${document.id} ${document.version}`;
    return {
      run,
      from: { modelId: nameOf(this.published), modelHash: this.published.hash },
      to: { modelId: nameOf(this.model), modelHash: this.model.hash },
      notComparable: this.notComparable,
      ...this.comparison.result(),
      transitions: this.comparison.allTransitions().map(({ from, to, firms }) => ({ before: from, after: to, firms })),
      movers: this.movers
        .sort(byWeight)
        .slice(0, NAMED_MOVERS)
        .map((mover) => this.named(mover)),
    };
  }

  private named({ row, before, score, after }: Candidate): Mover {
    const range =
      row.published === 'REFERENCE'
        ? ([gradeOf(this.published, row.low), gradeOf(this.published, row.high)] as const)
        : null;
    const side = (model: Model, values: Values, of: Score): DifferenceSide => ({
      model,
      rich: explain(model, values, of),
    });
    const [from, to] = [side(this.published, before, scoreOf(row, range)), side(this.model, after, score)];
    // The data is the same on both sides: what the older model sees of it is at hand.
    const difference = differenceOf(from, to, isOlderModel(this.model, this.published) ? after : before);
    return { uscc: row.uscc, before: row.published, after: score.published, difference };
  }
}
