/** Whole-number arithmetic for safe integers ≥ 0: numbers where every product is safe, else BigInt, with one result. */

/**
 * ⌊a ÷ b⌋ of safe integers, b > 0. The quotient of two numbers is rounded, but never up to a whole k: that needs
 * a = kb − r with r/b ≤ half the distance below k, less than k·2^−53, so that a > r·(2^53 − 1), which is not safe.
 */
export const quotient = (a: number, b: number): number => Math.floor(a / b);

/** ⌊amount ÷ unit⌋ × unit. */
export const inWholeUnits = (amount: number, unit: number): number => quotient(amount, unit) * unit;

/** What each weight has of `total` before the units left over are handed out; only the order of `rests` counts. */
export interface Quotas {
  readonly parts: number[];
  readonly rests: readonly number[];
}

/** Where `total` × every weight and the sum of the weights are safe. */
export function safeQuotas(total: number, weights: readonly number[], sum: number): Quotas {
  const parts: number[] = [];
  const rests: number[] = [];
  for (const weight of weights) {
    const product = total * weight;
    const part = quotient(product, sum);
    parts.push(part);
    rests.push(product - part * sum);
  }
  return { parts, rests };
}

export function bigQuotas(total: number, weights: readonly number[]): Quotas {
  const [units, sum] = [BigInt(total), weights.reduce((s, w) => s + BigInt(w), 0n)];
  const products = weights.map((weight) => units * BigInt(weight));
  const rests = products.map((product) => product % sum);
  // As ranks, equal for equals: numbers alone reach the loops that follow, which stay fast for all others.
  const ranked = rests.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { parts: products.map((product) => Number(product / sum)), rests: rests.map((rest) => ranked.indexOf(rest)) };
}

/**
 * `total` units by `weights`, largest remainder, ties in the order given; no part above its `room`: a unit that has no
 * room goes to the next. Where there is room for all this is the kernel's split. total ≤ Σ room, and Σ weights is safe.
 */
export function splitWithin(total: number, weights: readonly number[], room: readonly number[]): number[] {
  if (weights.length === 1) return [total];
  if (total === 0) return weights.map(() => 0);
  let [sum, largest] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    if (weight > largest) largest = weight;
  }
  const safe = total * largest <= Number.MAX_SAFE_INTEGER;
  const { parts, rests } = safe ? safeQuotas(total, weights, sum) : bigQuotas(total, weights);
  return handOut(total, parts, rests, room);
}

function handOut(total: number, parts: number[], rests: Quotas['rests'], room: readonly number[]): number[] {
  let left = total;
  for (const part of parts) left -= part;
  // Fewer units are left than there are parts, and parts are few: looking for the next beats sorting.
  const served = parts.map(() => false);
  while (left > 0) {
    let next = -1;
    for (let i = 0; i < parts.length; i++)
      if (!served[i] && parts[i]! < room[i]! && (next === -1 || rests[i]! > rests[next]!)) next = i;
    if (next === -1) {
      if (!served.includes(true)) throw new RangeError(`no room for ${left} of ${total} units`);
      served.fill(false);
      continue;
    }
    served[next] = true;
    parts[next]! += 1;
    left -= 1;
  }
  return parts;
}

/** num ÷ den in basis points, half up; null without a den, and for a ratio past what is exact. */
export function leverageBp(num: number, den: number): number | null {
  if (den === 0) return null;
  const doubled = num * 20_000 + den;
  if (doubled <= Number.MAX_SAFE_INTEGER && 2 * den <= Number.MAX_SAFE_INTEGER) return quotient(doubled, 2 * den);
  const bp = (BigInt(num) * 20_000n + BigInt(den)) / (2n * BigInt(den));
  return bp <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bp) : null;
}
