import { institutionsById, type Institution } from '#lib/access';
import type { Authorisations, AuthorisedScope, QueryLog } from '#lib/compliance';
import { addMonths, dateAt, instantText, type LocalDate, type Uscc } from '#lib/kernel';
import { readCoverage, readDossier } from '#lib/ledger';
import type { Database, Tx } from '#lib/platform';
import { modelByHash, type FirmAtRun, type ScoreHistory, type Scores } from '#lib/runs';
import { gradeOf, scoreFirmRich, type RichScore, type ScoredFirmRich } from '#lib/scoring';
import type {
  DisputeMark,
  ListStanding,
  PreviousReport,
  ProgrammeSection,
  ReportInput,
  ScorePoint,
} from './document/input.ts';
import { previousReport, type ReportPins } from './report.store.ts';
import { reportNoOf, type ReportRequest } from './report-request.ts';

/** What other features say of a firm in a report: until they are there, nothing. */
export interface ReportPorts {
  lists(tx: Tx, uscc: Uscc, at: Date): Promise<readonly ListStanding[]>;
  disputes(tx: Tx, uscc: Uscc, at: Date): Promise<readonly DisputeMark[]>;
  /** Of the firm at the run's pins, which need not be read again. `loans`, `financials`: whether the reader may be told of them. */
  programmes(
    tx: Tx,
    firm: FirmAtRun,
    reader: Pick<Institution, 'institutionId' | 'kind'> & { readonly loans: boolean; readonly financials: boolean },
    at: Date,
  ): Promise<ProgrammeSection | null>;
}

export const NO_PORTS: ReportPorts = {
  lists: async () => [],
  disputes: async () => [],
  programmes: async () => null,
};

export interface GatherFrom {
  readonly db: Database;
  readonly scores: Scores;
  readonly history: ScoreHistory;
  readonly authorisations: Authorisations;
  readonly queryLog: QueryLog;
  readonly ports: ReportPorts;
}

const LINE_MONTHS = 12;
const QUERY_MONTHS = 24;
/** More looks at one firm than this in 24 months are not shown one by one anyway. */
const QUERIES_READ = 10_000;

/**
 * Everything that a report about this request says, as of now: in the house's transaction, since a report also tells
 * what others asked. Throws as Scores.of.
 */
export async function gather(
  from: GatherFrom,
  tx: Tx,
  request: ReportRequest,
  at: Date,
): Promise<{ input: ReportInput; pins: ReportPins }> {
  const { uscc, institutionId } = request;
  const { run, score: rich, percentiles } = await from.scores.of(uscc, request.runId ?? undefined);
  const model = await modelByHash(from.db, run.modelHash);
  const firm = (await readDossier(tx, uscc, run.knownAt, await readCoverage(tx, run.knownAt)))!;
  const previous = await previousReport(tx, { institutionId, uscc, by: at });
  const queriesSince = addMonths(dateAt(request.requestedAt), -QUERY_MONTHS);
  const entries = await from.queryLog.about(tx, uscc, { since: startOf(queriesSince), limit: QUERIES_READ });
  const institutions = await institutionsById(tx, [institutionId, ...entries.map((entry) => entry.institutionId)]);
  const requester = institutions.get(institutionId)!;
  const authorisation =
    request.basis === null ? null : await from.authorisations.get(tx, request.basis.authorisationId);
  const { dossier } = firm;
  const scored = sameScore(rich, scoreFirmRich(dossier, model, run.asOf));
  const isOpen = (scope: AuthorisedScope): boolean => authorisation?.scopes.includes(scope) ?? true;
  const reader = { ...requester, loans: isOpen('credit-history'), financials: isOpen('financials') };
  const input: ReportInput = {
    order: request,
    reportNo: reportNoOf(request),
    printedAt: at,
    requester,
    authorisation,
    run,
    model,
    dossier,
    stored: { rich, percentiles },
    scored,
    history: await lineOf(from.history, uscc, run),
    previous: previous === undefined ? null : saidBefore(previous),
    lists: await from.ports.lists(tx, uscc, at),
    disputes: await from.ports.disputes(tx, uscc, at),
    programmes:
      request.product === 'facts' || scored === null
        ? null
        : await from.ports.programmes(
            tx,
            { run, dossier, scored, lowGrade: gradeOf(model, scored.score.low) },
            reader,
            at,
          ),
    queries: entries.map((entry) => ({ entry, by: institutions.get(entry.institutionId)! })),
    queriesSince,
  };
  const { runId, asOf, knownAt, modelHash, catalogueHash } = run;
  const pins = {
    runId,
    asOf,
    knownAt: instantText(knownAt),
    modelHash,
    catalogueHash,
    querySeq: entries[0]?.seq ?? 0,
    previous: previous?.reportNo ?? null,
  };
  return { input, pins };
}

const startOf = (day: LocalDate): Date => new Date(`${day}T00:00:00+08:00`);

/** The evidence of a score is named only where this build still gives the very score that was stored. */
function sameScore(stored: RichScore, scored: ReturnType<typeof scoreFirmRich>): ScoredFirmRich | null {
  if (scored.kind !== 'scored') return null;
  const [a, b] = [stored.score, scored.score];
  const same = a.scoreTenths === b.scoreTenths && a.decision === b.decision && Buffer.from(a.bins).equals(b.bins);
  return same ? scored : null;
}

/** Twelve months up to the run, the oldest first; of several runs of one day the newest. */
async function lineOf(
  history: ScoreHistory,
  uscc: Uscc,
  run: { readonly asOf: LocalDate; readonly runId: string },
): Promise<ScorePoint[]> {
  const since = addMonths(run.asOf, -LINE_MONTHS);
  const { items } = await history.of(uscc, { limit: 200 });
  const points = new Map<LocalDate, ScorePoint>();
  // Ids are in the order of time: a run that was planned later says nothing in this report.
  for (const { runId, asOf, score } of items) {
    if (asOf > run.asOf || asOf <= since || runId > run.runId || points.has(asOf)) continue;
    const { published, grade, low, high } = score;
    points.set(asOf, { asOf, published, score: grade === null ? null : score.score, low, high });
  }
  return [...points.values()].sort((a, b) => (a.asOf < b.asOf ? -1 : 1));
}

function saidBefore({ reportNo, bytes, pins }: { reportNo: string; bytes: Buffer; pins: ReportPins }): PreviousReport {
  const { summary } = JSON.parse(bytes.toString('utf8')) as {
    summary?: { published: string; score: number | null };
  };
  return {
    reportNo,
    asOf: pins.asOf as LocalDate,
    knownAt: pins.knownAt,
    published: summary?.published ?? null,
    score: summary?.score ?? null,
  };
}
