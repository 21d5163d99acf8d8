import { constant, type Field, type PmmlValue, type Slots } from './fields.ts';
import { invalid, shown, unsupported } from './refusal.ts';
import { numberIn, type XmlElement } from './xml.ts';

/** Three-valued: undefined where a missing value leaves it open. */
export type Predicate = (slots: Slots) => boolean | undefined;
export type Scope = ReadonlyMap<string, Field>;

export const PREDICATES = ['SimplePredicate', 'SimpleSetPredicate', 'CompoundPredicate', 'True', 'False'];

export function fieldIn(element: XmlElement, scope: Scope): Field {
  const name = element.required('field');
  const field = scope.get(name);
  if (field === undefined)
    throw invalid(element, `没有活动字段 ${shown(name)}`, `no active or derived field is named ${shown(name)}`);
  return field;
}

/** Throws ProblemError `pmml-invalid`, or `pmml-unsupported` for what is no predicate of the standard. */
export function compilePredicate(element: XmlElement, scope: Scope): Predicate {
  switch (element.name) {
    case 'True':
      return () => true;
    case 'False':
      return () => false;
    case 'SimplePredicate':
      return simple(element, scope);
    case 'SimpleSetPredicate':
      return inSet(element, scope);
    case 'CompoundPredicate':
      return compound(element, scope);
    default:
      throw unsupported(element, element.name);
  }
}

const ORDER: Readonly<Record<string, (sign: number) => boolean>> = {
  lessThan: (sign) => sign < 0,
  lessOrEqual: (sign) => sign <= 0,
  greaterThan: (sign) => sign > 0,
  greaterOrEqual: (sign) => sign >= 0,
};

function simple(element: XmlElement, scope: Scope): Predicate {
  const field = fieldIn(element, scope);
  const { slot } = field;
  const operator = element.required('operator');
  if (operator === 'isMissing') return (slots) => slots[slot] === undefined;
  if (operator === 'isNotMissing') return (slots) => slots[slot] !== undefined;
  const value = constant(element.required('value'), field.type, element, 'value');
  if (operator === 'equal') return (slots) => (slots[slot] === undefined ? undefined : slots[slot] === value);
  if (operator === 'notEqual') return (slots) => (slots[slot] === undefined ? undefined : slots[slot] !== value);
  const holds = Object.hasOwn(ORDER, operator) ? ORDER[operator] : undefined;
  if (holds === undefined) throw unsupported(element, `operator="${operator}"`);
  const rank = rankOf(field, element);
  const bound = rank(value);
  if (bound === undefined)
    throw invalid(
      element,
      `${shown(String(value))} 不在有序取值中`,
      `${shown(String(value))} is not among the ordered values`,
    );
  return (slots) => {
    const own = rank(slots[slot]);
    return own === undefined ? undefined : holds(own - bound);
  };
}

/** Numbers stand for themselves, ordinal texts for their rank; nothing else has an order. */
function rankOf({ type, ranks, name }: Field, element: XmlElement): (value: PmmlValue) => number | undefined {
  if (type === 'number') return (value) => value as number | undefined;
  if (ranks !== undefined) return (value) => (value === undefined ? undefined : ranks.get(value as string));
  throw invalid(element, `字段 ${shown(name)} 没有顺序`, `the values of field ${shown(name)} have no order`);
}

function inSet(element: XmlElement, scope: Scope): Predicate {
  element.allow('Array');
  const field = fieldIn(element, scope);
  element.required('booleanOperator');
  const wanted = element.oneOf('booleanOperator', ['isIn', 'isNotIn']) === 'isIn';
  const list = element.one('Array');
  if (list === undefined) throw invalid(element, '缺少 Array', 'the Array is missing');
  const values = new Set<PmmlValue>(
    arrayItems(list).map((text) =>
      field.type === 'number' ? numberIn(text, list, 'Array') : constant(text, field.type, list, 'Array'),
    ),
  );
  return (slots) => {
    const value = slots[field.slot];
    return value === undefined ? undefined : values.has(value) === wanted;
  };
}

/** Items of an Array: divided by blanks, in quotes where they hold one; \" is a quote. */
export function arrayItems(list: XmlElement): string[] {
  list.oneOf('type', ['string', 'int', 'real']);
  const items = [...list.text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/gs)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(["\\])/g, '$1') ?? plain!,
  );
  const count = list.numeric('n');
  if (count !== undefined && count !== items.length)
    throw invalid(list, `应有 ${count} 项，实有 ${items.length} 项`, `${count} items announced, ${items.length} found`);
  return items;
}

function compound(element: XmlElement, scope: Scope): Predicate {
  element.required('booleanOperator');
  const operator = element.oneOf('booleanOperator', ['and', 'or', 'xor', 'surrogate']);
  const parts = element.content.map((child) => compilePredicate(child, scope));
  if (parts.length === 0) throw invalid(element, '没有条件', 'holds no predicate');
  switch (operator) {
    case 'and':
      return (slots) => allOf(parts, slots);
    case 'or':
      return (slots) => anyOf(parts, slots);
    case 'xor':
      return (slots) => {
        let odd = false;
        for (const part of parts) {
          const holds = part(slots);
          if (holds === undefined) return undefined;
          odd = odd !== holds;
        }
        return odd;
      };
    case 'surrogate':
      return (slots) => {
        for (const part of parts) {
          const holds = part(slots);
          if (holds !== undefined) return holds;
        }
        return undefined;
      };
  }
}

/** False as soon as one is false; else open as soon as one is open. */
export function allOf(parts: readonly Predicate[], slots: Slots): boolean | undefined {
  let all: boolean | undefined = true;
  for (const part of parts) {
    const holds = part(slots);
    if (holds === false) return false;
    if (holds === undefined) all = undefined;
  }
  return all;
}

/** True as soon as one is true; else open as soon as one is open. */
export function anyOf(parts: readonly Predicate[], slots: Slots): boolean | undefined {
  let any: boolean | undefined = false;
  for (const part of parts) {
    const holds = part(slots);
    if (holds === true) return true;
    if (holds === undefined) any = undefined;
  }
  return any;
}
