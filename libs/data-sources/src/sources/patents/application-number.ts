import { cleanText } from '../../normalise/text.ts';
import type { PatentType } from './payload.ts';

/** What an application number (申请号) says, or why it is refused. */
export type ApplicationNumber =
  | {
      readonly ok: true;
      /** `202310123456.7`; before October 2003 `98101234.5`. */
      readonly appNo: string;
      readonly type: PatentType;
      /** The delivered number had no check digit. */
      readonly restored: boolean;
    }
  | { readonly ok: false; readonly code: 'APPNO_FORM' }
  | { readonly ok: false; readonly code: 'APPNO_CHECK'; readonly suggestion: string };

const TYPES: Readonly<Record<string, PatentType>> = {
  1: 'invention',
  2: 'utilityModel',
  3: 'design',
  8: 'pctInvention',
  9: 'pctUtilityModel',
};
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
const SHAPE = /^(?:CN|ZL)?((?:19|20)\d{2}[12389]\d{7}|\d{2}[12389]\d{5})(?:\.?([0-9X]))?$/;

/** Σ digit × weight mod 11, 10 → X; over twelve digits, or eight in the old form. */
export function applicationCheckDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits[i]) * WEIGHTS[i]!;
  return '0123456789X'[sum % 11]!;
}

/**
 * One form for one application, before grant (CN…) and after (ZL…): prefix, blanks and full width gone, check digit
 * verified; a lost one is restored. A number that lost more than that (a spreadsheet's doing) is refused.
 */
export function parseApplicationNumber(raw: string): ApplicationNumber {
  const text = cleanText(raw).toUpperCase().replaceAll(' ', '').replaceAll('。', '.');
  const m = SHAPE.exec(text);
  if (!m) return { ok: false, code: 'APPNO_FORM' };
  const digits = m[1]!;
  const type = TYPES[digits[digits.length === 12 ? 4 : 2]!]!;
  const appNo = `${digits}.${applicationCheckDigit(digits)}`;
  if (m[2] === undefined) return { ok: true, appNo, type, restored: true };
  if (!appNo.endsWith(m[2])) return { ok: false, code: 'APPNO_CHECK', suggestion: appNo };
  return { ok: true, appNo, type, restored: false };
}
