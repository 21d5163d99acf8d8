import {
  type Parts,
  pmml,
  characteristic,
  attribute,
  holds,
  gives,
  scored,
  refused,
  simple,
  ref,
  num,
  apply,
} from '../../fixtures/made-up-pmml.ts';
import type { PmmlRow } from './evaluate-pmml.ts';

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
