import { instantText } from '#lib/kernel';
import type { CompanyScore, RunView } from '#lib/runs';
import { DIMENSIONS, valueText, type Model, type ReachPlan, type Reason } from '#lib/scoring';

const runBody = ({ runId, asOf, knownAt, modelId }: RunView): object => ({
  runId,
  asOf,
  knownAt: instantText(knownAt),
  modelId,
});

/** A firm sees its own bins and not the points behind them: tables that are known are tables that are played to. */
export function ownScoreBody(company: CompanyScore, model: Model): object {
  const { score: rich, run } = company;
  const { score } = rich;
  const { characteristics, document } = model;
  return {
    uscc: company.uscc,
    ...(company.name === undefined ? {} : { name: company.name }),
    run: runBody(run),
    published: score.published,
    label: rich.label,
    decision: score.decision,
    score: score.grade === null ? null : score.score,
    low: score.low,
    high: score.high,
    coverageBp: score.coverageBp,
    confidence: score.confidence,
    depth: score.depth,
    grade: score.grade,
    gradeRange: score.gradeRange,
    percentiles: company.percentiles,
    dimensions: DIMENSIONS.map((code, i) => {
      const { zh, en } = document.dimensions.find((dimension) => dimension.code === code)!;
      const max = characteristics.reduce((sum, c) => sum + (c.dimension === i ? c.maxTenths : 0), 0);
      return { code, zh, en, percent: Math.floor((100 * score.dimensionTenths[i]!) / max) };
    }),
    characteristics: rich.parts.map((part, i) => {
      const { code, zh, en, window } = characteristics[i]!.document;
      return {
        code,
        zh,
        en,
        window,
        state: part.state,
        cause: part.cause ?? null,
        bin: part.attribute ?? null,
        value: part.value === undefined ? null : valueText(characteristics[i]!.document, part.value),
      };
    }),
    missingFeeds: rich.missingFeeds.map(({ code, feed, zh, en, causes }) => ({ code, feed, zh, en, causes })),
    knockOuts: score.knockOuts,
    warnings: score.warnings,
    dispute: rich.dispute,
  };
}

const reasonBody = ({ code, zh, en, characteristics, valueText: value, next }: Reason): object => ({
  code,
  zh,
  en,
  characteristics,
  value,
  next: next === null ? null : { bin: next.attribute, zh: next.zh, en: next.en },
});

/** Adverse: the four largest that the firm can change. */
export const ownReasonsBody = ({ uscc, run, score: rich }: CompanyScore): object => ({
  uscc,
  run: runBody(run),
  adverse: rich.adverseForFirm.map(reasonBody),
  favourable: rich.favourable.map(reasonBody),
  knockOuts: rich.score.knockOuts,
  dispute: rich.dispute,
});

const NOTICE = {
  zh: '仅列出企业自身可为、经重新评分验证的事项；以企业其他情况不变为前提，不构成评级或授信承诺',
  en: 'Only what a firm itself can do, verified by scoring again, all else going on as it does; no promise of a grade or of credit',
} as const;

export function reachBody(uscc: string, run: RunView, plan: ReachPlan): object {
  const figures = ({ score, low, high, coverageBp, published, grade }: NonNullable<ReachPlan['now']>): object => ({
    score: grade === null ? null : score,
    low,
    high,
    coverageBp,
    published,
    grade,
  });
  const planned = plan.state === 'plan';
  return {
    uscc,
    run: runBody(run),
    state: plan.state,
    wanted: plan.wanted,
    now: plan.now === null ? null : figures(plan.now),
    date: planned ? plan.date : null,
    changes: planned ? plan.changes : [],
    after: planned ? figures(plan.after) : null,
    why: plan.state === 'out-of-reach' ? plan.why : null,
    notice: NOTICE,
  };
}
