/** Seconds of `work`. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

/** Rates of one pair: ours and the limit, measured one after the other. */
export interface Pair {
  readonly ours: number;
  readonly limit: number;
}

export interface PairSummary {
  readonly ours: number;
  readonly limit: number;
  /** Median of the pairs' own ratios: what slows the machine for a while slows both of a pair. */
  readonly ratio: number;
  readonly pairs: number;
  readonly spread: {
    readonly ours: readonly number[];
    readonly limit: readonly number[];
    readonly ratio: readonly number[];
  };
}

export function summarise(pairs: readonly Pair[]): PairSummary {
  const ours = pairs.map((pair) => pair.ours);
  const limit = pairs.map((pair) => pair.limit);
  const ratio = pairs.map((pair) => pair.ours / pair.limit);
  const range = (values: readonly number[], digits: number): number[] => [
    rounded(Math.min(...values), digits),
    rounded(Math.max(...values), digits),
  ];
  return {
    ours: rounded(median(ours)),
    limit: rounded(median(limit)),
    ratio: rounded(median(ratio), 3),
    pairs: pairs.length,
    spread: { ours: range(ours, 0), limit: range(limit, 0), ratio: range(ratio, 3) },
  };
}

/** Largest resident memory of this process so far, MiB. */
export const peakRssMb = (): number => rounded(process.resourceUsage().maxRSS / 1024);
