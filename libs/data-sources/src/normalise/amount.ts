import { fen, type Fen } from '#lib/kernel';
import type { Issue } from '../issue.ts';
import { UNIT_EXPONENT, parseCapital, type AmountUnit } from './capital.ts';
import { parseDecimal, scaled } from './decimal.ts';
import { valueOf } from './text.ts';

/**
 * An amount in 分 from clean text of a column whose unit is declared; a unit inside the text (`185000万元`) overrides it.
 * Whole integers and BigInt on digits only; below a 分 it rounds half up. Undefined: no amount in yuan, or negative.
 */
export function parseAmount(clean: string, declaredUnit: AmountUnit): Fen | undefined {
  const decimal = parseDecimal(clean);
  if (decimal !== undefined) {
    const minor = scaled(decimal, UNIT_EXPONENT[declaredUnit] + 2);
    return minor === undefined ? undefined : fen(minor);
  }
  const parsed = parseCapital(clean);
  return parsed.kind === 'money' && parsed.money.currency === 'CNY' ? fen(parsed.money.minor) : undefined;
}

/** The amount in a cell; undefined for a null word (no issue) and for text that is no amount in yuan (DQ09). */
export function readAmount(
  raw: string | undefined,
  declaredUnit: AmountUnit,
  column: string,
  issues: Issue[],
): Fen | undefined {
  if (raw === undefined || raw === '') return undefined;
  const quick = declaredUnit === '元' ? quickFen(raw) : -1;
  if (quick >= 0) return quick as Fen;
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const amount = parseAmount(clean, declaredUnit);
  if (amount === undefined) issues.push({ code: 'DQ09', column, raw: clean });
  return amount;
}

/** Plain ASCII yuan with two decimals or none, up to 13 digits: digits gathered into one integer, never a fraction. */
function quickFen(text: string): number {
  const length = text.length;
  if (length > 14) return -1;
  let value = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46 && point < 0 && i > 0) point = i;
    else if (c >= 48 && c <= 57) value = value * 10 + c - 48;
    else return -1;
  }
  if (point < 0) return value * 100;
  return length - point === 3 ? value : -1;
}
