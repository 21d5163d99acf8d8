import { parseUscc, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import { businessRegistration, registrationOf, type Dossier, type InnovationPoints } from '#lib/data-sources';
import { readCoverage, readDossier, type CoverageBook } from '#lib/ledger';
import {
  assessmentDay,
  evaluateOfficial,
  explain,
  gradeOf,
  isNotApplicableByAge,
  innovationPointsOf,
  officialInputs,
  reachPlan,
  scoreFirmRich,
  type Model,
  type OfficialEvaluation,
  type ReachPlan,
  type ReachTarget,
  type RichScore,
  type Score,
  type ScoredFirmRich,
} from '#lib/scoring';
import type { Database, Db } from '#lib/platform';
import { modelByHash, officialScorecards } from './models/models.ts';
import { percentilesOf, type Percentiles } from './percentiles.ts';
import { noPublishedRun, runNotPublished, type RunView } from './run.ts';
import { findPublishedRun, findRun } from './runs.store.ts';
import {
  hashedFields,
  outputLine,
  packValues,
  SCORE_COLUMNS,
  scoreOf,
  unpackValues,
  type ScoreRow,
} from './score-row.ts';

/** The firm as the registers name it at the run's pins. */
export interface FirmIdentity {
  readonly uscc: Uscc;
  readonly name?: string;
  readonly establishedOn?: LocalDate;
  /** GB/T 2260, of the register, else of the code. */
  readonly region: string;
  /** False: a branch or an office: scored, never listed. */
  readonly legalPerson?: boolean;
}

export interface CompanyScore extends FirmIdentity {
  readonly run: RunView;
  readonly score: RichScore;
  /** Null unless graded. */
  readonly percentiles: Percentiles | null;
}

/** The score of a firm with all that stands behind it, worked out anew at the run's pins. */
export interface ScoreEvidence extends ScoredFirmRich, FirmIdentity {
  readonly run: RunView;
  /** What the official tables say of the firm, beside our score and never part of it. */
  readonly official: readonly OfficialEvaluation[];
  /** 创新积分 as the authority states them; null: none delivered. */
  readonly innovationPoints: InnovationPoints | null;
}

/** A firm at the pins of a run: its dossier, and the score worked out from it anew. */
export interface FirmAtRun {
  readonly run: RunView;
  readonly dossier: Dossier;
  readonly scored: ScoredFirmRich;
  /** The grade of the low end of its range, which hiding never raises. */
  readonly lowGrade: string;
}

export interface ListedScore {
  readonly uscc: Uscc;
  readonly name?: string;
  readonly score: Score;
}

const BOOKS_KEPT = 8;

/** Scores of published runs. Partner reads: one row, and everything else follows from it and the model. */
export class Scores {
  /** By known_at. Coverage at a pin never changes; runs are asked for again and again. */
  private readonly books = new Map<number, Promise<CoverageBook>>();

  constructor(private readonly db: Database) {}

  /**
   * Throws ProblemError uscc-malformed, company-unknown, run-unknown, no-published-run, run-not-published or not-in-run.
   * `shadows`: also of a shadow run, for who compares models.
   */
  async of(uscc: string, runId?: string, shadows = false): Promise<CompanyScore> {
    const run = await this.runOf(runId, shadows);
    const model = await modelByHash(this.db, run.modelHash);
    const { row, identity } = await this.find(uscc, run);
    const values = unpackValues(row.measured, row.bins);
    const byAge =
      identity.establishedOn === undefined ? undefined : codesByAge(model, identity.establishedOn, run.asOf);
    const score = explain(model, values, scoreWithRange(model, row), byAge ? { notApplicableByAge: byAge } : {});
    const percentiles = row.grade === null ? null : await percentilesOf(this.db, run, row.company_id);
    return { ...identity, run, score, percentiles };
  }

  /**
   * Scores the firm again at the run's pins and names the records and coverage behind each point.
   * Throws as `of`, and ProblemError replay-mismatch when the replay differs from what was stored.
   */
  async evidence(uscc: string, runId?: string, shadows = false): Promise<ScoreEvidence> {
    const { run, dossier, scored } = await this.firm(uscc, runId, { shadows });
    const registration = registrationOf(dossier)?.registration;
    const inputs = officialInputs(dossier, run.asOf);
    return {
      ...scored,
      run,
      official: officialScorecards(run.asOf).map((table) => evaluateOfficial(table, inputs)),
      innovationPoints: innovationPointsOf(dossier, run.asOf) ?? null,
      region: dossier.region,
      ...(registration?.name === undefined ? {} : { name: registration.name }),
      ...(registration === undefined
        ? {}
        : { establishedOn: registration.establishedOn, legalPerson: registration.legalPerson }),
    };
  }

  /**
   * The firm's dossier at the pins of a run, scored again: what stands behind its score. `db`: who reads holds a transaction
   * already, and takes no second connection. Throws as `evidence`.
   */
  async firm(
    uscc: string,
    runId?: string,
    { shadows = false, db = this.db }: { readonly shadows?: boolean; readonly db?: Db } = {},
  ): Promise<FirmAtRun> {
    const run = await this.runOf(runId, shadows, db);
    const model = await modelByHash(db, run.modelHash);
    const { row } = await this.find(uscc, run, db);
    const { dossier } = (await readDossier(db, row.uscc, run.knownAt, await this.coverageAt(run.knownAt, db)))!;
    const scored = scoreFirmRich(dossier, model, run.asOf);
    if (scored.kind !== 'scored' || !agrees(row, scored)) throw replayMismatch(uscc, run.runId);
    return { run, dossier, scored, lowGrade: gradeOf(model, scored.score.low) };
  }

  /**
   * How the firm comes to a target, from where it stood in the newest published run. Throws as `of`.
   */
  async reach(uscc: string, target: ReachTarget): Promise<{ run: RunView; plan: ReachPlan }> {
    const run = await this.runOf(undefined);
    const model = await modelByHash(this.db, run.modelHash);
    const { row } = await this.find(uscc, run);
    const firm = (await readDossier(this.db, row.uscc, run.knownAt, await this.coverageAt(run.knownAt)))!;
    return { run, plan: reachPlan(firm.dossier, model, run.asOf, target) };
  }

  /** A page of a run in the byte order of the codes. */
  async page(runId: string, query: { limit: number; after?: string }): Promise<ListedScore[]> {
    const run = await this.runOf(runId);
    const model = await modelByHash(this.db, run.modelHash);
    const rows = await this.db.query<ScoreRow & { name: string | null }>(
      `SELECT ${SCORE_COLUMNS},
         (SELECT r.payload ->> 'name' FROM record r WHERE r.company_id = s.company_id AND r.source = $4 AND r.known_from <= $5
            AND (r.known_to IS NULL OR r.known_to > $5) AND r.op = 'U' ORDER BY r.record_key LIMIT 1) AS name
       FROM run_score s WHERE run_id = $1 AND uscc > $2 ORDER BY uscc LIMIT $3`,
      [runId, query.after ?? '', query.limit, businessRegistration.name, run.knownAt],
      'scores-page',
    );
    return rows.map((row) => ({
      uscc: row.uscc,
      ...(row.name === null ? {} : { name: row.name }),
      score: scoreWithRange(model, row),
    }));
  }

  private coverageAt(knownAt: Date, db: Db = this.db): Promise<CoverageBook> {
    const key = knownAt.getTime();
    let book = this.books.get(key);
    if (!book) {
      book = readCoverage(db, knownAt);
      book.catch(() => this.books.delete(key)); // a failed read is not kept
      this.books.set(key, book);
      if (this.books.size > BOOKS_KEPT) this.books.delete(this.books.keys().next().value!);
    }
    return book;
  }

  private async runOf(runId: string | undefined, shadows = false, db: Db = this.db): Promise<RunView> {
    if (runId === undefined) {
      const run = await findPublishedRun(db);
      if (!run) throw noPublishedRun();
      return run;
    }
    const run = await findRun(db, runId);
    if (run.state !== 'PUBLISHED' && run.state !== 'ARCHIVED' && !(shadows && run.state === 'SHADOW'))
      throw runNotPublished(run);
    return run;
  }

  private async find(uscc: string, run: RunView, db: Db = this.db): Promise<{ row: ScoreRow; identity: FirmIdentity }> {
    const parsed = parseUscc(uscc);
    if (!parsed.ok)
      throw new ProblemError({
        ...parsed.problem,
        errors: [{ pointer: '/uscc', code: parsed.problem.code, zh: parsed.problem.zh, en: parsed.problem.en }],
      });
    const [found] = await db.query<
      { company_id: number; registrations: { k: string; p: RegistrationFields }[] | null } & {
        [K in keyof ScoreRow]: ScoreRow[K] | null;
      }
    >(
      `SELECT c.company_id AS found_company, s.*, (
         SELECT jsonb_agg(jsonb_build_object('k', r.record_key, 'p', r.payload - 'scope') ORDER BY r.record_key) FROM record r
         WHERE r.company_id = c.company_id AND r.source = $3 AND r.known_from <= $4 AND (r.known_to IS NULL OR r.known_to > $4) AND r.op = 'U'
       ) AS registrations
       FROM company c LEFT JOIN (SELECT ${SCORE_COLUMNS} FROM run_score WHERE run_id = $2) s ON s.company_id = c.company_id
       WHERE c.uscc = $1`,
      [parsed.value.uscc, run.runId, businessRegistration.name, run.knownAt],
      'score-of-company',
    );
    if (!found) throw companyUnknown(uscc);
    if (found.score_tenths === null) throw notInRun(uscc, run);
    return { row: found as ScoreRow, identity: identityOf(parsed.value.uscc, found.registrations ?? []) };
  }
}

interface RegistrationFields {
  readonly name?: string;
  readonly establishedOn?: LocalDate;
  readonly region?: string;
  readonly legalPerson?: boolean;
}

/** Merged as registrationOf does: the bureau's fields first. Record keys are in order: `bureau` before `open-register`. */
function identityOf(uscc: Uscc, registrations: readonly { k: string; p: RegistrationFields }[]): FirmIdentity {
  const merged: RegistrationFields = Object.assign(
    {},
    ...registrations.map(({ p }) => p).reverse(),
  ) as RegistrationFields;
  return {
    uscc,
    region: merged.region ?? uscc.slice(2, 8),
    ...(merged.name === undefined ? {} : { name: merged.name }),
    ...(merged.establishedOn === undefined ? {} : { establishedOn: merged.establishedOn }),
    ...(merged.legalPerson === undefined ? {} : { legalPerson: merged.legalPerson }),
  };
}

const scoreWithRange = (model: Model, row: ScoreRow): Score =>
  scoreOf(row, row.published === 'REFERENCE' ? [gradeOf(model, row.low), gradeOf(model, row.high)] : null);

function codesByAge(model: Model, establishedOn: LocalDate, asOf: LocalDate): ReadonlySet<string> {
  const day = assessmentDay(asOf);
  return new Set(
    model.characteristics.map((c) => c.code).filter((code) => isNotApplicableByAge(code, establishedOn, day)),
  );
}

function agrees(row: ScoreRow, { score, values }: ScoredFirmRich): boolean {
  const line = outputLine(hashedFields(row.uscc, score));
  return line === outputLine(row) && row.measured === packValues(values);
}

const replayMismatch = (uscc: string, runId: string): ProblemError =>
  new ProblemError({
    code: 'replay-mismatch',
    status: 409,
    zh: `重放 ${uscc} 与批次 ${runId} 的结果不一致`,
    en: `the replay of ${uscc} differs from run ${runId}`,
  });

export const companyUnknown = (uscc: string): ProblemError =>
  new ProblemError({
    code: 'company-unknown',
    status: 404,
    zh: `企业 ${uscc} 未登记`,
    en: `no firm ${uscc} is registered`,
    errors: [{ pointer: '/uscc', code: 'company-unknown', zh: '未登记', en: 'not registered' }],
  });

const notInRun = (uscc: string, run: RunView): ProblemError =>
  new ProblemError({
    code: 'not-in-run',
    status: 404,
    zh: `企业 ${uscc} 不在评分批次 ${run.runId}（${run.asOf}）内`,
    en: `firm ${uscc} is not in run ${run.runId} as of ${run.asOf}`,
  });
