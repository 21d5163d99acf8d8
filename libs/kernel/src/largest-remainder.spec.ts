import fc from 'fast-check';
import { splitByLargestRemainder } from './index.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 6000 : 300;
const weights = fc
  .array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 12 })
  .filter((all) => all.some((w) => w > 0));
const total = fc.oneof(fc.nat({ max: 200 }), fc.maxSafeNat());

describe('splitByLargestRemainder', () => {
  it('adds up to the total, each part within one unit of its exact share (quota rule)', () => {
    fc.assert(
      fc.property(total, weights, (units, all) => {
        const parts = splitByLargestRemainder(units, all);
        const sum = all.reduce((s, w) => s + BigInt(w), 0n);
        expect(parts.reduce((s, p) => s + BigInt(p), 0n)).toBe(BigInt(units));
        parts.forEach((part, i) => {
          const quota = (BigInt(units) * BigInt(all[i]!)) / sum;
          const exact = (BigInt(units) * BigInt(all[i]!)) % sum === 0n;
          expect(exact ? [quota] : [quota, quota + 1n]).toContain(BigInt(part));
        });
      }),
      { numRuns },
    );
  });

  it('gives the units left over to the largest remainders, and among equal ones to the first', () => {
    fc.assert(
      fc.property(fc.nat({ max: 500 }), weights, (units, all) => {
        const parts = splitByLargestRemainder(units, all);
        const sum = all.reduce((s, w) => s + w, 0);
        const rest = all.map((w) => (units * w) % sum);
        const gotMore = all.map((w, i) => parts[i]! > Math.floor((units * w) / sum));
        for (let i = 0; i < all.length; i++)
          for (let j = 0; j < all.length; j++)
            if (gotMore[j] && !gotMore[i]) expect(rest[j]! > rest[i]! || (rest[j] === rest[i] && j < i)).toBe(true);
      }),
      { numRuns },
    );
  });

  it('breaks ties in the order given', () => {
    expect(splitByLargestRemainder(1, [1, 1, 1])).toEqual([1, 0, 0]);
    expect(splitByLargestRemainder(2, [1, 1, 1])).toEqual([1, 1, 0]);
    expect(splitByLargestRemainder(5, [0, 1, 1])).toEqual([0, 3, 2]);
  });

  /** 投贷担 2:1:1 in units of 10,000 yuan: equity, loan, guarantee, and what stays unallocated. */
  it.each([
    [20_000_000, [10_000_000, 5_000_000, 5_000_000], 0],
    [19_870_000, [9_930_000, 4_970_000, 4_970_000], 0],
    [10_010_000, [5_010_000, 2_500_000, 2_500_000], 0],
    [10_030_000, [5_010_000, 2_510_000, 2_510_000], 0],
    [19_999_999, [9_990_000, 5_000_000, 5_000_000], 9_999],
  ])('splits %s yuan 2:1:1', (amount, expected, residue) => {
    const unit = 10_000;
    const units = Math.floor(amount / unit);
    expect(splitByLargestRemainder(units, [2, 1, 1]).map((part) => part * unit)).toEqual(expected);
    expect(amount - units * unit).toBe(residue);
  });

  it.each<[number, number[]]>([
    [-1, [1]],
    [0.5, [1]],
    [2 ** 53, [1]],
    [1, [-1, 2]],
    [1, [0.5]],
    [1, [0, 0]],
    [1, []],
  ])('refuses %s by %s', (units, all) => {
    expect(() => splitByLargestRemainder(units, all)).toThrow(RangeError);
  });
});
