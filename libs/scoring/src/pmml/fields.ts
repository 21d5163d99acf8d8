import { ProblemError } from '#lib/kernel';
import { invalid, shown, unsupported, type Place } from './refusal.ts';
import { numberIn, readNumber, type XmlElement } from './xml.ts';

/** A field's value; undefined is missing. */
export type PmmlValue = number | string | boolean | undefined;
export type ValueType = 'number' | 'text' | 'boolean';

/** Values of all fields, derived ones too, by slot. */
export type Slots = readonly PmmlValue[];

export interface Field {
  readonly name: string;
  readonly slot: number;
  readonly type: ValueType;
  /** Ordinal texts: rank of each value, in the order in which the dictionary lists them. */
  readonly ranks?: ReadonlyMap<string, number>;
}

/** An active field: takes what a row brings through the dictionary and the mining schema. */
export interface InputField extends Field {
  /** Throws ProblemError `value-outside-model` where the schema says returnInvalid. */
  readonly prepare: (raw: unknown) => PmmlValue;
}

const TYPES: Readonly<Record<string, ValueType>> = {
  string: 'text',
  integer: 'number',
  float: 'number',
  double: 'number',
  boolean: 'boolean',
};

type Scalar = number | string | boolean;

/** A value outside what the dictionary allows. */
const INVALID = Symbol('invalid');

export function typeOf(element: XmlElement): ValueType {
  const word = element.required('dataType');
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined;
  if (type === undefined) throw unsupported(element, `dataType="${word}"`);
  return type;
}

/** A constant as a value of a type. Throws `pmml-invalid` where it is none. */
export function constant(text: string, type: ValueType, place: Place, name: string): number | string | boolean {
  if (type === 'text') return text;
  if (type === 'number') return numberIn(text, place, name);
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid(place, `${name}="${shown(text)}" 应为 true 或 false`, `${name}="${shown(text)}" must be true or false`);
}

/** What the dictionary knows of a field. */
interface DataField {
  readonly element: XmlElement;
  readonly type: ValueType;
  readonly optype: 'continuous' | 'categorical' | 'ordinal';
  readonly missing: ReadonlySet<string>;
  readonly isValid: (value: Scalar) => boolean;
  readonly integer: boolean;
  readonly listed: readonly string[];
}

function dataField(element: XmlElement): DataField {
  element.allow('Value', 'Interval');
  const type = typeOf(element);
  element.required('optype');
  const optype = element.oneOf('optype', ['continuous', 'categorical', 'ordinal']);
  const values = element.all('Value').map((value) => ({
    text: value.required('value'),
    place: value,
    property: value.oneOf('property', ['valid', 'invalid', 'missing']),
  }));
  const known = (property: string): ReadonlySet<unknown> =>
    new Set(values.filter((v) => v.property === property).map((v) => constant(v.text, type, v.place, 'value')));
  const missing = new Set(values.filter((v) => v.property === 'missing').map((v) => v.text));
  const valid = known('valid');
  const bad = known('invalid');
  const intervals = element.all('Interval').map(interval);
  return {
    element,
    type,
    optype,
    missing,
    integer: element.attribute('dataType') === 'integer',
    listed: values.filter((v) => v.property === 'valid').map((v) => v.text),
    isValid: (value) => {
      if (bad.has(value)) return false;
      if (valid.size === 0 && intervals.length === 0) return true;
      return valid.has(value) || (typeof value === 'number' && intervals.some((inside) => inside(value)));
    },
  };
}

function interval(element: XmlElement): (value: number) => boolean {
  element.required('closure');
  const closure = element.oneOf('closure', ['openOpen', 'openClosed', 'closedOpen', 'closedClosed']);
  const left = element.numeric('leftMargin') ?? -Infinity;
  const right = element.numeric('rightMargin') ?? Infinity;
  const leftClosed = closure.startsWith('closed');
  const rightClosed = closure.endsWith('Closed');
  return (value) => (leftClosed ? value >= left : value > left) && (rightClosed ? value <= right : value < right);
}

/** Reads a raw value as the field's type. */
function cast(raw: Scalar, { type, integer }: DataField): Scalar | typeof INVALID {
  if (type === 'text') return typeof raw === 'string' ? raw : String(raw);
  if (type === 'boolean') {
    if (typeof raw === 'boolean') return raw;
    return raw === 'true' ? true : raw === 'false' ? false : INVALID;
  }
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' ? readNumber(raw) : undefined;
  return value === undefined || !Number.isFinite(value) || (integer && !Number.isInteger(value)) ? INVALID : value;
}

/** The active fields of a mining schema, and the names that a row may hold beside them. */
export interface InputFields {
  readonly fields: readonly InputField[];
  /** Targets, supplementary fields and what only the dictionary knows: read, not used. */
  readonly unused: ReadonlySet<string>;
}

/** Throws ProblemError `pmml-invalid` or `pmml-unsupported`. */
export function inputFields(dictionary: XmlElement, schema: XmlElement): InputFields {
  dictionary.allow('DataField', 'Taxonomy');
  schema.allow('MiningField');
  const known = new Map<string, XmlElement>();
  for (const element of dictionary.all('DataField')) {
    const name = element.required('name');
    if (known.has(name)) throw invalid(element, `字段 ${shown(name)} 重复`, `field ${shown(name)} stands here twice`);
    known.set(name, element);
  }
  const unused = new Set(known.keys());
  const fields: InputField[] = [];
  const seen = new Set<string>();
  for (const mining of schema.all('MiningField')) {
    const name = mining.required('name');
    const element = known.get(name);
    if (element === undefined)
      throw invalid(mining, `数据字典中没有 ${shown(name)}`, `no DataField is named ${shown(name)}`);
    if (seen.has(name)) throw invalid(mining, `字段 ${shown(name)} 重复`, `field ${shown(name)} stands here twice`);
    seen.add(name);
    const usage = mining.oneOf('usageType', USAGES);
    if (usage !== 'active') continue;
    fields.push(inputField(name, fields.length, dataField(element), mining));
    unused.delete(name);
  }
  return { fields, unused };
}

const USAGES = [
  'active',
  'target',
  'predicted',
  'supplementary',
  'group',
  'order',
  'frequencyWeight',
  'analysisWeight',
] as const;

function inputField(name: string, slot: number, data: DataField, mining: XmlElement): InputField {
  const optype = mining.attribute('optype') ?? data.optype;
  const replacement = (attribute: string): number | string | boolean | undefined => {
    const text = mining.attribute(attribute);
    return text === undefined ? undefined : constant(text, data.type, mining, attribute);
  };
  const ifMissing = replacement('missingValueReplacement');
  const refuseMissing = mining.attribute('missingValueTreatment') === 'returnInvalid';
  const treatment = mining.oneOf('invalidValueTreatment', ['returnInvalid', 'asIs', 'asMissing', 'asValue']);
  const ifInvalid = replacement('invalidValueReplacement');
  if (treatment === 'asValue' && ifInvalid === undefined) mining.required('invalidValueReplacement');
  const outlier = outlierOf(mining, data.type);

  const whenMissing = (): PmmlValue => {
    if (refuseMissing) throw rowFault(name, '缺失', 'is missing, which the model does not allow');
    return ifMissing;
  };
  const whenInvalid = (raw: Scalar, value: ReturnType<typeof cast>): PmmlValue => {
    if (treatment === 'asMissing') return whenMissing();
    if (treatment === 'asValue') return ifInvalid;
    if (treatment === 'asIs' && value !== INVALID) return value;
    throw rowFault(name, `的值 ${shown(String(raw))} 无效`, `does not take the value ${shown(String(raw))}`);
  };
  const prepare = (given: unknown): PmmlValue => {
    if (given === undefined || given === null) return whenMissing();
    if (typeof given === 'object')
      throw rowFault(name, '应为数字、文字或真假值', 'takes a number, a text, true or false');
    const raw = given as Scalar;
    if (data.missing.size > 0 && data.missing.has(String(raw))) return whenMissing();
    const value = cast(raw, data);
    if (value === INVALID || !data.isValid(value)) return whenInvalid(raw, value);
    return outlier === undefined ? value : (outlier(value as number) ?? whenMissing());
  };
  const ranks = new Map(data.listed.map((text, rank) => [text, rank]));
  if (optype !== 'ordinal' || data.type !== 'text') return { name, slot, type: data.type, prepare };
  return { name, slot, type: data.type, ranks, prepare };
}

/** undefined from the function: the value is treated as missing. */
function outlierOf(mining: XmlElement, type: ValueType): ((value: number) => number | undefined) | undefined {
  const treatment = mining.oneOf('outliers', ['asIs', 'asMissingValues', 'asExtremeValues']);
  if (treatment === 'asIs') return undefined;
  if (type !== 'number') throw invalid(mining, 'outliers 只用于数字', 'outliers are of numbers only');
  const low = mining.numeric('lowValue') ?? -Infinity;
  const high = mining.numeric('highValue') ?? Infinity;
  if (treatment === 'asMissingValues') return (value) => (value < low || value > high ? undefined : value);
  return (value) => Math.min(Math.max(value, low), high);
}

/** A row that the model cannot take, by field. */
export function rowFault(field: string, zh: string, en: string, code = 'value-outside-model'): ProblemError {
  const texts = { zh: `${field} ${zh}`, en: `${field} ${en}` };
  return new ProblemError({ code, status: 422, ...texts, errors: [{ code, ...texts, field }] });
}
