import fc from 'fast-check';
import { ratioBp, splitByLargestRemainder } from '#lib/kernel';
import { bigQuotas, leverageBp, quotient, safeQuotas, splitWithin } from './whole-units.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3_000 : 200;
const whole = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 10 ** 13 }), fc.maxSafeNat());
const weights = (max: number) => fc.array(fc.nat({ max }), { minLength: 2, maxLength: 9 });
const anywhere = (all: readonly number[]): number[] => all.map(() => Infinity);
const total = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0);

describe('whole units', () => {
  it('quotients are those of BigInt, at the end of the range as well', () => {
    const edge = Number.MAX_SAFE_INTEGER;
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: edge }), (a, b) => {
        expect(BigInt(quotient(a, b))).toBe(BigInt(a) / BigInt(b));
        expect(BigInt(quotient(edge, b))).toBe(BigInt(edge) / BigInt(b));
        // The largest multiple of b, and one below it.
        const multiple = edge - (edge % b);
        expect([quotient(multiple, b), quotient(multiple - 1, b)]).toEqual([multiple / b, multiple / b - 1]);
      }),
      { numRuns },
    );
    for (let power = 1; power < 2 ** 53; power *= 2)
      expect(BigInt(quotient(edge, power))).toBe(BigInt(edge) / BigInt(power));
  });

  it('safe products and BigInt give the same quotas in the same order', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 7 }), weights(9 * 10 ** 8), (units, all) => {
        const sum = total(all);
        fc.pre(sum > 0);
        const [fast, slow] = [safeQuotas(units, all, sum), bigQuotas(units, all)];
        expect(fast.parts).toEqual(slow.parts);
        const ranked = fast.rests.toSorted((a, b) => a - b);
        expect(fast.rests.map((rest) => ranked.indexOf(rest))).toEqual(slow.rests);
      }),
      { numRuns },
    );
  });

  it('where there is room a split is that of the kernel, by numbers and by BigInt', () => {
    // Multiples of one odd sum: remainders tie exactly, and products past 2^53 as numbers would break the tie.
    const tied = fc
      .tuple(fc.integer({ min: 10 ** 12, max: 10 ** 13 }), weights(6))
      .map(([base, more]) => more.map((one) => base * one));
    const any = fc.oneof(weights(10 ** 13), tied);
    fc.assert(
      fc.property(
        fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 10 ** 8 }), fc.nat({ max: 10 ** 13 })),
        any,
        (units, all) => {
          fc.pre(total(all) > 0);
          expect(splitWithin(units, all, anywhere(all))).toEqual(splitByLargestRemainder(units, all));
        },
      ),
      { numRuns },
    );
  });

  it('no part is above its room, all is handed out, and a part with room left is not short of its share', () => {
    fc.assert(
      fc.property(weights(50_000_000), fc.nat(), (all, pick) => {
        const room = all.map((weight) => Math.floor(weight / 1_000_000));
        const units = pick % (total(room) + 1);
        const parts = splitWithin(units, all, room);
        expect(total(parts)).toBe(units);
        parts.forEach((part, i) => {
          expect(part).toBeLessThanOrEqual(room[i]!);
          if (units > 0) expect(part).toBeGreaterThanOrEqual(Math.floor((units * all[i]!) / total(all)));
        });
      }),
      { numRuns },
    );
  });

  it('a tie at 10^13 fen goes to the first, though products as numbers would break it', () => {
    const all = [1, 3, 3, 3, 2].map((times) => times * 14_721_079_025_520);
    expect(splitWithin(5_054_984_496_282, all, anywhere(all))).toEqual(splitByLargestRemainder(5_054_984_496_282, all));
  });

  it('a unit for which the first in order has no room goes on, twice round if need be', () => {
    expect(
      splitWithin(
        3,
        [1.5, 1.5].map((w) => w * 2),
        [1, 2],
      ),
    ).toEqual([1, 2]);
    expect(splitWithin(10, [9, 9, 100], [0, 0, 10])).toEqual([0, 0, 10]);
    expect(() => splitWithin(3, [1, 1], [1, 1])).toThrow(RangeError);
  });

  it('leverage is the kernel’s ratio, and null without equity or past what is exact', () => {
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (num, den) => {
        const exact = (BigInt(num) * 20_000n + BigInt(den)) / (2n * BigInt(den));
        if (exact > BigInt(Number.MAX_SAFE_INTEGER)) expect(leverageBp(num, den)).toBeNull();
        else expect(leverageBp(num, den)).toBe(ratioBp(num, den));
      }),
      { numRuns },
    );
    expect(leverageBp(1, 0)).toBeNull();
    expect(leverageBp(10 ** 13, 1)).toBeNull();
  });
});
