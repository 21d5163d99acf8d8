import { ProblemError, divide, ratioBp } from '#lib/kernel';
import type { Feed } from '#lib/data-sources';
import { BIN_MISSING, BIN_NA } from '../score.ts';
import type { Confidence, Decision, Depth, KnockOutState, Score, Values } from '../score.ts';
import { MISSING_CAUSES, type CharacteristicValue, type Fraction, type Measured, type MissingCause } from '../value.ts';
import type { CompiledCharacteristic, Model } from './model.ts';

/** What is known of the firm beside its values. */
export interface EvaluationContext {
  readonly knockOuts?: readonly { readonly code: string; readonly state: KnockOutState }[];
  readonly warnings?: readonly string[];
  /** A knock-out rests on a value under open dispute. */
  readonly hold?: boolean;
  /** USCC class 92/93: kept, never scored in public. */
  readonly notScored?: boolean;
  /** Whether f of a feed is 1; where absent it is read off the values: all values of the feed have f = 1. */
  readonly isFresh?: (feed: Feed) => boolean;
}

const NO_CONTEXT: EvaluationContext = {};

/**
 * Scores ready values, one for each characteristic in the model's order.
 * scoreTenths = Σ partial (VALUE) + Σ neutral (MISSING, N/A); low takes MISSING at 0, high at the maximum; coverage =
 * Σ max·f (VALUE) ÷ Σ max (VALUE and MISSING).
 * Throws ProblemError `values-do-not-fit` for a wrong number of values, and `value-outside-model` for a category that
 * the model does not have, a number outside all bins, or a number that is not exact (use a Fraction).
 */
export function evaluate(model: Model, values: Values, context: EvaluationContext = NO_CONTEXT): Score {
  const { characteristics, document } = model;
  const count = characteristics.length;
  if (values.length !== count) throw doNotFit(values.length, count);
  const bins = new Uint8Array(count);
  const dimensionTenths = [0, 0, 0, 0, 0, 0];
  let partial = 0;
  let missingNeutral = 0;
  let missingMax = 0;
  let otherNeutral = document.initialScoreTenths;
  let knownMax = 0;
  let stale = false;
  let cause: MissingCause | undefined;
  let missingBin = 0;
  for (let i = 0; i < count; i++) {
    const characteristic = characteristics[i]!;
    const value = values[i]!;
    let points = characteristic.neutralTenths;
    if (value.state === 'VALUE') {
      const bin = characteristic.attributeOf(value.value);
      if (bin < 0) throw outsideModel(characteristic, value.value);
      bins[i] = bin;
      points = characteristic.partials[bin]!;
      partial += points;
      knownMax += characteristic.maxTenths;
      if (value.freshness !== undefined && value.freshness.num !== value.freshness.den) stale = true;
    } else if (value.state === 'MISSING') {
      // Values of one feed are missing for one cause: it is looked up once a run of them.
      if (value.cause !== cause) {
        cause = value.cause;
        missingBin = BIN_MISSING + MISSING_CAUSES.indexOf(cause);
      }
      bins[i] = missingBin;
      missingNeutral += points;
      missingMax += characteristic.maxTenths;
    } else {
      bins[i] = BIN_NA;
      otherNeutral += points;
    }
    dimensionTenths[characteristic.dimension]! += points;
  }
  const scoreTenths = partial + missingNeutral + otherNeutral;
  const score = wholePoints(scoreTenths);
  const low = wholePoints(partial + otherNeutral);
  const high = wholePoints(partial + otherNeutral + missingMax);
  const coverage = stale
    ? staleCoverage(characteristics, values, knownMax + missingMax)
    : freshCoverage(knownMax, knownMax + missingMax);

  const knockOuts = yesCodes(context);
  const decision = decide(context, knockOuts.length > 0);
  const gates = document.publication;
  const rated = coverage.floorBp >= gates.referenceFromBp;
  const graded = coverage.floorBp >= gates.gradedFromBp;
  const grade = decision === 'SCORED' && graded ? gradeOf(model, score) : null;
  const reference = decision === 'SCORED' && rated && !graded;
  return {
    scoreTenths,
    score,
    low,
    high,
    coverageBp: coverage.bp,
    confidence: confidenceOf(model, values, coverage.floorBp, context),
    depth: depthOf(model, coverage.floorBp),
    decision,
    published: grade ?? (decision !== 'SCORED' ? decision : reference ? 'REFERENCE' : 'NOT_RATED'),
    grade,
    gradeRange: reference ? [gradeOf(model, low), gradeOf(model, high)] : null,
    dimensionTenths,
    knockOuts,
    warnings: context.warnings ?? NOTHING,
    bins,
  };
}

const NOTHING: readonly string[] = [];

/** Tenths to points, half up. */
export const wholePoints = (tenths: number): number => Math.floor((tenths + 5) / 10);

export function gradeOf(model: Model, score: number): string {
  const cuts = model.document.gradeCuts;
  for (const { grade, from } of cuts) if (score >= from) return grade;
  return cuts.at(-1)!.grade;
}

/** `bp` is rounded half up for show; an exact fraction is ≥ k basis points just when its floor is. */
interface Coverage {
  readonly bp: number;
  readonly floorBp: number;
}

function freshCoverage(known: number, all: number): Coverage {
  if (all === 0) return { bp: 0, floorBp: 0 };
  // All whole numbers far below 2^53, so the quotients' floors are exact.
  return { bp: Math.floor((known * 20_000 + all) / (2 * all)), floorBp: Math.floor((known * 10_000) / all) };
}

/** Values of one feed share their f, so runs of equal f are summed first and BigInt enters once a run. */
function staleCoverage(characteristics: readonly CompiledCharacteristic[], values: Values, all: number): Coverage {
  let num = 0n;
  let den = 1n;
  let run = 0;
  let runFreshness: Fraction | undefined;
  const close = (): void => {
    if (run === 0) return;
    const f = runFreshness ?? FRESH;
    if (f.num === f.den) num += BigInt(run) * den;
    else {
      num = num * BigInt(f.den) + BigInt(run) * BigInt(f.num) * den;
      den *= BigInt(f.den);
    }
    run = 0;
  };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value.state !== 'VALUE') continue;
    if (value.freshness !== runFreshness) close();
    runFreshness = value.freshness;
    run += characteristics[i]!.maxTenths;
  }
  close();
  const whole = BigInt(all) * den;
  return { bp: ratioBp(num, whole), floorBp: Number(divide(num * 10_000n, whole, 'floor')) };
}

const FRESH: Fraction = { num: 1, den: 1 };

function decide(context: EvaluationContext, excluded: boolean): Decision {
  if (context.notScored) return 'NOT_SCORED';
  return excluded ? 'EXCLUDED' : context.hold ? 'ON_HOLD' : 'SCORED';
}

function yesCodes({ knockOuts }: EvaluationContext): readonly string[] {
  let codes: string[] | undefined;
  if (knockOuts !== undefined) for (const k of knockOuts) if (k.state === 'yes') (codes ??= []).push(k.code);
  return codes === undefined ? NOTHING : codes.sort();
}

function depthOf(model: Model, floorBp: number): Depth {
  let depth = 1;
  for (const from of model.document.publication.depthFromBp) if (floorBp >= from) depth += 1;
  return `D${depth}` as Depth;
}

function confidenceOf(model: Model, values: Values, floorBp: number, context: EvaluationContext): Confidence {
  const gates = model.document.publication;
  if (floorBp < gates.mediumConfidenceFromBp) return 'L';
  if (floorBp < gates.highConfidenceFromBp) return 'M';
  const { isFresh } = context;
  const fresh = isFresh ? gates.highConfidenceFeeds.every(isFresh) : freshByValues(model.watched, values);
  return fresh ? 'H' : 'M';
}

/** Each watched feed has a value, and none of its values is stale. */
function freshByValues(watched: Model['watched'], values: Values): boolean {
  for (const positions of watched) {
    let seen = false;
    for (const position of positions) {
      const value = values[position]!;
      if (value.state !== 'VALUE') continue;
      if (value.freshness !== undefined && value.freshness.num !== value.freshness.den) return false;
      seen = true;
    }
    if (!seen) return false;
  }
  return true;
}

/** Brings values named by code into the model's order. Throws ProblemError `values-do-not-fit` naming the code. */
export function valuesOf(model: Model, byCode: Readonly<Record<string, CharacteristicValue>>): Values {
  const unknown = Object.keys(byCode).find((code) => !model.position.has(code));
  if (unknown !== undefined) throw doNotFitCode(unknown, `模型中没有特征 ${unknown}`, `the model has no ${unknown}`);
  return model.characteristics.map(({ code }) => {
    const value = byCode[code];
    if (value === undefined) throw doNotFitCode(code, `缺少特征 ${code}`, `${code} has no value`);
    return value;
  });
}

function doNotFitCode(field: string, zh: string, en: string): ProblemError {
  const code = 'values-do-not-fit';
  return new ProblemError({ code, status: 422, zh, en, errors: [{ code, zh, en, field }] });
}

function doNotFit(given: number, wanted: number): ProblemError {
  const zh = `应有${wanted}个特征值，实有${given}个`;
  return new ProblemError({
    code: 'values-do-not-fit',
    status: 422,
    zh,
    en: `${wanted} values expected, got ${given}`,
  });
}

function outsideModel({ code: field }: CompiledCharacteristic, value: Measured): ProblemError {
  const code = 'value-outside-model';
  const shown = typeof value === 'object' ? `${value.num}/${value.den}` : String(value);
  const zh = `${field} 的值 ${shown} 不在模型的任何分箱内`;
  const en = `no bin of ${field} holds ${shown}`;
  return new ProblemError({ code, status: 422, zh, en, errors: [{ code, zh, en, field }] });
}
