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
import { modelByHash } from './models.ts';
import { runNotPublished, type RunView } from '../run.ts';
import { findRun } from '../runs.store.ts';
import { SCORE_COLUMNS, scoreOf, type ScoreRow } from '../score-row.ts';

const FIRMS_AT_ONCE = 2000;
/** Movers that are named with their parts; all are counted. */
const NAMED_MOVERS = 20;
/** Width of the histogram's columns, points. */
const HISTOGRAM_POINTS = 10;

/** A firm whose score another model changes. */
export interface Mover {
  readonly uscc: Uscc;
  readonly before: string;
  readonly after: string;
  readonly difference: ScoreDifference;
}

/** What a book would look like under another model (模型预演); published scores stay as they are. */
export interface ModelPreview {
  readonly run: RunView;
  readonly from: { readonly modelId: string; readonly modelHash: string };
  readonly to: { readonly modelId: string; readonly modelHash: string };
  readonly firms: number;
  /** Firms of the run that the ledger at its pins no longer gives, or whose values this build computes differently. */
  readonly notComparable: number;
  /** Firms whose exact score, or what is published of it, changes. */
  readonly moved: number;
  /** By `before → after` of what is published: grades and NOT_RATED, REFERENCE … */
  readonly transitions: readonly { readonly before: string; readonly after: string; readonly firms: number }[];
  /** Firms by change of score: `from` is the first point of a column of ten. Only columns that hold a firm. */
  readonly histogram: readonly { readonly from: number; readonly firms: number }[];
  /** Firms that meet what a list asks of score, coverage and low (domain §4.2, rules 2 and 3), by the cut given. */
  readonly list: {
    readonly cut: number;
    readonly before: number;
    readonly after: number;
    readonly enter: number;
    readonly leave: number;
  };
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
  firms = 0;
  private notComparable = 0;
  private moved = 0;
  private readonly transitions = new Map<string, number>();
  private readonly histogram = new Map<number, number>();
  private readonly list = { before: 0, after: 0, enter: 0, leave: 0 };
  private movers: Candidate[] = [];

  constructor(
    private readonly published: Model,
    private readonly model: Model,
    private readonly cut: number,
  ) {}

  skip(firms = 1): void {
    this.notComparable += firms;
  }

  add(row: ScoreRow, before: Values, score: Score, after: Values): void {
    this.firms += 1;
    const change = `${row.published}\t${score.published}`;
    this.transitions.set(change, (this.transitions.get(change) ?? 0) + 1);
    const column = Math.floor((score.score - row.score) / HISTOGRAM_POINTS) * HISTOGRAM_POINTS;
    this.histogram.set(column, (this.histogram.get(column) ?? 0) + 1);
    const [was, is] = [this.isListed(row), this.isListed(score)];
    if (was) this.list.before += 1;
    if (is) this.list.after += 1;
    if (is && !was) this.list.enter += 1;
    if (was && !is) this.list.leave += 1;
    if (score.scoreTenths === row.score_tenths && score.published === row.published) return;
    this.moved += 1;
    this.movers.push({ row, before, score, after });
    if (this.movers.length >= 20 * NAMED_MOVERS) this.movers = this.movers.sort(byWeight).slice(0, NAMED_MOVERS);
  }

  /** A grade says that coverage reaches the gate and nothing excludes the firm. */
  private isListed({ grade, score, low }: Pick<Score, 'grade' | 'score' | 'low'>): boolean {
    return grade !== null && score >= this.cut && low >= this.cut - 60;
  }

  result(run: RunView): ModelPreview {
    const nameOf = ({ document }: Model): string => `${document.id} ${document.version}`;
    const transitions = [...this.transitions].map(([change, firms]) => {
      const [before, after] = change.split('\t') as [string, string];
      return { before, after, firms };
    });
    return {
      run,
      from: { modelId: nameOf(this.published), modelHash: this.published.hash },
      to: { modelId: nameOf(this.model), modelHash: this.model.hash },
      firms: this.firms,
      notComparable: this.notComparable,
      moved: this.moved,
      transitions: transitions.sort((a, b) => b.firms - a.firms || (a.before + a.after < b.before + b.after ? -1 : 1)),
      histogram: [...this.histogram].map(([from, firms]) => ({ from, firms })).sort((a, b) => a.from - b.from),
      list: { cut: this.cut, ...this.list },
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
