import type { Issue } from '../issue.ts';
import { parseDecimal, scaled } from './decimal.ts';
import { valueOf } from './text.ts';

/** Short ASCII digits as a number; −1 for anything else. */
export function shortDigits(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return -1;
    n = n * 10 + c - 48;
  }
  return n;
}

/** A count in a cell: a whole number ≥ 0; full width, thousands separators and a fraction of zeros are read. Else DQ15. */
export function readCount(raw: string | undefined, column: string, issues: Issue[]): number | undefined {
  if (raw === undefined || raw === '') return undefined;
  const quick = shortDigits(raw);
  if (quick >= 0) return quick;
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean);
  const isWhole = decimal !== undefined && decimal.digits % 10n ** BigInt(decimal.scale) === 0n;
  const value = isWhole ? scaled(decimal, 0) : undefined;
  if (value === undefined) issues.push({ code: 'DQ15', column, raw: clean });
  return value;
}
