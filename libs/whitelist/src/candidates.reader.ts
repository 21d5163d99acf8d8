import { addMonthsToMonth, isUscc, lastDay, monthOfDate, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import type { Score } from '#lib/scoring';
import { candidateConditions, isMember, isMonthly, isNearCut, type Condition, type RunScore } from './candidate.ts';
import {
  candidateFacts,
  isProvisional,
  unknownForAll,
  type CandidateFacts,
  type UnknownRule,
} from './candidate-facts.ts';
import type { ListRules } from './list-rules.ts';
import { shippedList } from './shipped-lists.ts';

/** What candidates need to know of a run. */
export interface RunHead {
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly state: string;
  readonly finishedAt: Date | null;
}

/** Scoring runs, as the reader needs them; `Runs` of #lib/runs is one. */
export interface RunSource {
  latestPublished(): Promise<RunHead | undefined>;
  /** Throws ProblemError run-unknown. */
  get(runId: string): Promise<RunHead>;
  /** The newest run of this day that was published; two runs of one as_of count once. */
  publishedAsOf(asOf: LocalDate): Promise<RunHead | undefined>;
}

export interface ScoreRow {
  readonly uscc: Uscc;
  readonly name?: string;
  readonly score: Score;
}

/** A firm scored again at the pins of a run. */
export interface CandidateFirm extends CandidateFacts {
  /** False: a branch or an office, never listed. Absent: the register does not say. */
  readonly legalPerson?: boolean;
}

/** Stored scores, as the reader needs them; `Scores` of #lib/runs is one. */
export interface ScoreSource {
  /** In the order of USCC bytes, after `after`. */
  page(runId: string, query: { limit: number; after?: string }): Promise<readonly ScoreRow[]>;
  evidence(uscc: string, runId: string): Promise<CandidateFirm>;
}

export interface Candidate {
  readonly uscc: Uscc;
  readonly name?: string;
  readonly member: boolean;
  /** 临界: within 20 of the cut. */
  readonly near: boolean;
  readonly legalPerson: boolean | null;
  readonly score: Score;
  readonly conditions: readonly Condition[];
}

export interface CandidatePage {
  readonly run: RunHead;
  readonly previousRun: RunHead | null;
  readonly cut: number;
  /** 暂定: a feed that the rules need is not connected at all, so nobody can be a member yet. */
  readonly provisional: boolean;
  readonly unknownRules: readonly UnknownRule[];
  readonly items: readonly Candidate[];
  readonly nextCursor: string | null;
}

/** Rows read from a run at once while looking for firms that were scored. */
const ROWS = 200;

/** 候选企业: every scored firm of the latest published run with its eight entry conditions. */
export class CandidatesReader {
  constructor(
    private readonly runs: RunSource,
    private readonly scores: ScoreSource,
    private readonly rules: ListRules = shippedList('CKT').rules,
  ) {}

  /** Throws ProblemError no-published-run 409, cursor-invalid 400. The cursor pins the run that the first page came from. */
  async page(query: { limit: number; cursor?: string }): Promise<CandidatePage> {
    const from = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const run = from === undefined ? await this.runs.latestPublished() : await this.runs.get(from.runId);
    if (run === undefined) throw noPublishedRun();
    const previousRun = isMonthly(run.asOf) ? await this.runs.publishedAsOf(monthEndBefore(run.asOf)) : undefined;

    const { rows, more } = await this.scoredRows(run.runId, query.limit, from?.after);
    const before = previousRun === undefined ? new Map<string, RunScore>() : await this.scoresOf(previousRun, rows);
    const items: Candidate[] = [];
    let header: Pick<CandidatePage, 'provisional' | 'unknownRules'> = {
      provisional: true,
      unknownRules: unknownForAll([]),
    };
    for (const row of rows) {
      const firm = await this.scores.evidence(row.uscc, run.runId);
      header = { provisional: isProvisional(firm.feeds), unknownRules: unknownForAll(firm.feeds) };
      items.push(this.candidate(run, row, firm, before.get(row.uscc)));
    }
    const last = rows.at(-1);
    const nextCursor = more && last !== undefined ? writeCursor({ runId: run.runId, after: last.uscc }) : null;
    return { run, previousRun: previousRun ?? null, cut: this.rules.cut, ...header, items, nextCursor };
  }

  private candidate(run: RunHead, row: ScoreRow, firm: CandidateFirm, previous: RunScore | undefined): Candidate {
    const newest: RunScore = { ...row.score, asOf: run.asOf };
    // Membership is not kept yet, so every entry is a first one.
    const input = {
      rules: this.rules,
      newest,
      reentry: false,
      ...(previous ? { previous } : {}),
      ...candidateFacts(firm),
    };
    const conditions = candidateConditions(input);
    return {
      uscc: row.uscc,
      ...(row.name === undefined ? {} : { name: row.name }),
      member: firm.legalPerson === true && isMember(conditions),
      near: isNearCut(newest, this.rules.cut, this.rules.nearCut),
      legalPerson: firm.legalPerson ?? null,
      score: row.score,
      conditions,
    };
  }

  /** The next firms whose decision is SCORED, and whether there are more. */
  private async scoredRows(
    runId: string,
    limit: number,
    after: string | undefined,
  ): Promise<{ rows: ScoreRow[]; more: boolean }> {
    const rows: ScoreRow[] = [];
    for (let from = after; rows.length <= limit;) {
      const page = await this.scores.page(runId, { limit: ROWS, ...(from === undefined ? {} : { after: from }) });
      rows.push(...page.filter((row) => row.score.decision === 'SCORED'));
      if (page.length < ROWS) break;
      from = page.at(-1)!.uscc;
    }
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  /** The scores of these firms in another run: both are read in the order of USCC. */
  private async scoresOf(run: RunHead, rows: readonly ScoreRow[]): Promise<Map<string, RunScore>> {
    const wanted = new Set<string>(rows.map((row) => row.uscc));
    const found = new Map<string, RunScore>();
    const first = rows[0]?.uscc;
    const last = rows.at(-1)?.uscc;
    if (first === undefined || last === undefined) return found;
    for (let from: string | undefined = justBefore(first); ;) {
      const page: readonly ScoreRow[] = await this.scores.page(run.runId, { limit: ROWS, after: from });
      for (const row of page) if (wanted.has(row.uscc)) found.set(row.uscc, { ...row.score, asOf: run.asOf });
      const end: Uscc | undefined = page.at(-1)?.uscc;
      if (page.length < ROWS || end === undefined || end >= last) return found;
      from = end;
    }
  }
}

const monthEndBefore = (asOf: LocalDate): LocalDate => lastDay(addMonthsToMonth(monthOfDate(asOf), -1));

/** A text that sorts before this code and after all smaller ones: its first 17 characters. */
const justBefore = (uscc: Uscc): string => uscc.slice(0, 17);

interface Cursor {
  readonly runId: string;
  readonly after: string;
}

const writeCursor = (cursor: Cursor): string => Buffer.from(`${cursor.runId} ${cursor.after}`).toString('base64url');

function readCursor(text: string): Cursor {
  const [runId, after, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  const whole = rest.length === 0 && runId !== undefined && after !== undefined;
  if (whole && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(runId) && isUscc(after)) return { runId, after };
  const words = { zh: '游标无效', en: 'not a cursor of this list' };
  throw new ProblemError({
    code: 'cursor-invalid',
    status: 400,
    ...words,
    errors: [{ field: 'cursor', code: 'cursor-invalid', ...words }],
  });
}

const noPublishedRun = (): ProblemError =>
  new ProblemError({
    code: 'no-published-run',
    status: 409,
    zh: '尚无已发布的评分',
    en: 'no run has been published yet',
  });
