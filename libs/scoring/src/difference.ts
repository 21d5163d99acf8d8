import { ProblemError } from '#lib/kernel';
import type { RecordRef } from '#lib/data-sources';
import type { Evidence, Part, RichScore, Score, Values } from './score.ts';
import { evaluate } from './scorecard/evaluate.ts';
import { partsOf } from './scorecard/explain.ts';
import type { Model } from './scorecard/model.ts';
import type { CharacteristicValue } from './value.ts';

/** One of the two scores that are compared. */
export interface DifferenceSide {
  readonly model: Model;
  readonly rich: Pick<RichScore, 'score' | 'parts'>;
  /** Where both sides have it, the records that came and went are named. */
  readonly evidence?: readonly Evidence[];
}

/** What one characteristic contributes to the change of a score. Tenths of points; data + model = all. */
export interface DifferencePart {
  readonly characteristic: string;
  readonly tenths: number;
  /** What the firm's data changed, under the older model. */
  readonly dataTenths: number;
  /** What the change of the model changed, for the data of the newer model's side. */
  readonly modelTenths: number;
  /** Null: the model of that side has no such characteristic. */
  readonly before: Part | null;
  readonly after: Part | null;
  /** Records that the value rests on, on one side only. Null: evidence was not given for both sides. */
  readonly records: { readonly came: readonly RecordRef[]; readonly went: readonly RecordRef[] } | null;
}

export interface Changed<T> {
  readonly before: T;
  readonly after: T;
}

export interface Codes {
  readonly came: readonly string[];
  readonly went: readonly string[];
}

/** Figures of a score beside its parts, in the order in which they are shown. */
export const COMPARED_FIGURES = [
  'score',
  'low',
  'high',
  'coverageBp',
  'confidence',
  'depth',
  'decision',
  'published',
  'grade',
] as const;
export type ComparedFigure = (typeof COMPARED_FIGURES)[number];

/** Why the score of a firm is another one (评分变动). Only what differs is in it. */
export interface ScoreDifference {
  /** Σ dataTenths + Σ modelTenths + initialTenths, exactly. */
  readonly tenths: number;
  readonly dataTenths: number;
  readonly modelTenths: number;
  /** Initial scores of the two models; part of modelTenths. */
  readonly initialTenths: number;
  /** The largest first, then in the order of the older model. */
  readonly parts: readonly DifferencePart[];
  readonly figures: { readonly [F in ComparedFigure]?: Changed<Score[F]> };
  readonly knockOuts: Codes;
  readonly warnings: Codes;
}

/**
 * Why `after` differs from `before`: two days, two states of knowledge or two models. Where data and model both differ
 * the step between is the newer model's data under the older model, whichever side that is: so the way back is the way
 * there, and differenceOf(b, a) is the negative of differenceOf(a, b). The model with the earlier validFrom is the older.
 *
 * `bridge`: the values of the newer model's side in the order of the older model; read off that side where left out.
 * Throws ProblemError `difference-needs-values` when the newer model lacks a characteristic and no bridge is given.
 */
export function differenceOf(before: DifferenceSide, after: DifferenceSide, bridge?: Values): ScoreDifference {
  const forward = !isOlderModel(after.model, before.model);
  const [older, newer] = forward ? [before, after] : [after, before];
  const oneModel = older.model.hash === newer.model.hash;
  const between = oneModel ? newer.rich.parts : bridged(older.model, newer, bridge);
  const sign = forward ? 1 : -1;
  const codes = [...new Set([...codesOf(older.model), ...codesOf(newer.model)])];
  const [olderParts, betweenParts, newerParts] = [older.rich.parts, between, newer.rich.parts].map(byCode);
  const [recordsBefore, recordsAfter] = [recordsOf(before), recordsOf(after)];
  const parts: DifferencePart[] = [];
  for (const characteristic of codes) {
    const own = olderParts!.get(characteristic) ?? null;
    const other = newerParts!.get(characteristic) ?? null;
    const step = betweenParts!.get(characteristic);
    // + 0 turns −0 into 0
    const dataTenths = sign * ((step?.partialTenths ?? 0) - (own?.partialTenths ?? 0)) + 0;
    const modelTenths = oneModel ? 0 : sign * ((other?.partialTenths ?? 0) - (step?.partialTenths ?? 0)) + 0;
    const records =
      recordsBefore && recordsAfter
        ? cameAndWent(recordsBefore.get(characteristic) ?? [], recordsAfter.get(characteristic) ?? [])
        : null;
    if (same(own, other) && !records?.came.length && !records?.went.length) continue;
    const [from, to] = forward ? [own, other] : [other, own];
    const tenths = dataTenths + modelTenths;
    parts.push({ characteristic, tenths, dataTenths, modelTenths, before: from, after: to, records });
  }
  parts.sort((a, b) => Math.abs(b.tenths) - Math.abs(a.tenths));
  const total = (field: 'dataTenths' | 'modelTenths'): number => parts.reduce((sum, part) => sum + part[field], 0);
  const initialTenths = after.model.document.initialScoreTenths - before.model.document.initialScoreTenths;
  const [dataTenths, modelTenths] = [total('dataTenths'), total('modelTenths') + initialTenths];
  return {
    tenths: dataTenths + modelTenths,
    dataTenths,
    modelTenths,
    initialTenths,
    parts,
    figures: figuresOf(before.rich.score, after.rich.score),
    knockOuts: codesThatMoved(before.rich.score.knockOuts, after.rich.score.knockOuts),
    warnings: codesThatMoved(before.rich.score.warnings, after.rich.score.warnings),
  };
}

/** A total order of models, so that two models of one day have an older one too. */
export function isOlderModel(a: Model, b: Model): boolean {
  const [x, y] = [a.document.validFrom, b.document.validFrom];
  return x === y ? a.hash < b.hash : x < y;
}

const codesOf = (model: Model): readonly string[] => model.characteristics.map(({ code }) => code);
const byCode = (parts: readonly Part[]): ReadonlyMap<string, Part> =>
  new Map(parts.map((part) => [part.characteristic, part]));

/** The data of the newer model's side under the older model. */
function bridged(older: Model, newer: DifferenceSide, bridge: Values | undefined): readonly Part[] {
  const values = bridge ?? valuesFrom(older, byCode(newer.rich.parts));
  return partsOf(older, values, evaluate(older, values).bins);
}

function valuesFrom(model: Model, parts: ReadonlyMap<string, Part>): Values {
  return model.characteristics.map(({ code: field }): CharacteristicValue => {
    const part = parts.get(field);
    if (part === undefined) {
      const code = 'difference-needs-values';
      const zh = `新模型没有特征 ${field}，须另给其值`;
      const en = `the newer model has no ${field}: its value must be given`;
      throw new ProblemError({ code, status: 422, zh, en, errors: [{ code, zh, en, field }] });
    }
    if (part.state === 'NA') return { state: 'NA' };
    if (part.state === 'MISSING') return { state: 'MISSING', cause: part.cause! };
    const { freshness } = part;
    return { state: 'VALUE', value: part.value!, ...(freshness === undefined ? {} : { freshness }) };
  });
}

/** Parts are plain data with their members always in one order. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const recordsOf = ({ evidence }: DifferenceSide): ReadonlyMap<string, readonly RecordRef[]> | undefined =>
  evidence && new Map(evidence.map(({ characteristic, records }) => [characteristic, records]));

/** A corrected record is another version: its old one went and its new one came. */
const versionOf = ({ source, recordKey, knownFrom, deliveryId, rowNo }: RecordRef): string =>
  JSON.stringify([source, recordKey, knownFrom, deliveryId, rowNo]);

function cameAndWent(before: readonly RecordRef[], after: readonly RecordRef[]): DifferencePart['records'] {
  const [had, has] = [before, after].map((refs) => new Set(refs.map(versionOf)));
  return {
    came: after.filter((ref) => !had!.has(versionOf(ref))),
    went: before.filter((ref) => !has!.has(versionOf(ref))),
  };
}

function figuresOf(before: Score, after: Score): ScoreDifference['figures'] {
  const changed = COMPARED_FIGURES.filter((figure) => before[figure] !== after[figure]);
  return Object.fromEntries(changed.map((figure) => [figure, { before: before[figure], after: after[figure] }]));
}

const codesThatMoved = (before: readonly string[], after: readonly string[]): Codes => ({
  came: after.filter((code) => !before.includes(code)),
  went: before.filter((code) => !after.includes(code)),
});
