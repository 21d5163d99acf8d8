import type { Fraction, Measured } from '../value.ts';
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
const numOf = (x: Exact): number => (typeof x === 'number' ? x : x.num);
const denOf = (x: Exact): number => (typeof x === 'number' ? 1 : x.den);

/** Compiles a characteristic that the static checks have passed: numeric attributes ascend and tile their line. */
export const compileCharacteristic = (document: CharacteristicDocument): CompiledCharacteristic => new Bins(document);

/** One class for all characteristics, so that the hot loop calls one function over one shape and inlines it. */
class Bins implements CompiledCharacteristic {
  readonly code: string;
  readonly dimension: number;
  readonly maxTenths: number;
  readonly neutralTenths: number;
  readonly partials: readonly number[];
  private readonly names: readonly string[];
  private readonly binOfName: readonly number[];
  private readonly numeric: readonly number[];
  private readonly intervals: readonly Interval[];
  /** For whole numbers every bound becomes «v < cut»: {p} ends before ⌊p⌋ + 1, [lo, hi) before ⌈hi⌉; the last is Infinity. */
  private readonly cuts: Float64Array;
  /** The last whole number of each bin but the last, where bounds are small. */
  private readonly ends: Int32Array;
  /** The least whole number of the first bin, and up to where `ends` may be asked: none where bounds are not small. */
  private readonly first: number;
  private readonly limit: number;
  private readonly least: number;
  /** Upper bounds as num ÷ den. */
  private readonly hiNum: Float64Array;
  private readonly hiDen: Float64Array;
  /** Bounds below 2^20: their products with a value below 2^31 are exact. */
  private readonly small: boolean;

  constructor(readonly document: CharacteristicDocument) {
    this.code = document.code;
    this.dimension = (DIMENSIONS as readonly string[]).indexOf(document.dimension);
    this.partials = document.attributes.map((attribute) => attribute.partialScoreTenths);
    this.maxTenths = Math.max(...this.partials);
    this.neutralTenths = document.neutralTenths;
    const names: string[] = [];
    const binOfName: number[] = [];
    const numeric: number[] = [];
    const intervals: Interval[] = [];
    for (const [index, { predicate }] of document.attributes.entries()) {
      if (isCategorical(predicate)) {
        for (const name of predicate.in) {
          names.push(name);
          binOfName.push(index);
        }
      } else {
        numeric.push(index);
        intervals.push(intervalOf(predicate)!);
      }
    }
    this.names = names;
    this.binOfName = binOfName;
    this.numeric = numeric;
    this.intervals = intervals;
    this.cuts = Float64Array.from(intervals, (i) =>
      i.hi === undefined ? Infinity : i.point ? floorOf(i.hi) + 1 : ceilOf(i.hi),
    );
    this.hiNum = Float64Array.from(intervals, (i) => (i.hi === undefined ? Infinity : numOf(i.hi)));
    this.hiDen = Float64Array.from(intervals, (i) => (i.hi === undefined ? 1 : denOf(i.hi)));
    this.small = intervals.every(
      ({ lo, hi = 0 }) => isSmall(numOf(lo)) && isSmall(denOf(lo)) && isSmall(numOf(hi)) && isSmall(denOf(hi)),
    );
    this.limit = this.small ? SMALL : -(2 ** 31);
    this.ends = Int32Array.from(this.small ? this.cuts.filter((cut) => cut !== Infinity) : [], (cut) => cut - 1);
    const first = intervals[0];
    this.least = first === undefined ? Infinity : first.loOpen ? floorOf(first.lo) + 1 : ceilOf(first.lo);
    this.first = Math.min(this.least, SMALL);
  }

  attributeOf(value: Measured): number {
    if (typeof value === 'number') {
      const whole = value | 0;
      if (whole !== value || whole >= this.limit) return this.attributeOfNumber(value);
      if (whole < this.first) return -1;
      // Counts the bins that end below the value: no branch that the processor must guess.
      const { ends } = this;
      let below = 0;
      for (let k = 0; k < ends.length; k++) below += (ends[k]! - whole) >>> 31;
      return this.numeric[below]!;
    }
    if (typeof value === 'string') {
      const { names } = this;
      for (let i = 0; i < names.length; i++) if (names[i] === value) return this.binOfName[i]!;
      return -1;
    }
    return this.attributeOfFraction(value);
  }

  private attributeOfNumber(value: number): number {
    if (!(value >= this.least) || !Number.isSafeInteger(value)) return -1;
    return this.numeric[this.cuts.findIndex((cut) => value < cut)]!;
  }

  private attributeOfFraction({ num, den }: Fraction): number {
    if (!this.small || den <= 0 || (num | 0) !== num || (den | 0) !== den) return this.attributeOfLarge({ num, den });
    const first = this.intervals[0];
    if (first === undefined) return -1;
    const over = num * denOf(first.lo) - numOf(first.lo) * den;
    if (over < 0 || (over === 0 && first.loOpen)) return -1;
    const { hiNum, hiDen } = this;
    for (let i = 0; i < hiNum.length; i++) {
      const left = hiNum[i]! * den - num * hiDen[i]!;
      if (left > 0 || (left === 0 && this.intervals[i]!.point)) return this.numeric[i]!;
    }
    return -1;
  }

  private attributeOfLarge(value: Fraction): number {
    if (!Number.isSafeInteger(value.num) || !Number.isSafeInteger(value.den) || value.den <= 0) return -1;
    const first = this.intervals[0];
    if (first === undefined || compareExact(value, first.lo) < (first.loOpen ? 1 : 0)) return -1;
    const at = this.intervals.findIndex(
      ({ hi, point }) => hi === undefined || compareExact(value, hi) < (point ? 1 : 0),
    );
    return at < 0 ? -1 : this.numeric[at]!;
  }
}

const SMALL = 2 ** 20;
const isSmall = (n: number): boolean => Math.abs(n) < SMALL;
