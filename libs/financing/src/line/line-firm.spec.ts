import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { creditHistory } from '#lib/data-sources';
import { packageRoot } from '#lib/platform';
import { evaluate, gradeOf, isCategorical, loadModel } from '#lib/scoring';
import type { CharacteristicValue, CompiledCharacteristic, Measured, Values } from '#lib/scoring';
import { basesOf, lineInput, shipped } from '../../fixtures/line-cases.ts';
import { FirmFile } from '../../fixtures/line-dossier.ts';
import { BASE_CODES } from './line-base.ts';
import { lineFirm } from './line-firm.ts';
import { suggestLine } from './suggested-line.ts';

const loaded = loadModel(
  JSON.parse(readFileSync(path.join(packageRoot(), 'models/startup-potential.v1.json'), 'utf8')) as unknown,
);
if (!loaded.ok) throw new Error(loaded.problem.en);
const model = loaded.value;
const open = FirmFile.new.dossier();
const hiding = FirmFile.new.closed(creditHistory).dossier();
const gradedAt = (grade: string, dossier = open) =>
  lineFirm({ published: grade, grade, confidence: 'M', coverageBp: 9000 }, 'BB', dossier);

it('a firm that hides nothing keeps its published grade, whatever else is missing', () => {
  expect(gradedAt('BBB')).toEqual({
    published: 'BBB',
    grade: 'BBB',
    confidence: 'M',
    coverageBp: 9000,
    legalPerson: true,
  });
});

it('a credit history that is taken back lifts the score over a grade, and the line not', () => {
  expect(gradedAt('BBB', hiding)).toMatchObject({ published: 'BBB', grade: 'BB', byLow: true });
  const { flags } = suggestLine(lineInput({ firm: gradedAt('BBB', hiding) }), shipped);
  expect(flags.map(({ code }) => code)).toEqual(['GRADE_BY_LOW']);
});

it('a firm without a grade gets none by hiding', () => {
  const excluded = { published: 'EXCLUDED', grade: null, confidence: 'H', coverageBp: 9000 } as const;
  expect(lineFirm(excluded, 'BB', hiding)).toMatchObject({ grade: null });
});

/** Of some values the one with the most points: firms of all grades come up. */
const valueOf = (of: CompiledCharacteristic): fc.Arbitrary<CharacteristicValue> => {
  const words = of.document.attributes.flatMap(({ predicate }) => (isCategorical(predicate) ? predicate.in : []));
  const choices: fc.Arbitrary<Measured>[] = words.length > 0 ? [fc.constantFrom(...words)] : [];
  if (of.document.dataType !== 'category') choices.push(fc.integer({ min: 0, max: 2500 }));
  const points = (value: Measured): number => of.partials[of.attributeOf(value)]!;
  return fc
    .array(fc.oneof(...choices), { minLength: 1, maxLength: 4 })
    .map((values) => ({ state: 'VALUE', value: values.reduce((a, b) => (points(b) > points(a) ? b : a)) }));
};
const values: fc.Arbitrary<Values> = fc.tuple(
  ...model.characteristics.map((of) =>
    fc.oneof(
      { weight: 9, arbitrary: valueOf(of) },
      { weight: 1, arbitrary: fc.constant<CharacteristicValue>({ state: 'MISSING', cause: 'NOT_CONNECTED' }) },
    ),
  ),
);
const bases = fc.dictionary(fc.constantFrom(...BASE_CODES), fc.integer({ min: 1, max: 1_200_000_000 }), { maxKeys: 7 });

it('closing sources, whatever rests on them, never raises a line', () => {
  const line = (given: Values, amounts: Readonly<Record<string, number>>, dossier: typeof open): number => {
    const score = evaluate(model, given);
    const firm = lineFirm(score, gradeOf(model, score.low), dossier);
    return suggestLine(lineInput({ firm, bases: basesOf(amounts) }), shipped).amount ?? 0;
  };
  const isHidden = fc.array(fc.boolean(), { minLength: model.characteristics.length + BASE_CODES.length });
  // Who hides, hides what counts for less than nothing known.
  const isBad = (value: CharacteristicValue, i: number): boolean => {
    const of = model.characteristics[i]!;
    return value.state === 'VALUE' && of.partials[of.attributeOf(value.value)]! < of.neutralTenths;
  };
  let some = 0;
  fc.assert(
    fc.property(values, bases, isHidden, (given, amounts, hidden) => {
      const closed = given.map((value, i): CharacteristicValue =>
        hidden[i] && isBad(value, i) ? { state: 'MISSING', cause: 'NOT_AUTHORISED' } : value,
      );
      const left = Object.fromEntries(
        Object.entries(amounts).filter(([code]) => !hidden[given.length + BASE_CODES.indexOf(code as never)]),
      );
      const before = line(given, amounts, open);
      if (before > 0) some += 1;
      expect(line(closed, left, hiding)).toBeLessThanOrEqual(before);
    }),
    { numRuns: process.env['FIRSTMILE_LONG'] ? 5_000 : 300 },
  );
  expect(some).toBeGreaterThan(50);
});
