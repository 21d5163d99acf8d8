import { divide } from '#lib/kernel';
import type { Feed } from '#lib/data-sources';
import type { GroupScore, MissingFeed, Part, RichScore, Score, Text, ThreeScore, Values } from '../score.ts';
import type { MissingCause } from '../value.ts';
import { wholePoints } from './evaluate.ts';
import type { Model, UngradedPublication } from './model.ts';
import { reasonsOf } from './reasons.ts';

/** What the rich result needs beside values and score. */
export interface ExplainContext {
  /** Codes that are N/A by the firm's age alone; absent: the establishment date is not known. */
  readonly notApplicableByAge?: ReadonlySet<string>;
}

/**
 * The rich result of a slim score: parts, reasons, the three scores and their groups. Nothing is scored anew: the
 * attributes come from `score.bins`. NOT_RATED carries no reasons.
 */
export function explain(model: Model, values: Values, score: Score, context: ExplainContext = {}): RichScore {
  const parts = partsOf(model, values, score.bins);
  const rated = score.coverageBp >= model.document.publication.referenceFromBp && score.published !== 'NOT_RATED';
  const { adverseReasons, favourableReasons } = model.document.publication;
  const adverse = rated ? reasonsOf(model, parts, 'adverse') : [];
  const known = parts.filter((part) => part.state === 'VALUE');
  return {
    score,
    parts,
    adverse: adverse.slice(0, adverseReasons),
    adverseForFirm: adverse.filter((reason) => reason.actionable).slice(0, adverseReasons),
    favourable: rated ? reasonsOf(model, parts, 'favourable').slice(0, favourableReasons) : [],
    missingFeeds: missingFeeds(model, parts),
    known: { tenths: sum(known, 'partialTenths'), maxTenths: sum(known, 'maxTenths') },
    threeScores: threeScores(model, parts),
    label: labelOf(model, score),
    maxForAge: context.notApplicableByAge ? maxForAge(model, values, score, context.notApplicableByAge) : null,
    scoreWithoutQua: scoreWithoutFeed(model, parts, 'QUA'),
    dispute: model.document.dispute,
  };
}

/** What each characteristic gave, by the attributes of `bins`. */
export function partsOf(model: Model, values: Values, bins: Uint8Array): Part[] {
  return model.characteristics.map((c, i): Part => {
    const value = values[i]!;
    const common = {
      characteristic: c.code,
      state: value.state,
      maxTenths: c.maxTenths,
      neutralTenths: c.neutralTenths,
    };
    if (value.state === 'MISSING') return { ...common, cause: value.cause, partialTenths: c.neutralTenths };
    if (value.state === 'NA') return { ...common, partialTenths: c.neutralTenths };
    const bin = bins[i]!;
    const stale = value.freshness !== undefined && value.freshness.num !== value.freshness.den;
    return {
      ...common,
      value: value.value,
      ...(stale ? { freshness: value.freshness } : {}),
      attribute: c.document.attributes[bin]!.id,
      partialTenths: c.partials[bin]!,
    };
  });
}

const sum = (parts: readonly Part[], field: 'partialTenths' | 'maxTenths'): number =>
  parts.reduce((total, part) => total + part[field], 0);

/** 第 n 档 (AAA–C，未校准) for a grade, else the words of the publication. */
export function labelOf(model: Model, score: Pick<Score, 'grade' | 'published'>): Text {
  const { gradeCuts, publication, calibrated } = model.document;
  if (score.grade === null) return publication.labels[score.published as UngradedPublication];
  const band = gradeCuts.findIndex((cut) => cut.grade === score.grade) + 1;
  const scale = `${gradeCuts[0]!.grade}–${gradeCuts.at(-1)!.grade}`;
  return {
    zh: `第 ${band} 档 (${scale}${calibrated ? '' : '，未校准'})`,
    en: `band ${band} (${scale}${calibrated ? '' : ', uncalibrated'})`,
  };
}

/**
 * The highest score that the firm's age allows: N/A by age at neutral, the age itself (TG08) as it is, all else at its
 * maximum. `byAge` from notApplicableByAge.
 */
export function maxForAge(model: Model, values: Values, score: Score, byAge: ReadonlySet<string>): number {
  let tenths = model.document.initialScoreTenths;
  for (const [i, c] of model.characteristics.entries()) {
    if (byAge.has(c.code)) tenths += c.neutralTenths;
    else if (c.code === 'TG08' && values[i]!.state === 'VALUE') tenths += c.partials[score.bins[i]!]!;
    else tenths += c.maxTenths;
  }
  return wholePoints(tenths);
}

/** The score as if a feed were not available: every characteristic that needs it at neutral. For firms off the lists. */
export function scoreWithoutFeed(model: Model, parts: readonly Part[], feed: Feed): number {
  const tenths = model.characteristics.map((c, i) =>
    c.document.feeds.includes(feed) ? c.neutralTenths : parts[i]!.partialTenths,
  );
  return wholePoints(tenths.reduce((total, points) => total + points, model.document.initialScoreTenths));
}

/** Causes that lie in the record or the tables, not in the feed: there «data not available» would be untrue. */
const NOT_OF_THE_FEED: readonly MissingCause[] = ['NOT_STATED', 'NO_TABLE'];

function missingFeeds(model: Model, parts: readonly Part[]): MissingFeed[] {
  const feedsOf = (i: number): readonly Feed[] => model.characteristics[i]!.document.feeds;
  const available = new Set(parts.flatMap((part, i) => (part.state === 'VALUE' ? feedsOf(i) : [])));
  const found: MissingFeed[] = [];
  for (const { feed, code, zh, en } of model.document.feeds) {
    const behind = parts.filter((part, i) => {
      if (part.state !== 'MISSING' || NOT_OF_THE_FEED.includes(part.cause!)) return false;
      if (!feedsOf(i).includes(feed)) return false;
      // A characteristic of two feeds, one of which speaks elsewhere, misses the other one.
      return !available.has(feed) || feedsOf(i).every((other) => available.has(other));
    });
    if (behind.length === 0) continue;
    found.push({
      code,
      feed,
      zh,
      en,
      causes: [...new Set(behind.map((part) => part.cause!))],
      characteristics: behind.map((part) => part.characteristic),
      couldAddTenths: behind.reduce((total, part) => total + part.maxTenths - part.neutralTenths, 0),
    });
  }
  return found.sort((a, b) => b.couldAddTenths - a.couldAddTenths);
}

function threeScores(model: Model, parts: readonly Part[]): ThreeScore[] {
  return model.document.scores.map(({ code, zh, en }) => {
    const groups = model.document.groups
      .filter((group) => group.score === code)
      .map((group): GroupScore => {
        const own = parts.filter((_, i) => model.characteristics[i]!.document.group === group.code);
        const { code: groupCode, zh: groupZh, en: groupEn } = group;
        const [tenths, maxTenths] = [sum(own, 'partialTenths'), sum(own, 'maxTenths')];
        return { code: groupCode, zh: groupZh, en: groupEn, tenths, maxTenths };
      });
    const tenths = groups.reduce((total, group) => total + group.tenths, 0);
    const maxTenths = groups.reduce((total, group) => total + group.maxTenths, 0);
    const permille = maxTenths === 0 ? 0 : Number(divide(BigInt(tenths) * 1000n, BigInt(maxTenths), 'half-up'));
    const text = `${Math.floor(permille / 10)}.${permille % 10}`;
    return { code, zh, en, tenths, maxTenths, permille, text, groups };
  });
}
