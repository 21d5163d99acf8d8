import type { ProblemDetail } from '#lib/kernel';
import { isCategorical, type Bound, type CharacteristicDocument, type Predicate } from '../scorecard/model.ts';
import { parseExact, type Exact } from '../scorecard/exact.ts';
import { reportInto } from '../scorecard/check-attributes.ts';
import { intervalOf } from '../scorecard/compile.ts';
import { PREDICATE } from '../scorecard/load-model.ts';
import { checkShape } from '../scorecard/shape.ts';
import { arrayItems } from './predicates.ts';
import { invalid, unsupported } from './refusal.ts';
import type { XmlElement } from './xml.ts';

/** One condition on a characteristic's field, as PMML writes it. */
export interface Condition {
  readonly operator: string;
  readonly values: readonly string[];
}

type Mapped = Pick<CharacteristicDocument, 'dataType' | 'attributes'>;

const asNumber = (x: Exact): number => (typeof x === 'number' ? x : x.num / x.den);

/** A bound as the nearest double, in the shortest decimals that give it back. */
export function decimal(bound: Bound): string {
  const exact = parseExact(bound);
  if (exact === undefined) throw new RangeError(`no bound: ${bound}`);
  return String(asNumber(exact));
}

/**
 * PMML asks that the attributes of a characteristic look at one field. Where numbers and categories share one, each
 * category has a number of its own below all bins: −1, −2, … under a line that starts at 0.
 */
export function categoryNumbers(c: Mapped): ReadonlyMap<string, number> {
  if (c.dataType !== 'number-or-category') return new Map();
  const least = Math.min(
    ...c.attributes.flatMap(({ predicate: p }) =>
      isCategorical(p) ? [] : [Math.floor(Number(decimal(p.op === 'equal' ? p.value : p.lo)))],
    ),
  );
  const names = c.attributes.flatMap(({ predicate: p }) => (isCategorical(p) ? p.in : []));
  return new Map(names.map((name, i) => [name, least - 1 - i]));
}

/** The conditions that all hold just where the predicate does. */
export function conditionsOf(predicate: Predicate, numbers: ReadonlyMap<string, number>): Condition[] {
  if (isCategorical(predicate)) {
    const values = predicate.in.map((name) => String(numbers.get(name) ?? name));
    return [{ operator: values.length === 1 ? 'equal' : 'isIn', values }];
  }
  if (predicate.op === 'equal') return [{ operator: 'equal', values: [decimal(predicate.value)] }];
  const from = { operator: predicate.loOpen ? 'greaterThan' : 'greaterOrEqual', values: [decimal(predicate.lo)] };
  return predicate.hi === null ? [from] : [from, { operator: 'lessThan', values: [decimal(predicate.hi)] }];
}

/** Throws ProblemError `pmml-unsupported` for predicates that our models do not have. */
export function conditionsIn(element: XmlElement, field: string): Condition[] {
  if (element.name === 'CompoundPredicate' && element.required('booleanOperator') === 'and')
    return element.content.flatMap((child) => conditionsIn(child, field));
  const own = element.attribute('field');
  if (own !== undefined && own !== field)
    throw invalid(element, `应只看字段 ${field}`, `must look at field ${field} only`);
  if (element.name === 'SimplePredicate') {
    const operator = element.required('operator');
    return [{ operator, values: operator === 'isMissing' ? [] : [element.required('value')] }];
  }
  const list = element.one('Array');
  if (element.name === 'SimpleSetPredicate' && element.attribute('booleanOperator') === 'isIn' && list !== undefined)
    return [{ operator: 'isIn', values: arrayItems(list) }];
  throw unsupported(element, `${element.name} in a model of ours`);
}

/** The plainest predicate with these conditions; undefined where our models have none such. */
export function predicateOf(conditions: readonly Condition[], categorical: boolean): Predicate | undefined {
  const [first, second, third] = conditions;
  if (first === undefined || third !== undefined) return undefined;
  if (categorical)
    return second === undefined && (first.operator === 'equal' || first.operator === 'isIn')
      ? { in: first.values }
      : undefined;
  const lo = boundOf(first);
  if (first.operator === 'equal' && second === undefined)
    return lo === undefined ? undefined : { op: 'equal', value: lo };
  const open = first.operator === 'greaterThan';
  if ((!open && first.operator !== 'greaterOrEqual') || lo === undefined) return undefined;
  const from = { op: 'between' as const, lo, ...(open ? { loOpen: true } : {}) };
  if (second === undefined) return { ...from, hi: null };
  const hi = boundOf(second);
  return second.operator === 'lessThan' && hi !== undefined ? { ...from, hi } : undefined;
}

/** Whether a JSON value is a predicate of a model, with bounds that can be read. */
export function isReadable(value: unknown): value is Predicate {
  const faults: ProblemDetail[] = [];
  checkShape(value, PREDICATE, '', reportInto(faults));
  if (faults.length > 0) return false;
  const predicate = value as Predicate;
  return isCategorical(predicate) || intervalOf(predicate) !== undefined;
}

function boundOf({ values }: Condition): Bound | undefined {
  const [text] = values;
  if (text === undefined || parseExact(text) === undefined) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
