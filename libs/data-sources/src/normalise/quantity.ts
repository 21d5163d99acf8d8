import type { Issue } from '../issue.ts';
import { parseDecimal, scaled } from './decimal.ts';
import { valueOf } from './text.ts';

/**
 * A non-negative decimal in a cell as a whole number of its 10^places parts, half up: cubic metres with 2 places are
 * hundredths. A trailing % or unit word is not read: the column declares its unit. Anything else is left out (DQ15).
 */
export function readQuantity(
  raw: string | undefined,
  places: number,
  column: string,
  issues: Issue[],
): number | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean.startsWith('.') ? `0${clean}` : clean);
  const value = decimal === undefined ? undefined : scaled(decimal, places);
  if (value === undefined) issues.push({ code: 'DQ15', column, raw: clean });
  return value;
}

/** 百分比 in a cell as basis points: `35`, `35.5%` and `35.5％` are percents; over 100 % is refused (DQ15). */
export function readPercent(raw: string | undefined, column: string, issues: Issue[]): number | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean.replace(/ ?%$/, ''));
  const value = decimal === undefined ? undefined : scaled(decimal, 2);
  if (value !== undefined && value <= 10_000) return value;
  issues.push({ code: 'DQ15', column, raw: clean });
  return undefined;
}
