import type { LiveWarning } from '#lib/compliance';
import { instantText } from '#lib/kernel';
import type { CompanyScore, RunView, ScoreEvidence } from '#lib/runs';
import { DIMENSIONS, type Model, type Reason } from '#lib/scoring';

export const scoreRunBody = (run: RunView): object => ({
  runId: run.runId,
  asOf: run.asOf,
  knownAt: instantText(run.knownAt),
  modelId: run.modelId,
  modelHash: run.modelHash,
  state: run.state,
});

/** 异议标注: what is disputed, and since when; the words are the firm's own. */
export interface DisputeMark {
  readonly source: string | null;
  readonly recordKey: string | null;
  readonly since: Date;
}

/** What registers say now, beside what the run decided. */
export interface NowKnown {
  readonly marks: readonly DisputeMark[];
  readonly live: readonly LiveWarning[];
}

/** `documents` gives the words of characteristics and dimensions: those of the model that scored. */
export function scoreBody(company: CompanyScore, { document }: Model, { marks, live }: NowKnown): object {
  const { score: rich, run } = company;
  const { score } = rich;
  const words = new Map(document.characteristics.map((c) => [c.code, c]));
  return {
    uscc: company.uscc,
    ...(company.name === undefined ? {} : { name: company.name }),
    region: company.region,
    run: scoreRunBody(run),
    published: score.published,
    label: rich.label,
    decision: score.decision,
    // Without a grade the number is an index: it must not pass for a score (发布门槛).
    score: score.grade === null ? null : score.score,
    index: score.score,
    scoreTenths: score.scoreTenths,
    low: score.low,
    high: score.high,
    coverageBp: score.coverageBp,
    confidence: score.confidence,
    depth: score.depth,
    grade: score.grade,
    gradeRange: score.gradeRange,
    percentiles: company.percentiles,
    known: rich.known,
    dimensions: DIMENSIONS.map((code, index) => {
      const { zh, en } = document.dimensions.find((dimension) => dimension.code === code)!;
      const maxTenths = rich.parts.reduce(
        (sum, part) => sum + (words.get(part.characteristic)?.dimension === code ? part.maxTenths : 0),
        0,
      );
      return { code, zh, en, tenths: score.dimensionTenths[index]!, maxTenths };
    }),
    threeScores: rich.threeScores,
    reasons: { adverse: rich.adverse.map(reasonBody), favourable: rich.favourable.map(reasonBody) },
    missingFeeds: rich.missingFeeds,
    knockOuts: score.knockOuts,
    warnings: score.warnings,
    liveWarnings: live.map(({ since, ...warning }) => ({ ...warning, since: instantText(since) })),
    maxForAge: rich.maxForAge,
    scoreWithoutQua: rich.scoreWithoutQua,
    parts: rich.parts.map((part) => {
      const { dimension, zh, en } = words.get(part.characteristic)!;
      return { ...part, dimension, zh, en };
    }),
    dispute: rich.dispute,
    disputed: marks.map(({ source, recordKey, since }) => ({ source, recordKey, since: instantText(since) })),
  };
}

const reasonBody = (reason: Reason): object => ({
  code: reason.code,
  zh: reason.zh,
  en: reason.en,
  tenths: reason.tenths,
  characteristics: reason.characteristics,
  value: reason.value,
  valueText: reason.valueText,
  next: reason.next,
});

/** What stands behind each point: the records that earned it, or the coverage that makes it a zero. */
export function evidenceBody(evidence: ScoreEvidence): object {
  const behind = new Map(evidence.evidence.map((entry) => [entry.characteristic, entry]));
  return {
    uscc: evidence.uscc,
    run: scoreRunBody(evidence.run),
    parts: evidence.rich.parts.map((part) => {
      const { records = [], coverage = [], flags = [] } = behind.get(part.characteristic) ?? {};
      return {
        characteristic: part.characteristic,
        partialTenths: part.partialTenths,
        state: part.state,
        cause: part.cause ?? null,
        records,
        coverage,
        flags,
      };
    }),
    knockOuts: evidence.knockOuts,
    warnings: evidence.warnings,
    warningStates: evidence.warningStates,
    feeds: evidence.feeds,
    official: evidence.official,
    innovationPoints: evidence.innovationPoints && {
      version: evidence.innovationPoints.version,
      on: evidence.innovationPoints.on,
      scoreTenths: evidence.innovationPoints.scoreTenths,
      maxTenths: evidence.innovationPoints.maxTenths ?? null,
    },
  };
}
