import { compileExpression, derivedField, EXPRESSIONS, type DerivedField, type Expression } from './expressions.ts';
import { inputFields, type Field, type InputFields } from './fields.ts';
import { compilePredicate, PREDICATES, type Predicate } from './predicates.ts';
import { invalid, shown, unsupported } from './refusal.ts';
import { numberIn, type XmlElement } from './xml.ts';

export interface PmmlAttribute {
  /** 1-based place within its characteristic, as text. */
  readonly id: string;
  readonly holds: Predicate;
  /** Points; an expression for a ComplexPartialScore, which goes before a partialScore. */
  readonly points: number | Expression['run'];
  readonly reasonCode: string;
}

export interface PmmlCharacteristic {
  /** The name, or `#n` where it has none. */
  readonly name: string;
  readonly baselineScore: number;
  readonly attributes: readonly PmmlAttribute[];
}

export interface PmmlOutput {
  readonly name: string;
  /** undefined: the score. */
  readonly rank: number | undefined;
}

/** A scorecard of any origin, checked and compiled. */
export interface PmmlScorecard {
  readonly modelName: string | null;
  /** Names of the active fields, as a row gives them. */
  readonly fields: readonly string[];
  readonly inputs: InputFields;
  readonly derived: readonly DerivedField[];
  readonly initialScore: number;
  /** null: useReasonCodes is false. */
  readonly reasonCodeAlgorithm: 'pointsBelow' | 'pointsAbove' | null;
  readonly characteristics: readonly PmmlCharacteristic[];
  readonly outputs: readonly PmmlOutput[];
  /** Constants are whole multiples of 1 ÷ scale, so their sums are exact; 1 where they are not. */
  readonly scale: number;
}

/** The only scorecard of a document. Throws ProblemError `pmml-unsupported` naming any other model. */
export function scorecardIn(root: XmlElement): XmlElement {
  if (root.name !== 'PMML') throw invalid(root, '根元素不是 PMML', 'the root element is not PMML');
  root.allow('Header', 'MiningBuildTask', 'DataDictionary', 'TransformationDictionary', 'Scorecard');
  const scorecard = root.one('Scorecard');
  if (scorecard === undefined) throw invalid(root, '缺少 Scorecard', 'the Scorecard is missing');
  return scorecard;
}

export function childOf(element: XmlElement, name: string): XmlElement {
  const child = element.one(name);
  if (child === undefined) throw invalid(element, `缺少 ${name}`, `${name} is missing`);
  return child;
}

/** Throws ProblemError `pmml-invalid` or `pmml-unsupported`, naming element and line. */
export function compileScorecard(root: XmlElement): PmmlScorecard {
  const card = scorecardIn(root);
  card.allow(
    'MiningSchema',
    'Output',
    'ModelStats',
    'ModelExplanation',
    'ModelVerification',
    'LocalTransformations',
    'Characteristics',
  );
  if (card.attribute('isScorable') === 'false') throw unsupported(card, 'isScorable="false"');
  if (card.required('functionName') !== 'regression')
    throw invalid(card, 'functionName 应为 regression', 'functionName must be regression');
  const inputs = inputFields(childOf(root, 'DataDictionary'), childOf(card, 'MiningSchema'));
  const scope = new Map<string, Field>(inputs.fields.map((field) => [field.name, field]));
  const derived: DerivedField[] = [];
  for (const place of [root.one('TransformationDictionary'), card.one('LocalTransformations')]) {
    place?.allow('DerivedField');
    for (const element of place?.all('DerivedField') ?? []) {
      const field = derivedField(element, inputs.fields.length + derived.length, scope);
      scope.set(field.name, field);
      derived.push(field);
    }
  }
  const constants = new Constants();
  const initialScore = constants.read(card, 'initialScore') ?? 0;
  const useReasonCodes = card.oneOf('useReasonCodes', ['true', 'false', '1', '0']);
  const reasons = useReasonCodes === 'true' || useReasonCodes === '1';
  const algorithm = card.oneOf('reasonCodeAlgorithm', ['pointsBelow', 'pointsAbove']);
  const ofModel = { baseline: constants.read(card, 'baselineScore'), reasons };
  const list = childOf(card, 'Characteristics');
  list.allow('Characteristic');
  const characteristics = list
    .all('Characteristic')
    .map((element, i) => characteristic(element, i + 1, ofModel, scope, constants));
  if (characteristics.length === 0) throw invalid(list, '没有特征', 'holds no Characteristic');
  return {
    modelName: card.attribute('modelName') ?? null,
    fields: inputs.fields.map((field) => field.name),
    inputs,
    derived,
    initialScore,
    reasonCodeAlgorithm: reasons ? algorithm : null,
    characteristics,
    outputs: outputsIn(card.one('Output')),
    scale: constants.scale(),
  };
}

/** Collects the decimals of all constants. */
class Constants {
  private decimals = 0;
  private exact = true;

  read(element: XmlElement, name: string): number | undefined {
    const text = element.attribute(name)?.trim();
    if (text === undefined) return undefined;
    const value = numberIn(text, element, name);
    this.decimals = Math.max(this.decimals, /\.(\d*)$/.exec(text)?.[1]!.length ?? 0);
    this.exact &&= !/e/i.test(text) && Math.abs(value) < 1e9;
    return value;
  }

  /** Beyond six decimals sums are those of floating point, as elsewhere. */
  scale(): number {
    return this.exact && this.decimals <= 6 ? 10 ** this.decimals : 1;
  }
}

interface OfModel {
  readonly baseline: number | undefined;
  readonly reasons: boolean;
}

function characteristic(
  element: XmlElement,
  number: number,
  ofModel: OfModel,
  scope: ReadonlyMap<string, Field>,
  constants: Constants,
): PmmlCharacteristic {
  element.allow('Attribute');
  const own = constants.read(element, 'baselineScore') ?? ofModel.baseline;
  if (own === undefined && ofModel.reasons)
    throw invalid(element, '缺少 baselineScore', 'neither it nor the Scorecard has a baselineScore');
  const code = element.attribute('reasonCode');
  const attributes = element.all('Attribute').map((attribute, i): PmmlAttribute => {
    attribute.allow(...PREDICATES, 'ComplexPartialScore');
    const [predicate, second] = attribute.content.filter((child) => child.name !== 'ComplexPartialScore');
    if (predicate === undefined) throw invalid(attribute, '缺少条件', 'the predicate is missing');
    if (second !== undefined) throw invalid(second, '多余的条件', 'is one predicate too many');
    const reasonCode = attribute.attribute('reasonCode') ?? code;
    if (reasonCode === undefined && ofModel.reasons)
      throw invalid(attribute, '缺少 reasonCode', 'neither it nor its Characteristic has a reasonCode');
    return {
      id: String(i + 1),
      holds: compilePredicate(predicate, scope),
      points: pointsOf(attribute, scope, constants),
      reasonCode: reasonCode ?? '',
    };
  });
  if (attributes.length === 0) throw invalid(element, '没有分箱', 'holds no Attribute');
  return { name: element.attribute('name') ?? `#${number}`, baselineScore: own ?? 0, attributes };
}

function pointsOf(
  attribute: XmlElement,
  scope: ReadonlyMap<string, Field>,
  constants: Constants,
): PmmlAttribute['points'] {
  const simple = constants.read(attribute, 'partialScore');
  const complex = attribute.one('ComplexPartialScore');
  if (complex === undefined) {
    if (simple === undefined) throw invalid(attribute, '缺少得分', 'has neither partialScore nor ComplexPartialScore');
    return simple;
  }
  complex.allow(...EXPRESSIONS);
  const [expression, second] = complex.content;
  if (expression === undefined || second !== undefined)
    throw invalid(complex, '应恰有一个表达式', 'must hold exactly one expression');
  const { type, run } = compileExpression(expression, scope);
  if (type !== 'number') throw invalid(complex, `得分类型为 ${type}`, `the partial score is ${type}, not number`);
  return run;
}

function outputsIn(output: XmlElement | undefined): PmmlOutput[] {
  if (output === undefined) return [];
  output.allow('OutputField');
  return output.all('OutputField').map((field) => {
    const name = field.required('name');
    const feature = field.oneOf('feature', ['predictedValue', 'reasonCode', ...OTHER_FEATURES]);
    if (feature === 'predictedValue') return { name, rank: undefined };
    if (feature !== 'reasonCode') throw unsupported(field, `feature="${feature}"`);
    const rank = field.numeric('rank') ?? 1;
    if (!Number.isInteger(rank) || rank < 1 || rank > MAX_RANK)
      throw invalid(
        field,
        `rank="${rank}" 应为 1 至 ${MAX_RANK}`,
        `rank="${shown(String(rank))}" must be 1 to ${MAX_RANK}`,
      );
    return { name, rank };
  });
}

/** No scorecard has as many reasons; a row's answer lists every rank. */
const MAX_RANK = 1000;
const OTHER_FEATURES = [
  'predictedDisplayValue',
  'transformedValue',
  'decision',
  'probability',
  'affinity',
  'residual',
  'standardError',
  'standardDeviation',
  'warning',
  'clusterId',
  'clusterAffinity',
  'entityId',
  'entityAffinity',
  'confidenceIntervalLower',
  'confidenceIntervalUpper',
  'ruleValue',
  'report',
] as const;
