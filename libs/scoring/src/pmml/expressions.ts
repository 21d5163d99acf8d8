import { constant, rowFault, typeOf, type Field, type PmmlValue, type Slots, type ValueType } from './fields.ts';
import { allOf, anyOf, fieldIn, type Scope } from './predicates.ts';
import { invalid, shown, unsupported } from './refusal.ts';
import { readNumber, type XmlElement } from './xml.ts';

/** An expression of known type. */
export interface Expression {
  readonly type: ValueType;
  readonly run: (slots: Slots) => PmmlValue;
}

export const EXPRESSIONS = ['Constant', 'FieldRef', 'Apply'];

/** Throws ProblemError `pmml-invalid` for types that do not fit, `pmml-unsupported` naming any other function or element. */
export function compileExpression(element: XmlElement, scope: Scope): Expression {
  if (element.name === 'Constant') return compileConstant(element);
  if (element.name === 'FieldRef') return compileFieldRef(element, scope);
  if (element.name === 'Apply') return compileApply(element, scope);
  throw unsupported(element, element.name);
}

function compileConstant(element: XmlElement): Expression {
  if (element.attribute('missing') === 'true')
    return { type: element.attribute('dataType') === undefined ? 'number' : typeOf(element), run: () => undefined };
  const { text } = element;
  const guessed = readNumber(text) === undefined ? 'text' : 'number';
  const type = element.attribute('dataType') === undefined ? guessed : typeOf(element);
  const value = constant(type === 'text' ? text : text.trim(), type, element, 'Constant');
  return { type, run: () => value };
}

function compileFieldRef(element: XmlElement, scope: Scope): Expression {
  const { slot, type } = fieldIn(element, scope);
  const text = element.attribute('mapMissingTo');
  if (text === undefined) return { type, run: (slots) => slots[slot] };
  const instead = constant(text, type, element, 'mapMissingTo');
  return { type, run: (slots) => slots[slot] ?? instead };
}

interface FunctionRule {
  readonly least: number;
  readonly most: number;
  /** Of all arguments; `same`: all of one type. */
  readonly takes: ValueType | 'same' | 'any';
  readonly gives: ValueType;
  readonly run: (parts: readonly Expression['run'][], slots: Slots) => PmmlValue;
}

/** Missing as soon as one argument is. */
const strict =
  (compute: (...values: never[]) => PmmlValue): FunctionRule['run'] =>
  (parts, slots) => {
    const values = parts.map((part) => part(slots));
    return values.includes(undefined) ? undefined : compute(...(values as never[]));
  };

/** Missing arguments are passed over. */
const ofPresent =
  (compute: (...values: number[]) => number): FunctionRule['run'] =>
  (parts, slots) => {
    const values = parts.map((part) => part(slots)).filter((value) => value !== undefined) as number[];
    return values.length === 0 ? undefined : compute(...values);
  };

const arithmetic = (compute: (a: number, b: number) => number): FunctionRule => ({
  least: 2,
  most: 2,
  takes: 'number',
  gives: 'number',
  run: strict(compute),
});
const ofOne = (compute: (a: number) => number): FunctionRule => ({ ...arithmetic(compute), least: 1, most: 1 });
const extreme = (compute: (...values: number[]) => number): FunctionRule => ({
  ...arithmetic(compute),
  least: 1,
  most: Infinity,
  run: ofPresent(compute),
});
const compare = (takes: 'same' | 'number', holds: (a: PmmlValue, b: PmmlValue) => boolean): FunctionRule => ({
  least: 2,
  most: 2,
  takes,
  gives: 'boolean',
  run: strict(holds),
});
const ordered = (holds: (a: number, b: number) => boolean): FunctionRule =>
  compare('number', (a, b) => holds(a as number, b as number));
const logical = (combine: typeof allOf): FunctionRule => ({
  least: 2,
  most: Infinity,
  takes: 'boolean',
  gives: 'boolean',
  run: (parts, slots) => combine(parts as readonly ((slots: Slots) => boolean | undefined)[], slots),
});
const presence = (missing: boolean): FunctionRule => ({
  least: 1,
  most: 1,
  takes: 'any',
  gives: 'boolean',
  run: ([part], slots) => (part!(slots) === undefined) === missing,
});

const FUNCTIONS: ReadonlyMap<string, FunctionRule> = new Map<string, FunctionRule>([
  ['+', arithmetic((a, b) => a + b)],
  ['-', arithmetic((a, b) => a - b)],
  ['*', arithmetic((a, b) => a * b)],
  ['/', arithmetic((a, b) => a / b)],
  ['min', extreme(Math.min)],
  ['max', extreme(Math.max)],
  ['abs', ofOne(Math.abs)],
  ['floor', ofOne(Math.floor)],
  ['round', ofOne(Math.round)],
  ['equal', compare('same', (a, b) => a === b)],
  ['notEqual', compare('same', (a, b) => a !== b)],
  ['lessThan', ordered((a, b) => a < b)],
  ['lessOrEqual', ordered((a, b) => a <= b)],
  ['greaterThan', ordered((a, b) => a > b)],
  ['greaterOrEqual', ordered((a, b) => a >= b)],
  ['and', logical(allOf)],
  ['or', logical(anyOf)],
  ['not', { least: 1, most: 1, takes: 'boolean', gives: 'boolean', run: strict((a: boolean) => !a) }],
  ['isMissing', presence(true)],
  ['isNotMissing', presence(false)],
]);

function compileApply(element: XmlElement, scope: Scope): Expression {
  const name = element.required('function');
  const parts = element.content.map((child) => compileExpression(child, scope));
  const { type, run } = name === 'if' ? choice(element, parts) : applied(element, name, parts);
  const onMissing = (attribute: string): PmmlValue => {
    const text = element.attribute(attribute);
    return text === undefined ? undefined : constant(text, type, element, attribute);
  };
  const ofArgument = onMissing('mapMissingTo');
  const ofResult = onMissing('defaultValue');
  const treatment = element.oneOf('invalidValueTreatment', ['returnInvalid', 'asMissing', 'asIs']);
  if (treatment === 'asIs') throw unsupported(element, 'invalidValueTreatment="asIs"');
  return {
    type,
    run: (slots) => {
      if (ofArgument !== undefined && parts.some((part) => part.run(slots) === undefined)) return ofArgument;
      const value = run(slots);
      if (typeof value !== 'number' || Number.isFinite(value)) return value ?? ofResult;
      if (treatment === 'asMissing') return ofResult;
      throw rowFault(name, '的结果不是有限数', `gives no finite number (line ${element.line})`);
    },
  };
}

function applied(element: XmlElement, name: string, parts: readonly Expression[]): Expression {
  const rule = FUNCTIONS.get(name);
  if (rule === undefined) throw unsupported(element, `function="${name}"`);
  checkCount(element, parts, rule.least, rule.most);
  for (const part of parts) {
    const wanted = rule.takes === 'same' ? parts[0]!.type : rule.takes;
    if (wanted !== 'any') checkType(element, part, wanted);
  }
  const runs = parts.map((part) => part.run);
  return { type: rule.gives, run: (slots) => rule.run(runs, slots) };
}

/** Only the branch that is chosen is computed; without «else» it is missing. */
function choice(element: XmlElement, parts: readonly Expression[]): Expression {
  checkCount(element, parts, 2, 3);
  const [condition, then, otherwise] = parts as [Expression, Expression, Expression?];
  checkType(element, condition, 'boolean');
  if (otherwise !== undefined) checkType(element, otherwise, then.type);
  return {
    type: then.type,
    run: (slots) => {
      const holds = condition.run(slots);
      if (holds === undefined) return undefined;
      return holds ? then.run(slots) : otherwise?.run(slots);
    },
  };
}

function checkCount(element: XmlElement, parts: readonly Expression[], least: number, most: number): void {
  if (parts.length >= least && parts.length <= most) return;
  const name = shown(element.required('function'));
  throw invalid(
    element,
    `函数 ${name} 的参数个数为 ${parts.length}`,
    `function ${name} does not take ${parts.length} arguments`,
  );
}

function checkType(element: XmlElement, part: Expression, wanted: ValueType): void {
  if (part.type === wanted) return;
  const name = shown(element.required('function'));
  throw invalid(
    element,
    `函数 ${name} 的参数类型为 ${part.type}，应为 ${wanted}`,
    `an argument of function ${name} is ${part.type}, not ${wanted}`,
  );
}

/** A derived field: the same expressions, over the fields that stand before it. */
export interface DerivedField extends Field {
  readonly run: Expression['run'];
}

export function derivedField(element: XmlElement, slot: number, scope: Scope): DerivedField {
  const name = element.required('name');
  element.required('optype');
  const type = typeOf(element);
  const [expression, second] = element.content;
  if (expression === undefined) throw invalid(element, '缺少表达式', 'the expression is missing');
  if (second !== undefined) throw unsupported(second, `DerivedField/${second.name}`);
  if (scope.has(name)) throw invalid(element, `字段 ${shown(name)} 重复`, `field ${shown(name)} stands here twice`);
  const compiled = compileExpression(expression, scope);
  if (compiled.type !== type)
    throw invalid(element, `表达式类型为 ${compiled.type}`, `the expression is ${compiled.type}, not ${type}`);
  const whole = element.attribute('dataType') === 'integer';
  const run: Expression['run'] = (slots) => {
    const value = compiled.run(slots);
    if (whole && value !== undefined && !Number.isInteger(value))
      throw rowFault(name, `的值 ${String(value)} 不是整数`, `is ${String(value)}, not a whole number`);
    return value;
  };
  return { name, slot, type, run };
}
