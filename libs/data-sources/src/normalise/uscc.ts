import { hasValidCheckDigit, isUscc, usccCheckDigit, type Uscc } from '#lib/kernel';
import type { Issue } from '../issue.ts';
import { valueOf } from './text.ts';

/**
 * 统一社会信用代码 of a cell: cleaned, upper-cased, inner blanks removed. A failing check digit is a warning (DQ02) that
 * names the computed one: early pilot codes fail and are legal. Refused (undefined, with an issue): nothing there DQ14;
 * a 15-digit registration number DQ04; any other shape, Excel's 9.13501E+17 among them, DQ01, with the reading that
 * O→0 and I→1 would give as a suggestion where that reading has a valid check digit.
 */
export function readUscc(raw: string | undefined, column: string, issues: Issue[]): Uscc | undefined {
  if (raw !== undefined && isUscc(raw)) return checked(raw, column, issues);
  const clean = valueOf(raw);
  if (clean === undefined) {
    issues.push({ code: 'DQ14', column });
    return undefined;
  }
  const code = clean.replaceAll(' ', '').toUpperCase();
  if (isUscc(code)) return checked(code, column, issues);
  if (/^\d{15}$/.test(code)) {
    issues.push({ code: 'DQ04', column, raw: code });
    return undefined;
  }
  const suggestion = code.replaceAll('O', '0').replaceAll('I', '1');
  issues.push({ code: 'DQ01', column, raw: clean, ...(hasValidCheckDigit(suggestion) ? { suggestion } : {}) });
  return undefined;
}

function checked(uscc: Uscc, column: string, issues: Issue[]): Uscc {
  const digit = usccCheckDigit(uscc);
  if (digit !== uscc[17]) issues.push({ code: 'DQ02', column, raw: uscc, suggestion: uscc.slice(0, 17) + digit });
  return uscc;
}
