import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import {
  FIELDS,
  SCHEMA,
  type Parts,
  pmml,
  characteristic,
  attribute,
  holds,
  gives,
  scored,
  refused,
  simple,
  compound,
  set,
  ref,
  num,
  apply,
} from '../../fixtures/made-up-pmml.ts';
import { evaluatePmml, readPmml, type PmmlRow } from './evaluate-pmml.ts';
import type { PmmlScorecard } from './scorecard.ts';

describe('predicates', () => {
  it.each<readonly [string, string, PmmlRow, number]>([
    ['equal', simple('n', 'equal', '5'), { n: 5 }, 1],
    ['equal, of a number in text', simple('n', 'equal', '5.0'), { n: '5' }, 1],
    ['equal, missing', simple('n', 'equal', '5'), {}, 0],
    ['notEqual', simple('t', 'notEqual', 'x'), { t: 'y' }, 1],
    ['notEqual, missing', simple('t', 'notEqual', 'x'), { t: null }, 0],
    ['lessThan at the bound', simple('n', 'lessThan', '5'), { n: 5 }, 0],
    ['lessOrEqual at the bound', simple('n', 'lessOrEqual', '5'), { n: 5 }, 1],
    ['greaterThan at the bound', simple('n', 'greaterThan', '5'), { n: 5 }, 0],
    ['greaterOrEqual at the bound', simple('n', 'greaterOrEqual', '5'), { n: 5 }, 1],
    ['an ordinal below', simple('o', 'lessThan', 'high'), { o: 'mid' }, 1],
    ['an ordinal above, against the alphabet', simple('o', 'greaterThan', 'low'), { o: 'high' }, 1],
    ['isMissing', simple('n', 'isMissing'), {}, 1],
    ['isNotMissing', simple('n', 'isNotMissing'), { n: 0 }, 1],
    ['a boolean', simple('b', 'equal', 'true'), { b: true }, 1],
    ['isIn with blanks and quotes', set('isIn', 'string', 'a "b c" "d\\"e"'.replace(/"/g, '&quot;')), { t: 'd"e' }, 1],
    ['isIn, a word of several', set('isIn', 'string', '"b c" a'), { t: 'b c' }, 1],
    ['isNotIn', set('isNotIn', 'real', '1 2.5'), { n: 3 }, 1],
    ['isNotIn, missing', set('isNotIn', 'real', '1 2.5'), {}, 0],
    ['and, one open', compound('and', '<True/>', simple('n', 'lessThan', '1')), {}, 0],
    ['or, one open and one true', compound('or', simple('n', 'lessThan', '1'), '<True/>'), {}, 1],
    ['xor of three', compound('xor', '<True/>', '<True/>', '<True/>'), {}, 1],
    ['xor of two', compound('xor', '<True/>', '<True/>'), {}, 0],
    ['surrogate passes over what is open', compound('surrogate', simple('n', 'lessThan', '1'), '<True/>'), {}, 1],
    ['surrogate keeps the first answer', compound('surrogate', simple('n', 'lessThan', '1'), '<True/>'), { n: 2 }, 0],
    ['False', '<False/>', {}, 0],
  ])('%s', (_, predicate, row, expected) => {
    expect(scored(holds(predicate), row).score).toBe(expected);
  });

  it('«and» with an open part and a false one is false, so that «xor» over it is closed', () => {
    const open = simple('n', 'lessThan', '1');
    expect(scored(holds(compound('xor', compound('and', open, '<False/>'), '<True/>'))).score).toBe(1);
    expect(scored(holds(compound('xor', open, '<True/>'))).score).toBe(0);
  });

  it('the first attribute that is true gives the points; where none is, the characteristic is named', () => {
    const text = pmml(
      characteristic(attribute(1, simple('n', 'lessThan', '5')), attribute(2, simple('n', 'lessThan', '9'))),
    );
    expect(scored(text, { n: 1 }).parts).toEqual([{ characteristic: 'c', attribute: '1', points: 1 }]);
    expect(scored(text, { n: 7 }).score).toBe(2);
    expect(() => scored(text, { n: 9 })).toThrow(/c has no attribute that matches/);
  });
});

describe('complex partial scores', () => {
  it.each<readonly [string, string, PmmlRow, number]>([
    ['+ and *', apply('+', apply('*', num(0.5), ref('n')), num(11)), { n: 4 }, 13],
    ['-', apply('-', ref('n'), num(10)), { n: 4 }, -6],
    ['/', apply('/', ref('k'), num(4)), { k: 10 }, 2.5],
    ['min over missing', apply('min', ref('n'), ref('k'), num(9)), { k: 3 }, 3],
    ['max', apply('max', ref('n'), num(9)), { n: 10 }, 10],
    ['abs', apply('abs', ref('n')), { n: -2 }, 2],
    ['floor', apply('floor', ref('n')), { n: -1.5 }, -2],
    ['round', apply('round', ref('n')), { n: 2.5 }, 3],
    ['if, then', apply('if', apply('lessThan', ref('n'), num(3)), num(1), num(2)), { n: 2 }, 1],
    ['if, else', apply('if', apply('greaterOrEqual', ref('n'), num(3)), num(1), num(2)), { n: 2 }, 2],
    [
      'if computes only its branch',
      apply('if', apply('equal', ref('n'), num(0)), num(7), apply('/', num(1), ref('n'))),
      { n: 0 },
      7,
    ],
    [
      'equal of texts',
      apply('if', apply('equal', ref('t'), '<Constant dataType="string">5</Constant>'), num(1), num(2)),
      { t: '5' },
      1,
    ],
    [
      'isMissing, not, and',
      apply(
        'if',
        apply('and', apply('isMissing', ref('n')), apply('not', apply('isMissing', ref('k')))),
        num(1),
        num(2),
      ),
      { k: 1 },
      1,
    ],
    ['mapMissingTo of a field', ref('n', ' mapMissingTo="4"'), {}, 4],
    ['mapMissingTo of a function', '<Apply function="+" mapMissingTo="-1">' + ref('n') + num(1) + '</Apply>', {}, -1],
    ['defaultValue', '<Apply function="+" defaultValue="8">' + ref('n') + num(1) + '</Apply>', {}, 8],
    [
      'a division by 0 as missing',
      '<Apply function="/" invalidValueTreatment="asMissing" defaultValue="3">' + num(1) + num(0) + '</Apply>',
      {},
      3,
    ],
  ])('%s', (_, expression, row, expected) => {
    expect(scored(gives(expression), row).score).toBe(expected);
  });

  it('derived fields go through the same expressions, and may stand on one another', () => {
    const derived = (name: string, expression: string): string =>
      `<DerivedField name="${name}" optype="continuous" dataType="double">${expression}</DerivedField>`;
    const parts: Parts = {
      before: `<TransformationDictionary>${derived('twice', apply('*', ref('n'), num(2)))}</TransformationDictionary>`,
      inCard: `<LocalTransformations>${derived('more', apply('+', ref('twice'), num(1)))}</LocalTransformations>`,
    };
    expect(scored(gives(ref('more'), parts), { n: 3 }).score).toBe(7);
    expect(scored(holds(simple('more', 'isMissing'), parts)).score).toBe(1);
    expect(refused(gives(ref('less'), parts)).en).toMatch(/no active or derived field is named less/);
  });

  it('a score that is missing or not finite is refused', () => {
    expect(() => scored(gives(ref('n')))).toThrow(/partial score that is missing/);
    expect(() => scored(gives(apply('/', num(1), num(0))))).toThrow(/no finite number/);
  });
});

it('points of a few decimals add up exactly, where floating point would not', () => {
  const points = [0.01, 0.14];
  const text = pmml(points.map((score) => characteristic(attribute(score, '<True/>'))).join(''), {
    card: 'useReasonCodes="false" initialScore="0"',
  });
  expect(scored(text).score).toBe(0.15);
});

describe('reason codes', () => {
  const three = (...codes: string[]): string =>
    [12, 20, 5]
      .map(
        (points, i) =>
          `<Characteristic name="c${i}" reasonCode="${codes[i]}"${i === 0 ? '' : ' baselineScore="10"'}>${attribute(points, '<True/>')}</Characteristic>`,
      )
      .join('');
  const output = (count: number): string =>
    `<Output><OutputField name="S" feature="predictedValue"/>${Array.from({ length: count }, (_, i) => `<OutputField name="R${i}" feature="reasonCode" rank="${i + 1}"/>`).join('')}</Output>`;

  it.each<readonly [string, string, string[], string[]]>([
    ['pointsBelow: what is 0 or more', 'baselineScore="12"', ['A', 'B', 'C'], ['C', 'A']],
    ['pointsAbove', 'baselineScore="12" reasonCodeAlgorithm="pointsAbove"', ['A', 'B', 'C'], ['B', 'A']],
    ['one code twice: summed before ranking', 'baselineScore="14"', ['A', 'B', 'B'], ['A']],
    ['ties stand in the order of the model', 'baselineScore="17"', ['A', 'B', 'C'], ['A', 'C']],
    ['useReasonCodes false', 'useReasonCodes="false" baselineScore="12"', ['A', 'B', 'C'], []],
  ])('%s', (_, card, codes, expected) => {
    const { reasonCodes, output: fields } = scored(pmml(three(...codes), { card, inCard: output(3) }));
    expect(reasonCodes).toEqual(expected);
    expect(fields).toEqual({ S: 37, R0: expected[0] ?? null, R1: expected[1] ?? null, R2: null });
  });

  it('all that there are where Output asks for none, the attribute’s code before the characteristic’s', () => {
    const text = pmml(
      `<Characteristic reasonCode="C"><Attribute reasonCode="own" partialScore="1"><True/></Attribute></Characteristic>`,
      { card: 'baselineScore="1" initialScore="0.1"' },
    );
    expect(scored(text)).toEqual({
      score: 1.1,
      parts: [{ characteristic: '#1', attribute: '1', points: 1 }],
      reasonCodes: ['own'],
      output: {},
    });
  });

  it('baseline and code are needed where reasons are', () => {
    expect(refused(pmml(three('A', 'B', 'C'), { card: '' })).en).toMatch(/Characteristic: .*baselineScore/);
    expect(refused(pmml(characteristic(attribute(1, '<True/>')), { card: 'baselineScore="1"' })).en).toMatch(
      /Attribute: .*reasonCode/,
    );
  });
});

describe('what the mining schema does with a value', () => {
  const field = (more: string, inside = '', dataType = 'double'): Parts => ({
    fields: `<DataField name="n" optype="continuous" dataType="${dataType}">${inside}</DataField>`,
    schema: `<MiningField name="n" ${more}/>`,
  });
  const value = (parts: Parts, n: unknown): number => scored(gives(ref('n', ' mapMissingTo="-1"'), parts), { n }).score;
  const ZERO_TO_NINE = '<Interval closure="closedOpen" leftMargin="0" rightMargin="9"/>';

  it.each<readonly [string, Parts, unknown, number]>([
    ['asMissing', field('invalidValueTreatment="asMissing"', ZERO_TO_NINE), 9, -1],
    ['inside the interval', field('', ZERO_TO_NINE), 8.9, 8.9],
    ['asIs', field('invalidValueTreatment="asIs"', ZERO_TO_NINE), 10, 10],
    ['asValue', field('invalidValueTreatment="asValue" invalidValueReplacement="4"', ZERO_TO_NINE), 10, 4],
    [
      'asMissing, then replaced',
      field('invalidValueTreatment="asMissing" missingValueReplacement="3"', ZERO_TO_NINE),
      'x',
      3,
    ],
    ['missing, replaced', field('missingValueReplacement="3"'), null, 3],
    ['a value that stands for missing', field('', '<Value value="-999" property="missing"/>'), -999, -1],
    ['an invalid value', field('invalidValueTreatment="asMissing"', '<Value value="7" property="invalid"/>'), 7, -1],
    ['a value that is listed', field('', '<Value value="7"/>'), 7, 7],
    ['an outlier as missing', field('outliers="asMissingValues" lowValue="0" highValue="5"'), 6, -1],
    ['an outlier at the end', field('outliers="asExtremeValues" lowValue="0" highValue="5"'), 6, 5],
  ])('%s', (_, parts, n, expected) => expect(value(parts, n)).toBe(expected));

  it.each<readonly [string, Parts, unknown]>([
    ['returnInvalid', field('', ZERO_TO_NINE), 9],
    ['a fraction for an integer', field('', '', 'integer'), 1.5],
    ['a text for a number', field(''), 'many'],
    ['a list', field(''), [1]],
    ['missing, where that is refused', field('missingValueTreatment="returnInvalid"'), null],
    ['what is no number, as it is', field('invalidValueTreatment="asIs"'), 'x'],
  ])('names the field: %s', (_, parts, n) => expect(() => value(parts, n)).toThrow(/value-outside-model: n /));

  it('a name that the model does not know is refused; targets and unused fields are passed over', () => {
    const parts: Parts = {
      fields: `${FIELDS}<DataField name="y" optype="continuous" dataType="double"/>`,
      schema: `${SCHEMA}<MiningField name="y" usageType="target"/>`,
    };
    expect(scored(holds('<True/>', parts), { y: 1, n: 2 }).score).toBe(1);
    expect(() => scored(holds('<True/>', parts), { yy: 1 })).toThrow(/values-do-not-fit: yy is no field/);
  });
});

const SAMPLES = path.join(import.meta.dirname, '../../../../../shared/data/pmml');
const here = existsSync(SAMPLES);
(here ? describe : describe.skip)(
  `published scorecards${here ? '' : ' (skipped: ../shared/data/pmml is not there)'}`,
  () => {
    const file = (name: string): PmmlScorecard => {
      const card = readPmml(readFileSync(path.join(SAMPLES, name)));
      if (!card.ok) throw new ProblemError(card.problem);
      return card.value;
    };
    it('DMG', () => {
      const row = { department: 'engineering', age: 25, income: 500 };
      expect(evaluatePmml(file('dmg-scorecard-example.xml'), row)).toMatchObject({
        score: 29,
        reasonCodes: ['RC2', 'RC1'],
      });
    });
    it.each<readonly [string, string, number, string[]]>([
      ['classA', 'classB', 25, ['Input1ReasonCode']],
      ['classA', 'classA', -15, ['Input1ReasonCode', 'Input2ReasonCode']],
      ['classB', 'classB', 87, []],
      ['classB', 'classA', 47, ['Input2ReasonCode']],
    ])('KIE %s %s', (input1, input2, score, reasonCodes) => {
      expect(evaluatePmml(file('kie-SimpleScorecardCategorical.pmml'), { input1, input2 })).toMatchObject({
        score,
        reasonCodes,
      });
    });
  },
);
