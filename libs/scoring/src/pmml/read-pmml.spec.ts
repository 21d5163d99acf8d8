import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError, type Problem } from '#lib/kernel';
import { evaluatePmml, readPmml, type PmmlRow, type PmmlScore } from './evaluate-pmml.ts';
import type { PmmlScorecard } from './scorecard.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const FIELDS = `<DataField name="n" optype="continuous" dataType="double"/>
<DataField name="k" optype="continuous" dataType="integer"/>
<DataField name="t" optype="categorical" dataType="string"/>
<DataField name="o" optype="ordinal" dataType="string"><Value value="low"/><Value value="mid"/><Value value="high"/></DataField>
<DataField name="b" optype="categorical" dataType="boolean"/>`;
const SCHEMA = ['n', 'k', 't', 'o', 'b'].map((name) => `<MiningField name="${name}"/>`).join('');

interface Parts {
  readonly fields?: string;
  readonly schema?: string;
  readonly card?: string;
  readonly before?: string;
  readonly inCard?: string;
}

/** A made-up scorecard around these characteristics. */
const pmml = (characteristics: string, parts: Parts = {}): string => `<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
<DataDictionary>${parts.fields ?? FIELDS}</DataDictionary>${parts.before ?? ''}
<Scorecard functionName="regression" ${parts.card ?? 'useReasonCodes="false"'}>
<MiningSchema>${parts.schema ?? SCHEMA}</MiningSchema>${parts.inCard ?? ''}
<Characteristics>
${characteristics}
</Characteristics></Scorecard></PMML>`;

const characteristic = (...attributes: string[]): string =>
  `<Characteristic name="c">${attributes.join('')}</Characteristic>`;
const attribute = (score: number, predicate: string): string =>
  `<Attribute partialScore="${score}">${predicate}</Attribute>`;
/** 1 where the predicate is true, 0 where it is false or open. */
const holds = (predicate: string, parts?: Parts): string =>
  pmml(characteristic(attribute(1, predicate), attribute(0, '<True/>')), parts);
/** The points of an expression. */
const gives = (expression: string, parts?: Parts): string =>
  pmml(characteristic(`<Attribute><True/><ComplexPartialScore>${expression}</ComplexPartialScore></Attribute>`), parts);

function read(text: string): PmmlScorecard {
  const card = readPmml(bytes(text));
  if (!card.ok) throw new ProblemError(card.problem);
  return card.value;
}
const scored = (text: string, row: PmmlRow = {}): PmmlScore => evaluatePmml(read(text), row);

function refused(given: string | Uint8Array): Problem {
  const card = readPmml(typeof given === 'string' ? bytes(given) : given);
  if (card.ok) throw new Error('accepted');
  return card.problem;
}

const simple = (field: string, operator: string, value?: string): string =>
  `<SimplePredicate field="${field}" operator="${operator}"${value === undefined ? '' : ` value="${value}"`}/>`;
const compound = (operator: string, ...parts: string[]): string =>
  `<CompoundPredicate booleanOperator="${operator}">${parts.join('')}</CompoundPredicate>`;
const set = (operator: string, type: string, items: string): string =>
  `<SimpleSetPredicate field="${type === 'string' ? 't' : 'n'}" booleanOperator="${operator}"><Array type="${type}">${items}</Array></SimpleSetPredicate>`;

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

const ref = (field: string, more = ''): string => `<FieldRef field="${field}"${more}/>`;
const num = (value: number): string => `<Constant>${value}</Constant>`;
const apply = (name: string, ...parts: string[]): string => `<Apply function="${name}">${parts.join('')}</Apply>`;

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

  it.each<readonly [string, string, string[], (string | null)[]]>([
    ['pointsBelow: what is 0 or more', 'baselineScore="12"', ['A', 'B', 'C'], ['C', 'A', null]],
    ['pointsAbove', 'baselineScore="12" reasonCodeAlgorithm="pointsAbove"', ['A', 'B', 'C'], ['B', 'A', null]],
    ['one code twice: summed before ranking', 'baselineScore="14"', ['A', 'B', 'B'], ['A', null, null]],
    ['ties stand in the order of the model', 'baselineScore="17"', ['A', 'B', 'C'], ['A', 'C', null]],
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

describe('what is refused, with element and line', () => {
  const tree = holds('<True/>').replaceAll('Scorecard', 'TreeModel');
  it.each<readonly [string, string, string, RegExp]>([
    ['another model type', tree, 'pmml-unsupported', /line 8, TreeModel: PMML\/TreeModel is not supported/],
    [
      'another function',
      gives(apply('exp', num(1))),
      'pmml-unsupported',
      /line 11, Apply: function="exp" is not supported/,
    ],
    ['another expression', gives('<NormContinuous field="n"/>'), 'pmml-unsupported', /NormContinuous/],
    [
      'functions of one’s own',
      holds('<True/>', { before: '<TransformationDictionary><DefineFunction/></TransformationDictionary>' }),
      'pmml-unsupported',
      /DefineFunction/,
    ],
    ['targets', holds('<True/>', { inCard: '<Targets/>' }), 'pmml-unsupported', /Scorecard\/Targets/],
    [
      'another output',
      holds('<True/>', { inCard: '<Output><OutputField name="x" feature="decision"/></Output>' }),
      'pmml-unsupported',
      /feature="decision"/,
    ],
    [
      'dates',
      holds('<True/>', {
        fields: '<DataField name="n" optype="continuous" dataType="date"/>',
        schema: '<MiningField name="n"/>',
      }),
      'pmml-unsupported',
      /dataType="date"/,
    ],
    ['another operator', holds(simple('n', 'like', '1')), 'pmml-unsupported', /operator="like"/],
    [
      'a field that is not there',
      holds(simple('zz', 'equal', '1')),
      'pmml-invalid',
      /line 11, SimplePredicate: no active or derived field is named zz/,
    ],
    ['a bound that is no number', holds(simple('n', 'equal', 'one')), 'pmml-invalid', /value="one" is not a number/],
    ['an order of what has none', holds(simple('t', 'lessThan', 'b')), 'pmml-invalid', /have no order/],
    ['types that do not fit', gives(apply('+', ref('t'), num(1))), 'pmml-invalid', /function \+ is text, not number/],
    ['too few arguments', gives(apply('+', num(1))), 'pmml-invalid', /does not take 1 arguments/],
    [
      'an Array of another length',
      holds(
        '<SimpleSetPredicate field="t" booleanOperator="isIn"><Array n="3" type="string">a b</Array></SimpleSetPredicate>',
      ),
      'pmml-invalid',
      /3 items announced, 2 found/,
    ],
    ['no points', pmml(characteristic('<Attribute><True/></Attribute>')), 'pmml-invalid', /neither partialScore nor/],
    [
      'points that are no number',
      pmml(characteristic('<Attribute partialScore="much"><True/></Attribute>')),
      'pmml-invalid',
      /line 11, Attribute: partialScore="much"/,
    ],
    ['no predicate', pmml(characteristic('<Attribute partialScore="1"/>')), 'pmml-invalid', /predicate is missing/],
    ['no characteristics', pmml(''), 'pmml-invalid', /holds no Characteristic/],
    ['a schema without its dictionary', holds('<True/>', { fields: '' }), 'pmml-invalid', /no DataField is named n/],
    ['something else than PMML', '<html/>', 'pmml-invalid', /line 1, html: the root element is not PMML/],
    [
      'an element of another namespace',
      holds('<True/>', { inCard: '<x:Output xmlns:x="urn:x"/>' }),
      'pmml-unsupported',
      /urn:x/,
    ],
  ])('%s', (_, text, code, message) => {
    const problem = refused(text);
    expect([problem.code, problem.status]).toEqual([code, 422]);
    expect(problem.en).toMatch(message);
    expect(problem.extra).toEqual({ line: expect.any(Number) });
    expect(problem.errors![0]!.pointer).toMatch(/^\//);
  });

  it('the pointer leads to the element', () => {
    const problem = refused(
      pmml(`${characteristic(attribute(1, '<True/>'))}\n${characteristic(attribute(1, '<True/>'), '<Attribute/>')}`),
    );
    expect(problem.errors![0]!.pointer).toBe('/PMML/Scorecard/Characteristics/Characteristic[2]/Attribute[2]');
    expect(problem.extra).toEqual({ line: 12 });
  });
});

describe('hostile files', () => {
  const laughs = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "&l${i};&l${i};&l${i};&l${i};">`).join('');
  it.each<readonly [string, string | Uint8Array, string, RegExp]>([
    [
      'entities that multiply',
      `<!DOCTYPE PMML [<!ENTITY l0 "ha">${laughs}]><PMML>&l30;</PMML>`,
      'pmml-invalid',
      /DOCTYPE is not accepted/,
    ],
    [
      'an outside entity',
      '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/hostname">]><PMML>&x;</PMML>',
      'pmml-invalid',
      /DOCTYPE/,
    ],
    ['an entity of nobody', holds('<True/>').replace('<Header/>', '<Header>&x;</Header>'), 'pmml-invalid', /line 2/],
    [
      'a tag that is not closed',
      holds('<True/>').replace('</Scorecard>', ''),
      'pmml-invalid',
      /line 12, PMML: unexpected close tag/,
    ],
    ['an end that does not come', holds('<True/>').slice(0, 400), 'pmml-invalid', /line \d+/],
    ['nothing', '', 'pmml-invalid', /line 1/],
    ['blanks', ' \n ', 'pmml-invalid', /line 2/],
    ['bytes that are no UTF-8', Uint8Array.of(0x3c, 0xff, 0xfe), 'pmml-invalid', /not UTF-8/],
    ['another encoding', holds('<True/>').replace('UTF-8', 'GBK'), 'pmml-unsupported', /GBK/],
    ['depth without end', `<PMML>${'<a>'.repeat(100_000)}`, 'pmml-too-large', /deeper than 100/],
    ['depth inside an Extension', `<PMML><Extension>${'<a>'.repeat(100_000)}`, 'pmml-too-large', /deeper than 100/],
    ['elements without end', `<PMML>${'<a/>'.repeat(100_001)}</PMML>`, 'pmml-too-large', /more than 100000 elements/],
    ['more bytes than are read', new Uint8Array(4 * 1024 * 1024 + 1), 'pmml-too-large', /more than 4194304 bytes/],
  ])('%s', (_, given, code, message) => {
    const problem = refused(given);
    expect(problem.code).toBe(code);
    expect(problem.en).toMatch(message);
    expect(problem.en.length).toBeLessThan(400);
  });

  it('a byte order mark is read', () => {
    expect(scored(`\uFEFF${holds('<True/>')}`).score).toBe(1);
  });

  it('names such as __proto__ are names like others', () => {
    const parts: Parts = {
      fields: '<DataField name="__proto__" optype="continuous" dataType="double"/>',
      schema: '<MiningField name="__proto__"/>',
    };
    const row = JSON.parse('{"__proto__": 5}') as PmmlRow;
    expect(scored(gives(ref('__proto__'), parts), row).score).toBe(5);
    expect(() => scored(gives(ref('__proto__'), parts), {})).toThrow(/missing/);
    expect(refused(gives(apply('constructor', num(1)))).code).toBe('pmml-unsupported');
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
        reasonCodes: ['RC2', 'RC1', null],
      });
    });
    it.each<readonly [string, string, number, (string | null)[]]>([
      ['classA', 'classB', 25, ['Input1ReasonCode', null]],
      ['classA', 'classA', -15, ['Input1ReasonCode', 'Input2ReasonCode']],
      ['classB', 'classB', 87, [null, null]],
      ['classB', 'classA', 47, ['Input2ReasonCode', null]],
    ])('KIE %s %s', (input1, input2, score, reasonCodes) => {
      expect(evaluatePmml(file('kie-SimpleScorecardCategorical.pmml'), { input1, input2 })).toMatchObject({
        score,
        reasonCodes,
      });
    });
  },
);
