import { ProblemError, type LocalDate, type Problem } from '#lib/kernel';
import type { BookDifference } from './book-comparison.ts';

/**
 * 评分批次的状态. A run is published whole or held; the next published run archives it. A run of the challenger ends as
 * SHADOW: it is compared, never published.
 */
export type RunState = 'RUNNING' | 'PUBLISHED' | 'ARCHIVED' | 'HOLD' | 'RUN_FAILED' | 'SHADOW';

/** How the firms of a run came out. */
export interface RunStats {
  /** Firms by what may be published: NOT_RATED, REFERENCE, a grade, EXCLUDED, ON_HOLD, NOT_SCORED. */
  readonly published: Readonly<Record<string, number>>;
  /** Only of a shadow run. */
  readonly compared?: BookDifference;
}

/** A scoring run as people see it. as_of, known_at, model and catalogue are its pins: they alone decide the result. */
export interface RunView {
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly knownAt: Date;
  readonly modelId: string;
  /** Hex. */
  readonly modelHash: string;
  readonly catalogueHash: string;
  readonly codeVersion: string;
  readonly state: RunState;
  /** The run that this one shadows; null for a run that is to be published. */
  readonly shadowOf: string | null;
  /** A shadow that a person asked for, of any scorecard. */
  readonly preview: boolean;
  /** Firms scored so far; when finished, firms in the run. */
  readonly firmsDone: number;
  /** Firms known at the pin, an upper bound of those in the run. */
  readonly firmsPlanned: number;
  readonly firms: number | null;
  readonly shards: number;
  readonly shardsDone: number;
  readonly outputHash: string | null;
  readonly plannedAt: Date;
  readonly plannedBy: string;
  readonly finishedAt: Date | null;
  readonly stats: RunStats | null;
  readonly problem: Problem | null;
}

/** A firm whose score the shadow run changes. */
export interface Moved {
  readonly uscc: string;
  readonly before: { readonly scoreTenths: number; readonly published: string };
  readonly after: { readonly scoreTenths: number; readonly published: string };
}

export const isFinished = (state: RunState): boolean => state !== 'RUNNING';

export const runUnknown = (runId: string): ProblemError =>
  new ProblemError({ code: 'run-unknown', status: 404, zh: `没有评分批次 ${runId}`, en: `there is no run ${runId}` });

export const runNotPublished = ({ runId, state }: Pick<RunView, 'runId' | 'state'>): ProblemError =>
  new ProblemError({
    code: 'run-not-published',
    status: 409,
    zh: `批次 ${runId} 未发布（${state}）`,
    en: `run ${runId} is not published (${state})`,
  });

export const noPublishedRun = (): ProblemError =>
  new ProblemError({
    code: 'no-published-run',
    status: 409,
    zh: '尚无已发布的评分批次',
    en: 'no run has been published yet',
  });
