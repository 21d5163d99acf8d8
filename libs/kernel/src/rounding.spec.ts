import fc from 'fast-check';
import { basisPoints, divide, fen, mulDiv, ratioBp, type Rounding } from './index.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 6000 : 300;
const MODES: readonly Rounding[] = ['down', 'up', 'half-up', 'floor'];
const abs = (x: bigint): bigint => (x < 0n ? -x : x);

/** The definition itself, by search: every candidate near the quotient, judged by what the mode promises. */
function oracle(num: bigint, den: bigint, mode: Rounding): bigint {
  const sign = num < 0n === den < 0n ? 1n : -1n;
  const [n, d] = [abs(num), abs(den)];
  let whole = 0n;
  for (let bit = 1n << 200n; bit > 0n; bit >>= 1n) if ((whole + bit) * d <= n) whole += bit;
  const exact = whole * d === n;
  if (exact || mode === 'down') return sign * whole;
  if (mode === 'up') return sign * (whole + 1n);
  if (mode === 'floor') return sign > 0n ? whole : -(whole + 1n);
  return sign * (n - whole * d >= (whole + 1n) * d - n ? whole + 1n : whole);
}

describe('divide', () => {
  it('agrees with the definition for every rounding and sign', () => {
    const operand = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const small = fc.bigInt({ min: -50n, max: 50n });
    fc.assert(
      fc.property(
        fc.oneof(operand, small),
        fc.oneof(operand, small).filter((d) => d !== 0n),
        fc.constantFrom(...MODES),
        (num, den, mode) => {
          expect(divide(num, den, mode)).toBe(oracle(num, den, mode));
        },
      ),
      { numRuns },
    );
  });

  it.each<[bigint, bigint, Rounding, bigint]>([
    [5n, 2n, 'half-up', 3n],
    [-5n, 2n, 'half-up', -3n],
    [5n, -2n, 'half-up', -3n],
    [-1n, 3n, 'floor', -1n],
    [-1n, 3n, 'down', 0n],
    [-1n, 3n, 'up', -1n],
    [4n, 2n, 'up', 2n],
    [49n, 100n, 'half-up', 0n],
  ])('%s ÷ %s, %s, is %s', (num, den, mode, expected) => {
    expect(divide(num, den, mode)).toBe(expected);
  });

  it('refuses a zero denominator', () => {
    expect(() => divide(0n, 0n, 'down')).toThrow(RangeError);
  });
});

describe('mulDiv', () => {
  it('multiplies before it rounds, without losing a digit', () => {
    const amount = fc.maxSafeInteger();
    const factor = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });
    fc.assert(
      fc.property(
        amount,
        factor,
        factor.filter((d) => d !== 0),
        fc.constantFrom(...MODES),
        (a, num, den, mode) => {
          const exact = oracle(BigInt(a) * BigInt(num), BigInt(den), mode);
          if (abs(exact) > BigInt(Number.MAX_SAFE_INTEGER)) {
            expect(() => mulDiv(fen(a), num, den, mode)).toThrow(RangeError);
          } else expect(BigInt(mulDiv(fen(a), num, den, mode))).toBe(exact);
        },
      ),
      { numRuns },
    );
  });

  it('keeps what a float product would lose', () => {
    expect(mulDiv(fen(9_007_199_254_740_991), 3, 3, 'down')).toBe(9_007_199_254_740_991);
    expect(mulDiv(fen(100_000_000_000_001), 1_000_003, 1_000_003, 'half-up')).toBe(100_000_000_000_001);
  });

  it('refuses fractions, a zero denominator and a result past the safe range', () => {
    expect(() => mulDiv(fen(1), 0.5, 1, 'down')).toThrow(RangeError);
    expect(() => mulDiv(fen(1), 1, 0, 'down')).toThrow(RangeError);
    expect(() => mulDiv(fen(Number.MAX_SAFE_INTEGER), 2, 1, 'down')).toThrow(RangeError);
  });

  it('never yields a negative zero', () => {
    expect(Object.is(mulDiv(fen(-1), 1, 3, 'down'), 0)).toBe(true);
  });
});

describe('basis points', () => {
  it('are rounded half up from the exact quotient', () => {
    expect(ratioBp(942, 986)).toBe(9554);
    expect(ratioBp(1, 20_000)).toBe(1);
    expect(ratioBp(1, 20_001)).toBe(0);
    expect(ratioBp(2n ** 80n, 2n ** 81n)).toBe(5000);
    expect(() => ratioBp(1, 0)).toThrow(RangeError);
  });

  it('are whole numbers', () => {
    expect(() => basisPoints(0.5)).toThrow(RangeError);
    expect(() => basisPoints(Number.NaN)).toThrow(RangeError);
    expect(Object.is(basisPoints(-0), 0)).toBe(true);
  });
});
