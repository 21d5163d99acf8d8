import { SOURCES, type Dossier } from '#lib/data-sources';
import type { LocalDate } from '#lib/kernel';
import {
  newestTick,
  planUndo,
  plannedFirms,
  readCorrections,
  readCoverage,
  readDossier,
  readDossiers,
  readDossiersAfterUndo,
  type Correction,
  type UndoCounts,
} from '#lib/ledger';
import type { Database, Tx } from '#lib/platform';
import { scoreFirm, type Model, type Score } from '#lib/scoring';
import { modelByHash } from './models/models.ts';
import { findPublishedRun } from './runs.store.ts';

/** Firms scored between two turns of the event loop. */
const FIRMS_AT_ONCE = 500;
/** Changed scores that are named; all are counted. */
const NAMED_CHANGES = 100;

/** What is published of a firm. Tenths of points. */
export type ShownScore = Pick<Score, 'scoreTenths' | 'published' | 'decision' | 'knockOuts'>;

/** A firm's score with and without what is looked at; null: it would not be in the run. */
export interface ScoreChange {
  readonly uscc: string;
  readonly before: ShownScore | null;
  readonly after: ShownScore | null;
}

/** Scores are worked out with the model and for the day of the published run. Null: no run is published. */
export interface MeasuredBy {
  readonly runId: string;
  readonly asOf: LocalDate;
}

export interface UndoPreview extends UndoCounts {
  readonly run: MeasuredBy | null;
  /** Firms scored, and those whose published score would change. */
  readonly firmsScored: number;
  readonly scoresChanged: number;
  /** The largest changes, at most 100. */
  readonly changes: readonly ScoreChange[];
}

export interface CorrectionWithScore extends Correction {
  /** What all of this delivery changed for the firm; null: nothing, or no run is published. */
  readonly score: ScoreChange | null;
}

/** What deliveries do to published scores, worked out on request and stored nowhere. */
export class Impacts {
  constructor(private readonly db: Database) {}

  /**
   * What undoing the delivery now would do (撤销影响). Where the delivery claims to be complete for a region, zeros of
   * every firm rest on it, so every firm is scored. Throws as planUndo.
   */
  async ofUndo(deliveryId: string): Promise<UndoPreview> {
    return this.db.transaction(async (tx) => {
      const counts = await planUndo(tx, deliveryId);
      const measured = await measure(tx);
      if (measured === undefined) return { ...counts, run: null, firmsScored: 0, scoresChanged: 0, changes: [] };
      const { firmsScored, changed } = await this.scoreAll(tx, deliveryId, counts, measured);
      const changes = changed.sort(byWeight).slice(0, NAMED_CHANGES);
      return { ...counts, run: measured.run, firmsScored, scoresChanged: changed.length, changes };
    }, 'repeatable read');
  }

  private async scoreAll(
    tx: Tx,
    deliveryId: string,
    counts: UndoCounts,
    { model, run }: Measured,
  ): Promise<{ firmsScored: number; changed: ScoreChange[] }> {
    const knownAt = (await newestTick(tx))!;
    const book = await readCoverage(tx, knownAt);
    const without = book.without(deliveryId);
    const planned = await plannedFirms(tx);
    const touched = new Set(planned);
    const changed: ScoreChange[] = [];
    let firmsScored = 0;
    for (const [from, to] of await rangesOf(tx, counts.coverage ? undefined : planned)) {
      const before = await readDossiers(tx, from, to, knownAt, book);
      const after = await readDossiersAfterUndo(tx, from, to, knownAt, without);
      for (const [i, firm] of before.entries()) {
        if (!counts.coverage && !touched.has(firm.companyId)) continue;
        firmsScored += 1;
        const change = changeOf(firm.uscc, firm.dossier, after[i]!.dossier, model, run.asOf);
        if (change) changed.push(change);
      }
    }
    return { firmsScored, changed };
  }

  /**
   * What the delivery corrected, each with what it did to the firm's score: as known just before its tick, and at it.
   * Throws ProblemError delivery-unknown or cursor-invalid.
   */
  async ofCorrections(
    deliveryId: string,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ run: MeasuredBy | null; items: CorrectionWithScore[]; nextCursor: string | null }> {
    const { tick, items, nextCursor } = await readCorrections(this.db, deliveryId, graceDaysOf, query);
    const measured = await measure(this.db);
    if (measured === undefined || tick === null)
      return { run: measured?.run ?? null, items: items.map((item) => ({ ...item, score: null })), nextCursor };
    const earlier = new Date(tick.getTime() - 1);
    const books = [await readCoverage(this.db, earlier), await readCoverage(this.db, tick)] as const;
    const scores = new Map<string, ScoreChange | null>();
    for (const { uscc } of items) {
      if (scores.has(uscc)) continue;
      const before = await readDossier(this.db, uscc, earlier, books[0]);
      const after = await readDossier(this.db, uscc, tick, books[1]);
      scores.set(uscc, changeOf(uscc, before?.dossier, after?.dossier, measured.model, measured.run.asOf) ?? null);
    }
    return { run: measured.run, items: items.map((item) => ({ ...item, score: scores.get(item.uscc)! })), nextCursor };
  }
}

interface Measured {
  readonly run: MeasuredBy;
  readonly model: Model;
}

async function measure(db: Database | Tx): Promise<Measured | undefined> {
  const run = await findPublishedRun(db);
  return run && { run: { runId: run.runId, asOf: run.asOf }, model: await modelByHash(db, run.modelHash) };
}

const graceDaysOf = (source: string): number => SOURCES.find(({ name }) => name === source)!.graceDays;

/** Ranges of company ids that hold the firms, or every firm. */
async function rangesOf(tx: Tx, firms: readonly number[] | undefined): Promise<[number, number][]> {
  const starts =
    firms === undefined
      ? (
          await tx.query<{ start: number }>(
            `SELECT DISTINCT company_id / $1::bigint * $1::bigint AS start FROM company ORDER BY start`,
            [FIRMS_AT_ONCE],
          )
        ).map((row) => row.start)
      : [...new Set(firms.map((id) => Math.floor(id / FIRMS_AT_ONCE) * FIRMS_AT_ONCE))];
  return starts.map((start) => [start, start + FIRMS_AT_ONCE]);
}

function changeOf(
  uscc: string,
  dossierBefore: Dossier | undefined,
  dossierAfter: Dossier | undefined,
  model: Model,
  asOf: LocalDate,
): ScoreChange | undefined {
  const before = shownOf(dossierBefore, model, asOf);
  const after = shownOf(dossierAfter, model, asOf);
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : { uscc, before, after };
}

function shownOf(dossier: Dossier | undefined, model: Model, asOf: LocalDate): ShownScore | null {
  const scored = dossier && scoreFirm(dossier, model, asOf);
  if (scored?.kind !== 'scored') return null;
  const { scoreTenths, published, decision, knockOuts } = scored.score;
  return { scoreTenths, published, decision, knockOuts };
}

/** Firms that come or go first, then the largest difference. */
const weight = ({ before, after }: ScoreChange): number =>
  before && after ? Math.abs(after.scoreTenths - before.scoreTenths) : Number.MAX_SAFE_INTEGER;
const byWeight = (a: ScoreChange, b: ScoreChange): number => weight(b) - weight(a) || (a.uscc < b.uscc ? -1 : 1);
