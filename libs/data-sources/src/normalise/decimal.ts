/** A non-negative decimal number exactly: digits ÷ 10^scale. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const GROUPED = /^\d{1,3}(?:,\d{3})+$/;
const DIGITS = /^\d+$/;

/** Clean text of digits, thousands separators in their places, and at most one point; undefined for anything else. */
export function parseDecimal(clean: string): Decimal | undefined {
  const point = clean.indexOf('.');
  const whole = point < 0 ? clean : clean.slice(0, point);
  const fraction = point < 0 ? '' : clean.slice(point + 1);
  if (!DIGITS.test(whole) && !GROUPED.test(whole)) return undefined;
  if (point >= 0 && !DIGITS.test(fraction)) return undefined;
  return { digits: BigInt(whole.replaceAll(',', '') + fraction), scale: fraction.length };
}

/** decimal × 10^exponent as a whole number, half up; undefined past 2^53 − 1. */
export function scaled(decimal: Decimal, exponent: number): number | undefined {
  const shift = exponent - decimal.scale;
  let value: bigint;
  if (shift >= 0) value = decimal.digits * 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    value = (2n * decimal.digits + divisor) / (2n * divisor);
  }
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}
