/**
 * Splits `total` whole units by whole `weights`: each part gets ⌊total × weight ÷ Σ weights⌋, the units left over go
 * one by one to the largest fractional parts, ties in the order given (最大余数法). The parts always add up to `total`.
 * Throws RangeError for a negative or fractional total or weight, and when no weight is positive.
 */
export function splitByLargestRemainder(total: number, weights: readonly number[]): number[] {
  if (!Number.isSafeInteger(total) || total < 0) throw new RangeError(`total must be a whole number ≥ 0: ${total}`);
  for (const w of weights)
    if (!Number.isSafeInteger(w) || w < 0) throw new RangeError(`a weight must be a whole number ≥ 0: ${w}`);
  const sum = weights.reduce((s, w) => s + BigInt(w), 0n);
  if (sum === 0n) throw new RangeError('at least one weight must be positive');
  const shares = weights.map((w, index) => {
    const product = BigInt(total) * BigInt(w);
    return { index, units: Number(product / sum), rest: product % sum };
  });
  let left = total - shares.reduce((s, share) => s + share.units, 0);
  const parts = shares.map((share) => share.units);
  const byRest = [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const share of byRest) {
    if (left === 0) break;
    parts[share.index]! += 1;
    left -= 1;
  }
  return parts;
}
