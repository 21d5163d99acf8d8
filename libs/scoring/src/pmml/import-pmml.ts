import { refused, type Outcome } from '#lib/kernel';
import { canonicalJson } from '#lib/data-sources';
import { parseExact } from '../scorecard/exact.ts';
import { loadModel } from '../scorecard/load-model.ts';
import type { AttributeDocument, CharacteristicDocument, Model, ModelDocument } from '../scorecard/model.ts';
import { categoryNumbers, conditionsIn, conditionsOf, isReadable, predicateOf } from './conditions.ts';
import { outcomeOf } from './evaluate-pmml.ts';
import { EXTENDER } from './export-pmml.ts';
import { PREDICATES } from './predicates.ts';
import { invalid, shown } from './refusal.ts';
import { childOf, compileScorecard, scorecardIn } from './scorecard.ts';
import { readXml, type XmlElement } from './xml.ts';

/**
 * A PMML file that `exportPmml` wrote, as the model it came from: points, predicates, baselines and reason codes from
 * PMML's own words, all else from our Extensions. Refused with `pmml-invalid` where the two disagree or an Extension is
 * missing, as it is in scorecards of others (`readPmml` reads those), and with `model-invalid` by the model's own checks.
 */
export function importPmml(bytes: Uint8Array): Outcome<Model> {
  const read = outcomeOf(() => {
    const root = readXml(bytes);
    compileScorecard(root);
    return documentIn(scorecardIn(root));
  });
  return read.ok ? loadModel(read.value) : refused(read.problem);
}

function documentIn(card: XmlElement): ModelDocument {
  const rest = extensionOf(card, 'model') as Omit<ModelDocument, 'characteristics' | 'initialScoreTenths'>;
  return {
    ...rest,
    initialScoreTenths: tenths(card, 'initialScore'),
    characteristics: childOf(card, 'Characteristics').all('Characteristic').map(characteristicIn),
  };
}

function characteristicIn(element: XmlElement): CharacteristicDocument {
  const rest = extensionOf(element, 'characteristic') as Pick<CharacteristicDocument, 'dataType'>;
  const code = element.required('name');
  const [missing, ...others] = element.all('Attribute');
  extensionOf(missing!, 'neutral');
  if (conditionsIn(predicateElement(missing!), code)[0]?.operator !== 'isMissing')
    throw invalid(missing!, '首个分箱应为 isMissing', 'the first attribute must be isMissing');
  const read = others.map((attribute) => new ReadAttribute(attribute, code, rest.dataType === 'category'));
  // Numbers that stand for categories follow from all attributes together.
  const numbers = categoryNumbers({ dataType: rest.dataType, attributes: read.map(({ document }) => document) });
  for (const attribute of read) attribute.check(numbers);
  return {
    ...rest,
    code,
    reasonCode: element.required('reasonCode'),
    baselineScoreTenths: tenths(element, 'baselineScore'),
    neutralTenths: tenths(missing!, 'partialScore'),
    attributes: read.map(({ document }) => document),
  } as unknown as CharacteristicDocument; // whether it is whole, loadModel says
}

class ReadAttribute {
  readonly document: AttributeDocument;
  private readonly conditions: ReturnType<typeof conditionsIn>;
  private readonly predicate: XmlElement;

  constructor(element: XmlElement, code: string, categorical: boolean) {
    this.predicate = predicateElement(element);
    this.conditions = conditionsIn(this.predicate, code);
    const rest = extensionOf(element, 'attribute') as Pick<AttributeDocument, 'id'> & { predicate?: unknown };
    const predicate = rest.predicate === undefined ? predicateOf(this.conditions, categorical) : rest.predicate;
    if (!isReadable(predicate)) throw invalid(this.predicate, '不是分箱', 'is no bin of a model of ours');
    const reasonCode = element.attribute('reasonCode');
    this.document = {
      ...rest,
      predicate,
      partialScoreTenths: tenths(element, 'partialScore'),
      ...(reasonCode === undefined ? {} : { reasonCode }),
    };
  }

  /** What the Extension says must be what PMML says. */
  check(numbers: ReadonlyMap<string, number>): void {
    if (canonicalJson(conditionsOf(this.document.predicate, numbers)) !== canonicalJson(this.conditions))
      throw invalid(this.predicate, '与 Extension 中的分箱不一致', 'does not agree with the bin in the Extension');
  }
}

const predicateElement = (attribute: XmlElement): XmlElement =>
  attribute.content.find((child) => PREDICATES.includes(child.name))!;

function extensionOf(element: XmlElement, name: string): object {
  const own = element
    .all('Extension')
    .find((child) => child.attribute('extender') === EXTENDER && child.attribute('name') === name);
  if (own === undefined)
    throw invalid(
      element,
      `缺少 Extension ${name}：不是本系统导出的模型`,
      `the Extension ${name} is missing: no model that Firstmile exported`,
    );
  try {
    const value: unknown = JSON.parse(own.required('value'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid(own, 'value 不是 JSON 对象', 'its value is no JSON object');
}

/** Points as whole tenths. */
function tenths(element: XmlElement, name: string): number {
  const text = element.required(name);
  const exact = parseExact(text);
  const value = exact === undefined ? NaN : typeof exact === 'number' ? exact * 10 : (exact.num * 10) / exact.den;
  if (!Number.isSafeInteger(value))
    throw invalid(
      element,
      `${name}="${shown(text)}" 不是十分之一的整数倍`,
      `${name}="${shown(text)}" is no whole number of tenths`,
    );
  return value;
}
