import { addFen, fen } from './index.ts';

describe('Fen', () => {
  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])('refuses %s', (value) => {
    expect(() => fen(value)).toThrow(RangeError);
  });

  it('takes the whole safe range, and zero has no sign', () => {
    expect(fen(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    expect(fen(Number.MIN_SAFE_INTEGER)).toBe(Number.MIN_SAFE_INTEGER);
    expect(Object.is(fen(-0), 0)).toBe(true);
  });

  it('adds, and refuses a sum that is not safe', () => {
    expect(addFen()).toBe(0);
    expect(addFen(fen(10), fen(-3), fen(5))).toBe(12);
    expect(() => addFen(fen(Number.MAX_SAFE_INTEGER), fen(1))).toThrow(RangeError);
  });
});
