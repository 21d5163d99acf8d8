import type { Institution } from '#lib/access';
import type { Authorisation, QueryEntry } from '#lib/compliance';
import type { Dossier } from '#lib/data-sources';
import type { LocalDate } from '#lib/kernel';
import type { Percentiles, RunView } from '#lib/runs';
import type { Model, RichScore, Score, ScoredFirmRich, Text } from '#lib/scoring';
import type { ReportOrder } from '../report-request.ts';

/** A list that the firm is on, or was (名单状态). */
export interface ListStanding extends Text {
  readonly list: string;
  readonly state: string;
  readonly since: LocalDate | null;
}

/** An objection that stands against something in the report (异议标注). */
export interface DisputeMark {
  readonly disputeId: string;
  /** What is disputed: a source and, where it is one record, its key. */
  readonly source: string;
  readonly recordKey: string | null;
  readonly state: Text & { readonly code: string };
  readonly receivedOn: LocalDate;
  /** 主体声明: the firm's own words, where it added some. */
  readonly statement: string | null;
}

/** One month of the score line (评分走势). */
export interface ScorePoint {
  readonly asOf: LocalDate;
  readonly published: string;
  readonly score: number | null;
  readonly low: number;
  readonly high: number;
}

/** The report that the same requester got before. */
export interface PreviousReport {
  readonly reportNo: string;
  readonly asOf: LocalDate;
  readonly knownAt: string;
  readonly published: string | null;
  readonly score: number | null;
}

/** 12 项目: how the firm stands to programmes and what line is suggested, in the words of financing, which comes later. */
export interface ProgrammeSection {
  /** One a programme in force: each condition with value, date and reason. */
  readonly programmes: readonly object[];
  readonly line: object;
  /** What raises the line: for the firm. */
  readonly raises: object;
  /** 联合授信组合: of the live cases that the reader sees, else as planned, else that there is none. */
  readonly composition: object;
  /** Why nothing rests on loans; null: they are in it. */
  readonly withoutLoans: Text | null;
}

/** Everything that a report says is here: same input, same bytes. */
export interface ReportInput {
  readonly order: ReportOrder;
  readonly reportNo: string;
  readonly printedAt: Date;
  readonly requester: Institution;
  /** Null: the firm's own query. */
  readonly authorisation: Authorisation | null;
  readonly run: RunView;
  readonly model: Model;
  readonly dossier: Dossier;
  /** What the run stored. */
  readonly stored: { readonly rich: RichScore; readonly percentiles: Percentiles | null };
  /** The same score worked out anew; null where another build made the run and its evidence cannot be named. */
  readonly scored: ScoredFirmRich | null;
  readonly history: readonly ScorePoint[];
  readonly previous: PreviousReport | null;
  readonly lists: readonly ListStanding[];
  readonly disputes: readonly DisputeMark[];
  /** Null: not part of this report. */
  readonly programmes: ProgrammeSection | null;
  /** The newest first. */
  readonly queries: readonly { readonly entry: QueryEntry; readonly by: Institution }[];
  /** First day of the query record. */
  readonly queriesSince: LocalDate;
}

export const scoreOf = ({ stored }: ReportInput): Score => stored.rich.score;
