import type { Issue } from '../issue.ts';
import type { ReferenceTables } from '../reference-tables.ts';
import { valueOf } from './text.ts';

/**
 * 行业代码: GB/T 4754-2017, with its letter where the table knows it. An unknown code is kept with a warning
 * (INDUSTRY_UNKNOWN), text that is no code is left out with the same warning.
 */
export function readIndustry(
  raw: string | undefined,
  column: string,
  tables: ReferenceTables | undefined,
  issues: Issue[],
): string | undefined {
  const clean = valueOf(raw)?.toUpperCase();
  if (clean === undefined) return undefined;
  const m = /^([A-T]?)(\d{0,4})$/.exec(clean);
  const letter = m?.[1] || tables?.divisionLetters.get(m?.[2]?.slice(0, 2) ?? '') || '';
  const code = m ? letter + m[2]! : undefined;
  if (code === undefined || (tables !== undefined && !tables.industries.has(code)))
    issues.push({ code: 'INDUSTRY_UNKNOWN', column, raw: clean });
  return code;
}
