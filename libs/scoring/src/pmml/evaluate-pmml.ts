import { ProblemError, refused, done, type Outcome } from '#lib/kernel';
import type { PmmlValue } from './fields.ts';
import { rowFault } from './fields.ts';
import { compileScorecard, type PmmlScorecard } from './scorecard.ts';
import { readXml } from './xml.ts';

export interface PmmlPart {
  readonly characteristic: string;
  /** The attribute that matched: its 1-based place. */
  readonly attribute: string;
  readonly points: number;
}

export interface PmmlScore {
  readonly score: number;
  readonly parts: readonly PmmlPart[];
  /** All ranks that exist, the largest difference first. Empty where useReasonCodes is false. */
  readonly reasonCodes: readonly string[];
  /** Output fields by name: null where a rank that Output asks for does not exist. */
  readonly output: Readonly<Record<string, number | string | null>>;
}

/** A row by field name; a field that is absent or null is missing. */
export type PmmlRow = Readonly<Record<string, unknown>>;

/**
 * Reads a PMML 4.x scorecard (UTF-8, at most 4 MiB). Refused with `pmml-too-large`, `pmml-invalid`, or
 * `pmml-unsupported` naming what is not read, each with element and line.
 */
export function readPmml(bytes: Uint8Array): Outcome<PmmlScorecard> {
  return outcomeOf(() => compileScorecard(readXml(bytes)));
}

export function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return done(work());
  } catch (error) {
    if (error instanceof ProblemError) return refused(error.problem);
    throw error;
  }
}

/**
 * Scores one row. The first attribute whose predicate is true gives the points of its characteristic.
 * Throws ProblemError `values-do-not-fit` for a name that the model does not know, `value-outside-model` for a value
 * that the mining schema refuses, for a characteristic of which no attribute matches, and for points that are no
 * number; each names the field or characteristic.
 */
export function evaluatePmml(card: PmmlScorecard, row: PmmlRow): PmmlScore {
  const slots = slotsOf(card, row);
  const { scale } = card;
  const parts: PmmlPart[] = [];
  const differences = new Map<string, number>();
  let sum = scaled(card.initialScore, scale);
  for (const { name, attributes, baselineScore } of card.characteristics) {
    const attribute = attributes.find(({ holds }) => holds(slots) === true);
    if (attribute === undefined) throw rowFault(name, '没有符合的分箱', 'has no attribute that matches');
    const given = typeof attribute.points === 'number' ? attribute.points : attribute.points(slots);
    if (given === undefined) throw rowFault(name, '的得分缺失', 'has a partial score that is missing');
    const own = scaled(given as number, scale);
    sum += own;
    parts.push({ characteristic: name, attribute: attribute.id, points: given as number });
    const below = scaled(baselineScore, scale) - own;
    const code = attribute.reasonCode;
    const difference = card.reasonCodeAlgorithm === 'pointsAbove' ? -below : below;
    differences.set(code, (differences.get(code) ?? 0) + difference);
  }
  const score = sum / scale;
  if (!Number.isFinite(score)) throw rowFault('score', '不是有限数', 'is no finite number');
  const reasonCodes = card.reasonCodeAlgorithm === null ? [] : rank(differences);
  const output = card.outputs.map(({ name, rank: own }) => [
    name,
    own === undefined ? score : (reasonCodes[own - 1] ?? null),
  ]);
  return { score, parts, reasonCodes, output: Object.fromEntries(output) as PmmlScore['output'] };
}

/** A constant becomes a whole number; what an expression gives stays as near as it is. */
const scaled = (points: number, scale: number): number => {
  const product = points * scale;
  const whole = Math.round(product);
  return whole / scale === points ? whole : product;
};

/** Differences are summed by code first; what is 0 or more ranks, the largest first, ties in the order of the model. */
function rank(differences: ReadonlyMap<string, number>): string[] {
  return [...differences]
    .filter(([, difference]) => difference >= 0)
    .sort(([, a], [, b]) => b - a)
    .map(([code]) => code);
}

function slotsOf(card: PmmlScorecard, row: PmmlRow): PmmlValue[] {
  const { fields, unused } = card.inputs;
  let known = 0;
  const slots = fields.map(({ name, prepare }): PmmlValue => {
    if (!Object.hasOwn(row, name)) return prepare(undefined);
    known += 1;
    return prepare(row[name]);
  });
  const given = Object.keys(row);
  if (given.length > known) {
    const names = new Set(card.fields);
    const unknown = given.find((name) => !names.has(name) && !unused.has(name));
    if (unknown !== undefined)
      throw rowFault(unknown, '不是模型的字段', 'is no field of the model', 'values-do-not-fit');
  }
  for (const { run } of card.derived) slots.push(run(slots));
  return slots;
}
