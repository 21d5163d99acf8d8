import { labelOf, type Reason, type RuleState, type Text } from '#lib/scoring';
import { scoreOf } from './input.ts';
import { words, type Writing } from './writing.ts';

/** 2 摘要: what the score says, its range and why, knock-outs and warnings, where the firm stands, the line of a year. */
export function summaryOf(writing: Writing): object {
  const { input } = writing;
  const { rich, percentiles } = input.stored;
  const score = scoreOf(input);
  const forFirm = writing.profile === 'firm';
  const shown = (reasons: readonly Reason[]): object[] =>
    reasons.filter((reason) => !restsOnDark(writing, reason)).map((reason) => reasonOf(writing, reason));
  return {
    published: score.published,
    label: words(labelOf(input.model, score)),
    decision: score.decision,
    // Without a grade the number is an index: it must not pass for a score (发布门槛).
    score: score.grade === null ? null : score.score,
    low: score.low,
    high: score.high,
    coverageBp: score.coverageBp,
    confidence: score.confidence,
    depth: score.depth,
    grade: score.grade,
    gradeRange: score.gradeRange,
    calibrated: input.model.document.calibrated,
    percentiles,
    threeScores: rich.threeScores.map(({ code, zh, en, text }) => ({ code, zh, en, of100: text })),
    maxForAge: rich.maxForAge,
    scoreWithoutQua: rich.scoreWithoutQua,
    adverse: shown(forFirm ? rich.adverseForFirm : rich.adverse),
    favourable: shown(rich.favourable),
    missing: rich.missingFeeds
      .filter(({ feed }) => !writing.isDarkFeed(feed))
      .map(({ code, feed, zh, en, causes }) => ({ code, feed, zh, en, causes })),
    knockOuts: rulesOf(writing, input.scored?.knockOuts, score.knockOuts),
    warnings: rulesOf(writing, input.scored?.warningStates, score.warnings),
    lists: input.lists,
    line: input.history,
    dispute: words(rich.dispute),
  };
}

function restsOnDark(writing: Writing, reason: Reason): boolean {
  const { model } = writing.input;
  return reason.characteristics.some((code) =>
    model.characteristics[model.position.get(code)!]!.document.feeds.some((feed) => writing.isDarkFeed(feed)),
  );
}

const reasonOf = (
  { profile }: Writing,
  { code, zh, en, characteristics, valueText, next, tenths }: Reason,
): object => ({
  code,
  zh,
  en,
  characteristics,
  value: valueText,
  next: next === null ? null : { bin: next.attribute, zh: next.zh, en: next.en },
  ...(profile === 'regulator' ? { tenths } : {}),
});

/** Every rule with its state; of a rule that rests on dark sources only that it is not shown. */
function rulesOf(writing: Writing, states: readonly RuleState[] | undefined, on: readonly string[]): object[] {
  if (states === undefined) return on.map((code) => ({ code, state: 'yes' }));
  return states.map(({ code, zh, en, state, feeds, alsoReads, unknown, evidence }) => {
    if ([...feeds, ...alsoReads].some((feed) => writing.isDarkFeed(feed))) return { code, zh, en, state: 'not-shown' };
    const why: Text | null = unknown === undefined ? null : words(unknown);
    return { code, zh, en, state, why, records: evidence.length };
  });
}
