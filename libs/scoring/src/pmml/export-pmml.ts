import { ProblemError } from '#lib/kernel';
import { canonicalJson } from '#lib/data-sources';
import type { AttributeDocument, CharacteristicDocument, ModelDocument } from '../scorecard/model.ts';
import { categoryNumbers, conditionsOf, decimal, predicateOf, type Condition } from './conditions.ts';

/** `extender` of our Extensions; their `name` says what they add, their `value` is JSON. */
export const EXTENDER = 'firstmile';
const SCORE = 'score';

/**
 * A model as PMML 4.4 (docs/pmml.md): the same score to the tenth in any evaluator. One field a characteristic, named by
 * its code; a missing field is MISSING and N/A and gets the neutral points. What PMML has no word for stands in
 * Extensions, so that `importPmml` gives the same model back.
 * Throws ProblemError `pmml-unsupported` for a text that XML cannot hold.
 */
export function exportPmml(model: ModelDocument): string {
  const { characteristics, initialScoreTenths, ...rest } = model;
  const mapped = characteristics.map((c) => new Characteristic(c, model));
  const ranks = Array.from({ length: model.publication.adverseReasons }, (_, i) => i + 1);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">',
    tag('Header', { description: `${model.zh} / ${model.en}`, modelVersion: model.version }, [
      tag('Application', { name: 'Firstmile' }),
    ]),
    tag('DataDictionary', { numberOfFields: mapped.length + 1 }, [
      ...mapped.map((c) => c.dataField()),
      tag('DataField', { name: SCORE, optype: 'continuous', dataType: 'double' }),
    ]),
    tag(
      'Scorecard',
      {
        modelName: model.id,
        functionName: 'regression',
        initialScore: points(initialScoreTenths),
        useReasonCodes: 'true',
        reasonCodeAlgorithm: model.reasonCodeAlgorithm,
        baselineMethod: 'neutral',
      },
      [
        extension('model', rest),
        extension('states', STATES),
        tag('MiningSchema', {}, [
          ...mapped.map(({ c }) => tag('MiningField', { name: c.code, invalidValueTreatment: 'returnInvalid' })),
          tag('MiningField', { name: SCORE, usageType: 'target' }),
        ]),
        tag('Output', {}, [
          tag('OutputField', { name: 'Score', optype: 'continuous', dataType: 'double', feature: 'predictedValue' }),
          ...ranks.map((rank) =>
            tag('OutputField', {
              name: `Reason ${rank}`,
              optype: 'categorical',
              dataType: 'string',
              feature: 'reasonCode',
              rank,
            }),
          ),
        ]),
        tag(
          'Characteristics',
          {},
          mapped.map((c) => c.characteristic()),
        ),
      ],
    ),
    '</PMML>',
  ];
  return `${lines.join('\n')}\n`;
}

const STATES = {
  MISSING: 'the field is absent',
  NA: 'the field is absent, or holds the value that the dictionary lists as missing: NaN, or NA for categories',
  points: 'both get the points of the attribute isMissing; low, high and coverage of the range are not in PMML',
};

/** Tenths as decimals: 15 is 1.5. */
export const points = (tenths: number): string => {
  const text = (Math.abs(tenths) / 10).toFixed(1).replace(/\.0$/, '');
  return tenths < 0 ? `-${text}` : text;
};

class Characteristic {
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly categorical: boolean;

  constructor(
    readonly c: CharacteristicDocument,
    private readonly model: ModelDocument,
  ) {
    this.numbers = categoryNumbers(c);
    this.categorical = c.dataType === 'category';
  }

  /** Outside the bins' line or categories a value is invalid, as it is for us. */
  dataField(): string {
    const { c, numbers } = this;
    const optype = this.categorical ? 'categorical' : 'continuous';
    const values = c.attributes.flatMap(({ predicate, zh }) =>
      'in' in predicate
        ? predicate.in.map((name) => tag('Value', { value: numbers.get(name) ?? name, displayValue: zh ?? name }))
        : [],
    );
    const [first] = c.attributes.flatMap(({ predicate }) => ('in' in predicate ? [] : [predicate]));
    const least = first === undefined ? undefined : decimal(first.op === 'equal' ? first.value : first.lo);
    return tag(
      'DataField',
      { name: c.code, displayName: c.zh, optype, dataType: this.categorical ? 'string' : 'double' },
      [
        // The line from the least number that stands for a category on: between those and the bins no attribute matches.
        ...(least === undefined
          ? []
          : [tag('Interval', { closure: 'closedOpen', leftMargin: Math.min(Number(least), ...numbers.values()) })]),
        ...values,
        tag('Value', { value: this.notApplicable(), property: 'missing' }),
      ],
    );
  }

  private notApplicable(): string {
    if (!this.categorical) return 'NaN';
    const names = this.c.attributes.flatMap(({ predicate }) => ('in' in predicate ? predicate.in : []));
    let text = 'NA';
    while (names.includes(text)) text = `_${text}`;
    return text;
  }

  characteristic(): string {
    const { code, reasonCode, baselineScoreTenths, neutralTenths, attributes, ...rest } = this.c;
    const missing = tag(
      'Attribute',
      // Data that are missing are no reason of the firm's: the code says which feed it is.
      { partialScore: points(neutralTenths), reasonCode: this.missingFeed() },
      [extension('neutral', {}), tag('SimplePredicate', { field: code, operator: 'isMissing' })],
    );
    return tag('Characteristic', { name: code, reasonCode, baselineScore: points(baselineScoreTenths) }, [
      extension('characteristic', rest),
      missing,
      ...attributes.map((attribute) => this.attribute(attribute)),
    ]);
  }

  private missingFeed(): string {
    const [feed] = this.c.feeds;
    return this.model.feeds.find((entry) => entry.feed === feed)!.code;
  }

  private attribute({ predicate, partialScoreTenths, reasonCode, ...rest }: AttributeDocument): string {
    const conditions = conditionsOf(predicate, this.numbers);
    const plain = predicateOf(conditions, this.categorical);
    const kept = plain !== undefined && canonicalJson(plain) === canonicalJson(predicate);
    return tag(
      'Attribute',
      { partialScore: points(partialScoreTenths), ...(reasonCode === undefined ? {} : { reasonCode }) },
      [extension('attribute', kept ? rest : { ...rest, predicate }), this.predicate(conditions)],
    );
  }

  private predicate(conditions: readonly Condition[]): string {
    const field = this.c.code;
    const type = this.categorical ? 'string' : 'real';
    const simple = conditions.map(({ operator, values }) =>
      operator === 'isIn'
        ? tag('SimpleSetPredicate', { field, booleanOperator: 'isIn' }, [
            `<Array type="${type}" n="${values.length}">${escaped(values.map(quoted).join(' '))}</Array>`,
          ])
        : tag('SimplePredicate', { field, operator, value: values[0]! }),
    );
    return simple.length === 1 ? simple[0]! : tag('CompoundPredicate', { booleanOperator: 'and' }, simple);
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

const extension = (name: string, value: object): string =>
  tag('Extension', { extender: EXTENDER, name, value: canonicalJson(value) });

function tag(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] = [],
): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const open = `<${name}${given.join('')}`;
  if (content.length === 0) return `${open}/>`;
  const inside = content.map((line) => line.replace(/^/gm, '  ')).join('\n');
  return `${open}>\n${inside}\n</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escaped(text: string): string {
  const outside = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (outside !== null) {
    const code = `U+${outside[0].codePointAt(0)!.toString(16).padStart(4, '0').toUpperCase()}`;
    throw new ProblemError({
      code: 'pmml-unsupported',
      status: 422,
      zh: `XML 不能容纳字符 ${code}`,
      en: `XML cannot hold the character ${code}`,
    });
  }
  return text.replace(/[&<>"\t\n\r]/g, (c) => ENTITIES[c]!);
}
