import type { Measured } from '../value.ts';
import { DIMENSIONS } from '../score.ts';
import { compareExact, parseExact, type Exact } from './exact.ts';
import { isCategorical } from './model.ts';
import type { CharacteristicDocument, CompiledCharacteristic, Interval, Predicate } from './model.ts';

/** The exact interval of a numeric predicate; undefined when a bound cannot be read. */
export function intervalOf(predicate: Exclude<Predicate, { in: readonly string[] }>): Interval | undefined {
  if (predicate.op === 'equal') {
    const at = parseExact(predicate.value);
    return at === undefined ? undefined : { lo: at, loOpen: false, hi: at, point: true };
  }
  const lo = parseExact(predicate.lo);
  const hi = predicate.hi === null ? undefined : parseExact(predicate.hi);
  if (lo === undefined || (hi === undefined && predicate.hi !== null)) return undefined;
  return { lo, loOpen: predicate.loOpen === true, hi, point: false };
}

const floorOf = (x: Exact): number => (typeof x === 'number' ? x : Math.floor(x.num / x.den));
const ceilOf = (x: Exact): number => (typeof x === 'number' ? x : Math.ceil(x.num / x.den));

/** Compiles a characteristic that the static checks have passed: numeric attributes ascend and tile their line. */
export function compileCharacteristic(document: CharacteristicDocument): CompiledCharacteristic {
  const categories = new Map<string, number>();
  const numeric: number[] = [];
  const intervals: Interval[] = [];
  for (const [index, attribute] of document.attributes.entries()) {
    if (isCategorical(attribute.predicate)) for (const name of attribute.predicate.in) categories.set(name, index);
    else {
      numeric.push(index);
      intervals.push(intervalOf(attribute.predicate)!);
    }
  }
  // For whole numbers every bound becomes «v < cut»: {p} ends before ⌊p⌋ + 1, [lo, hi) before ⌈hi⌉.
  const cuts = intervals.map((i) => (i.hi === undefined ? Infinity : i.point ? floorOf(i.hi) + 1 : ceilOf(i.hi)));
  const first = intervals[0];
  const least = first === undefined ? Infinity : first.loOpen ? floorOf(first.lo) + 1 : ceilOf(first.lo);
  const count = cuts.length;

  const attributeOfExact = (value: Exact): number => {
    if (first === undefined || compareExact(value, first.lo) < (first.loOpen ? 1 : 0)) return -1;
    for (let i = 0; i < count; i++) {
      const { hi, point } = intervals[i]!;
      if (hi === undefined || compareExact(value, hi) < (point ? 1 : 0)) return numeric[i]!;
    }
    return -1;
  };
  const attributeOf = (value: Measured): number => {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) || value < least) return -1;
      for (let i = 0; i < count; i++) if (value < cuts[i]!) return numeric[i]!;
      return -1;
    }
    if (typeof value === 'string') return categories.get(value) ?? -1;
    const valid = Number.isSafeInteger(value.num) && Number.isSafeInteger(value.den) && value.den > 0;
    return valid ? attributeOfExact(value) : -1;
  };
  const partials = document.attributes.map((attribute) => attribute.partialScoreTenths);
  return {
    code: document.code,
    document,
    dimension: (DIMENSIONS as readonly string[]).indexOf(document.dimension),
    maxTenths: Math.max(...partials),
    neutralTenths: document.neutralTenths,
    partials,
    attributeOf,
  };
}
