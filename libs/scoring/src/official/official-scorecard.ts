import type { LocalDate } from '#lib/kernel';
import type { Text } from '../score.ts';
import { addExact, compareExact, reduced, type Exact } from '../scorecard/exact.ts';

/** One measure of an item: `from` (inclusive) → points, descending; `atMost`: up to and including, ascending; null: all else. */
export interface OfficialMeasure {
  readonly input: string;
  readonly atMost?: boolean;
  /** `points`: the input is the points themselves, given by experts. */
  readonly steps: readonly (readonly [bound: number | null, points: number])[] | 'points';
  /** With `points`: the most that experts may give. */
  readonly max?: number;
}

export interface OfficialItem extends Text {
  readonly code: string;
  readonly group?: string;
  /** The whole table fails when this item gives nothing. */
  readonly mustScore?: boolean;
  /** The best of them counts: the firm chooses. */
  readonly best: readonly OfficialMeasure[];
}

/** An official indicator table (官方评价指标) as dated data; sources are the published guides. */
export interface OfficialScorecard extends Text {
  readonly id: string;
  readonly validFrom: LocalDate;
  readonly validTo: LocalDate | null;
  readonly source: string;
  readonly passPoints: number;
  readonly limits: readonly (Text & { readonly input: string; readonly max: number })[];
  readonly groups: readonly (Text & { readonly code: string; readonly min: number })[];
  /** One of them is enough: an input of 1 says yes, 0 no. */
  readonly directRoutes: readonly (Text & { readonly input: string })[];
  readonly items: readonly OfficialItem[];
}

/** By name; absent: not known. Nothing is ever put in its place. */
export type OfficialInputs = Readonly<Record<string, Exact | undefined>>;

export interface OfficialItemResult extends Text {
  readonly code: string;
  readonly group: string | null;
  /** Null: the data decide only that it lies from `low` to `high`. */
  readonly points: number | null;
  readonly low: number;
  readonly high: number;
  readonly maxPoints: number;
  /** Inputs that are not known. */
  readonly unknown: readonly string[];
}

export type OfficialResult = 'pass' | 'fail' | 'unknown';

export interface OfficialEvaluation extends Text {
  readonly id: string;
  readonly source: string;
  readonly validFrom: LocalDate;
  readonly passPoints: number;
  readonly result: OfficialResult;
  /** The least and the most that the points can be. */
  readonly low: number;
  readonly high: number;
  readonly items: readonly OfficialItemResult[];
  /** Limits and direct routes with what is known of them. */
  readonly conditions: readonly (Text & { readonly input: string; readonly state: 'yes' | 'no' | 'unknown' })[];
}

/**
 * Evaluates one official table: every item as the range that the known inputs leave, pass and fail only where the range
 * leaves no doubt. A direct route that is open passes whatever the points.
 */
export function evaluateOfficial(table: OfficialScorecard, inputs: OfficialInputs): OfficialEvaluation {
  const items = table.items.map((item) => itemOf(item, inputs));
  const [low, high] = [sum(items, 'low'), sum(items, 'high')];
  const limits = table.limits.map(({ input, max, zh, en }) => {
    const value = inputs[input];
    return {
      input,
      zh,
      en,
      state: value === undefined ? 'unknown' : compareExact(value, max) <= 0 ? 'yes' : 'no',
    } as const;
  });
  const routes = table.directRoutes.map(({ input, zh, en }) => {
    const value = inputs[input];
    return { input, zh, en, state: value === undefined ? 'unknown' : value === 1 ? 'yes' : 'no' } as const;
  });
  const ranges = [
    { low, high, least: table.passPoints },
    ...table.groups.map(({ code, min }) => {
      const own = items.filter(({ group }) => group === code);
      return { low: sum(own, 'low'), high: sum(own, 'high'), least: min };
    }),
    ...table.items.flatMap((item, i) => (item.mustScore ? [{ ...items[i]!, least: 1 }] : [])),
  ];
  const verdicts: OfficialResult[] = [
    ...ranges.map((r): OfficialResult => (r.low >= r.least ? 'pass' : r.high < r.least ? 'fail' : 'unknown')),
    ...limits.map(({ state }): OfficialResult => (state === 'yes' ? 'pass' : state === 'no' ? 'fail' : 'unknown')),
  ];
  const byPoints = verdicts.includes('fail') ? 'fail' : verdicts.includes('unknown') ? 'unknown' : 'pass';
  const { id, source, validFrom, passPoints, zh, en } = table;
  return {
    id,
    zh,
    en,
    source,
    validFrom,
    passPoints,
    result: withRoutes(
      byPoints,
      routes.map(({ state }) => state),
    ),
    low,
    high,
    items,
    conditions: [...limits, ...routes],
  };
}

function withRoutes(byPoints: OfficialResult, routes: readonly ('yes' | 'no' | 'unknown')[]): OfficialResult {
  if (byPoints === 'pass' || routes.includes('yes')) return 'pass';
  return routes.includes('unknown') ? 'unknown' : byPoints;
}

const sum = (items: readonly OfficialItemResult[], field: 'low' | 'high'): number =>
  items.reduce((total, item) => total + item[field], 0);

function itemOf({ code, group, zh, en, best }: OfficialItem, inputs: OfficialInputs): OfficialItemResult {
  const ranges = best.map((measure) => rangeOf(measure, inputs[measure.input]));
  const low = Math.max(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  const maxPoints = Math.max(...best.map((measure) => rangeOf(measure, undefined).high));
  const unknown = best.flatMap(({ input }) => (inputs[input] === undefined ? [input] : []));
  return { code, group: group ?? null, zh, en, points: low === high ? low : null, low, high, maxPoints, unknown };
}

function rangeOf({ steps, atMost, max }: OfficialMeasure, value: Exact | undefined): { low: number; high: number } {
  if (steps === 'points') return typeof value === 'number' ? { low: value, high: value } : { low: 0, high: max ?? 0 };
  const all = steps.map(([, points]) => points);
  if (value === undefined) return { low: Math.min(...all), high: Math.max(...all) };
  const step = steps.find(([bound]) => bound === null || compareExact(value, bound) * (atMost ? -1 : 1) >= 0);
  const points = step?.[1] ?? 0;
  return { low: points, high: points };
}

/**
 * 高新技术企业 growth rate (成长性): ½ (y2 ÷ y1 + y3 ÷ y2) − 1 of three years' net assets or sales, oldest first. Negative → 0;
 * first year 0 → the last two years only; second year 0 → 0. Undefined: a year is not known.
 */
export function highTechGrowthRate(years: readonly (number | undefined)[]): Exact | undefined {
  const [y1, y2, y3] = years;
  if (y1 === undefined || y2 === undefined || y3 === undefined) return undefined;
  if (y2 <= 0) return 0;
  const last = reduced(y3, y2)!;
  const rate = y1 <= 0 ? addExact(last, -1) : addExact(half(addExact(reduced(y2, y1)!, last)), -1);
  return compareExact(rate, 0) < 0 ? 0 : rate;
}

const half = (x: Exact): Exact => (typeof x === 'number' ? reduced(x, 2)! : reduced(x.num, 2 * x.den)!);
