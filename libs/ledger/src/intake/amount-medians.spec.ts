import fc from 'fast-check';
import { AmountMedians } from './amount-medians.ts';

const medianOf = (values: readonly unknown[]): number | undefined => {
  const medians = new AmountMedians(['amount']);
  for (const amount of values) medians.take({ amount, other: 7 });
  return medians.medians()['amount'];
};
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

describe('the medians of amounts', () => {
  it('are those of the amounts, to two digits below', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 50 }), { minLength: 20, maxLength: 60 }), (amounts) => {
        const exact = [...amounts].sort((a, b) => a - b)[Math.floor(amounts.length / 2)]!;
        const median = medianOf(amounts)!;
        expect(median).toBeLessThanOrEqual(exact);
        expect(median * 11).toBeGreaterThan(exact * 10);
      }),
    );
  });

  it('move with the unit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 1e9 }), { minLength: 20 }), (amounts) => {
        expect(medianOf(amounts.map((amount) => amount * 10_000))).toBe(medianOf(amounts)! * 10_000);
      }),
    );
  });

  it('need twenty amounts; zeros, absent ones and texts are none', () => {
    expect(medianOf(times(19, 500))).toBeUndefined();
    expect(medianOf([...times(19, 500), 0, undefined, '500', null])).toBeUndefined();
    expect(medianOf([...times(20, 500), ...times(90, 0)])).toBe(500);
  });

  it('are of the minor units of any currency, and of losses by their size', () => {
    expect(medianOf([...times(10, { currency: 'CNY', minor: 1234 }), ...times(10, -1299)])).toBe(1200);
  });
});
