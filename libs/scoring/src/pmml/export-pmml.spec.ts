import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { goldenScores, goldenValues, startupPotential, startupPotentialJson } from '../../fixtures/golden.ts';
import { PlainScorecard, type PlainRow } from '../../fixtures/plain-pmml.ts';
import type { Values } from '../score.ts';
import { evaluate } from '../scorecard/evaluate.ts';
import { explain } from '../scorecard/explain.ts';
import { loadModel } from '../scorecard/load-model.ts';
import { isCategorical, type CompiledCharacteristic, type Model, type ModelDocument } from '../scorecard/model.ts';
import { MISSING_CAUSES, type CharacteristicValue, type Measured } from '../value.ts';
import { categoryNumbers } from './conditions.ts';
import { evaluatePmml, readPmml } from './evaluate-pmml.ts';
import { exportPmml } from './export-pmml.ts';
import { importPmml } from './import-pmml.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 5000 : 300;
const MODELS = path.join(import.meta.dirname, '../../../../models');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Every model file of the repository, and the shipped one with what it does not use. */
const documents = (): [string, ModelDocument][] => {
  const files = readdirSync(MODELS).filter((name) => /\.v\d+\.json$/.test(name));
  const shipped = files.map((name): [string, ModelDocument] => [
    name,
    JSON.parse(readFileSync(path.join(MODELS, name), 'utf8')) as ModelDocument,
  ]);
  return [...shipped, ['a made-up one', madeUp()]];
};

/** Neutral apart from baseline, points before the first, tenths, quotients, several categories in one bin, odd texts. */
function madeUp(): ModelDocument {
  const json = startupPotentialJson() as { characteristics: Record<string, unknown>[] } & Record<string, unknown>;
  json['initialScoreTenths'] = -37;
  json['en'] = 'Texts with <angles>, "quotes" & more\n\ttwo\rlines 😀';
  const [first] = json.characteristics;
  Object.assign(first!, {
    neutralTenths: 33,
    baselineScoreTenths: 451,
    attributes: [
      { id: 'a', predicate: { op: 'between', lo: '-1/3', hi: '0.7' }, partialScoreTenths: 7 },
      { id: 'b', predicate: { op: 'between', lo: '7/10', loOpen: false, hi: '22/7' }, partialScoreTenths: 8 },
      { id: 'c', predicate: { op: 'between', lo: '22/7', hi: null }, partialScoreTenths: 601 },
    ],
  });
  const words = json.characteristics.find((c) => c['dataType'] === 'category')!;
  words['attributes'] = [
    { id: 'a', predicate: { in: ['NA', 'a "quoted" \\ word'] }, partialScoreTenths: 0, zh: '甲', en: 'a' },
    { id: 'b', predicate: { in: ['_NA'] }, partialScoreTenths: 180, zh: '乙', en: 'b' },
  ];
  return json as unknown as ModelDocument;
}

const modelOf = (document: ModelDocument): Model => {
  const loaded = loadModel(document);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problem));
  return loaded.value;
};

/** What a row sends for a value: absent for MISSING; absent or the dictionary's word for N/A. */
function sent(c: CompiledCharacteristic, value: CharacteristicValue, says: boolean): number | string | undefined {
  if (value.state === 'MISSING' || (value.state === 'NA' && !says)) return undefined;
  if (value.state === 'NA') return c.document.dataType === 'category' ? 'NA' : 'NaN';
  const measured = value.value;
  if (typeof measured === 'string') return categoryNumbers(c.document).get(measured) ?? measured;
  return typeof measured === 'number' ? measured : measured.num / measured.den;
}

const rowOf = (model: Model, values: Values, says: boolean): PlainRow =>
  Object.fromEntries(model.characteristics.map((c, i) => [c.code, sent(c, values[i]!, says)]));

const number = fc.oneof(
  fc.integer({ min: 0, max: 2500 }),
  fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 2, max: 400 })).map(([num, den]) => ({ num, den })),
);
function anyValue({ document }: CompiledCharacteristic): fc.Arbitrary<CharacteristicValue> {
  const words = document.attributes.flatMap(({ predicate }) => (isCategorical(predicate) ? predicate.in : []));
  const choices: fc.Arbitrary<Measured>[] = document.dataType === 'category' ? [] : [number];
  if (words.length > 0) choices.push(fc.constantFrom(...words));
  return fc.oneof(
    { weight: 4, arbitrary: fc.oneof(...choices).map((value) => ({ state: 'VALUE' as const, value })) },
    fc.constantFrom(...MISSING_CAUSES).map((cause) => ({ state: 'MISSING' as const, cause })),
    fc.constant({ state: 'NA' as const }),
  );
}

describe.each(documents())('%s as PMML', (_, document) => {
  const model = modelOf(document);
  const xml = exportPmml(document);
  const read = readPmml(bytes(xml));
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  const pmml = read.value;
  const other = new PlainScorecard(xml);

  it('comes back as the same model', () => {
    const back = importPmml(bytes(xml));
    expect(back.ok ? back.value.document : back.problem).toEqual(document);
    expect(back.ok && back.value.hash).toBe(model.hash);
    expect(exportPmml(document)).toBe(xml);
  });

  it('gives the same score to the tenth as ours, single and in a batch, read by us and by another reader', () => {
    const anyValues = fc.tuple(...model.characteristics.map(anyValue)) as fc.Arbitrary<Values>;
    const sets = fc.sample(anyValues, { numRuns, seed: 20_260_630 });
    const batch = sets.map((values) => evaluate(model, values).scoreTenths);
    // A set with a category called NA cannot also say N/A by that word.
    const says = !document.characteristics.some((c) =>
      c.attributes.some(({ predicate }) => isCategorical(predicate) && predicate.in.includes('NA')),
    );
    for (const [i, values] of sets.entries()) {
      const single = evaluate(model, values);
      const row = rowOf(model, values, says && i % 2 === 0);
      const theirs = other.score(row);
      const ours = evaluatePmml(pmml, row);
      expect([single.scoreTenths, theirs.tenths, ours.score]).toEqual([batch[i], batch[i], batch[i]! / 10]);
      expect(ours.parts.map((part) => Math.round(part.points * 10))).toEqual(
        explain(model, values, single).parts.map((part) => part.partialTenths),
      );
      expect(ours.reasonCodes).toEqual(theirs.reasons.map(([code]) => code));
    }
  });

  it('refuses what the model refuses: a number below the bins, a category that is not there', () => {
    const numeric = model.characteristics.find((c) => c.document.dataType === 'number')!.code;
    const words = model.characteristics.find((c) => c.document.dataType === 'category')!.code;
    for (const row of [{ [numeric]: -1000 }, { [words]: 'elsewhere' }]) {
      expect(() => evaluatePmml(pmml, row)).toThrow(/value-outside-model/);
      expect(() => other.score(row)).toThrow(/not valid/);
    }
  });
});

describe('golden scores through PMML', () => {
  const model = startupPotential();
  const xml = exportPmml(model.document);
  const read = readPmml(bytes(xml));
  const other = new PlainScorecard(xml);
  it.each(goldenScores().map((golden) => [golden.id, golden] as const))('%s', (_, golden) => {
    const values = goldenValues(model, golden);
    const row = rowOf(model, values, true);
    expect(read.ok && evaluatePmml(read.value, row).score).toBe(golden.expected.scoreTenths / 10);
    const theirs = other.score(row);
    expect(theirs.tenths).toBe(golden.expected.scoreTenths);
    // Only what lies above 0 is a reason for us; PMML ranks a difference of 0 behind it.
    const above = theirs.reasons.filter(([, tenths]) => tenths > 0).map(([code, tenths]) => ({ code, tenths }));
    const { adverse } = explain(model, values, evaluate(model, values));
    expect(above.slice(0, adverse.length)).toEqual(adverse.map(({ code, tenths }) => ({ code, tenths })));
  });
});

describe('importPmml', () => {
  const xml = exportPmml(startupPotential().document);
  const imported = (from: string | RegExp, to: string) => {
    const changed = xml.replace(from, to);
    expect(changed).not.toBe(xml);
    return importPmml(bytes(changed));
  };

  it('takes points from PMML’s own words', () => {
    const back = imported('partialScore="30"', 'partialScore="31.5"');
    expect(back.ok && back.value.characteristics[0]!.partials[2]).toBe(315);
  });

  it.each<readonly [string, string | RegExp, string, string, RegExp]>([
    [
      'points of no tenth',
      'partialScore="30"',
      'partialScore="30.05"',
      'pmml-invalid',
      /line \d+, Attribute\[4\]: partialScore="30.05"/,
    ],
    ['points against the direction', 'partialScore="30"', 'partialScore="300"', 'model-invalid', /1 fault/],
    [
      'no Extension',
      /<Extension extender="firstmile" name="model".*\n/,
      '',
      'pmml-invalid',
      /Extension model is missing/,
    ],
    [
      'an Extension that is no JSON',
      'name="model" value="{',
      'name="model" value="{{',
      'pmml-invalid',
      /Extension: its value is no JSON object/,
    ],
    [
      'a bin that its Extension denies',
      'operator="lessThan" value="0.6"',
      'operator="lessThan" value="0.7"',
      'pmml-invalid',
      /does not agree/,
    ],
    [
      'another field',
      /(<Characteristic name="IN02"[\s\S]*?)field="IN02" operator="equal"/,
      '$1field="IN03" operator="equal"',
      'pmml-invalid',
      /must look at field IN02 only/,
    ],
  ])('refuses %s', (_, from, to, code, message) => {
    const back = imported(from, to);
    expect(back.ok ? 'accepted' : back.problem.code).toBe(code);
    expect(back.ok ? '' : back.problem.en).toMatch(message);
  });

  it.each(['5', '{}', '{"in":5}', '{"op":"between","lo":"x","hi":null}', 'null'])(
    'an Extension with the predicate %s is refused, not stumbled over',
    (predicate) => {
      const back = imported(
        /name="attribute" value="\{&quot;id&quot;:&quot;zero&quot;\}"/,
        `name="attribute" value="${`{"id":"zero","predicate":${predicate}}`.replace(/"/g, '&quot;')}"`,
      );
      expect(back.ok ? '' : back.problem.code).toBe('pmml-invalid');
    },
  );

  it('names a character that XML cannot hold', () => {
    const document = { ...startupPotential().document, id: 'a\u0001b' };
    expect(() => exportPmml(document)).toThrow(/U\+0001/);
  });
});
