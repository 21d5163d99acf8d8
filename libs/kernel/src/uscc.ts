import { done, refused, type Outcome } from './outcome.ts';
import type { Problem } from './problem.ts';

declare const usccBrand: unique symbol;
/** 统一社会信用代码 (GB 32100-2015): 18 characters, upper case. The shape is guaranteed, the check digit is not. */
export type Uscc = string & { readonly [usccBrand]: 'Uscc' };

/** The 31 symbols of GB 32100; a symbol's value is its index. I, O, S, V, Z are not used. */
export const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const SHAPE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const VALUE = new Map([...USCC_ALPHABET].map((symbol, value) => [symbol, value]));
/** Wi = 3^(i−1) mod 31. */
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** The 18th character that the first 17 ask for. Throws RangeError when one of the 17 is missing or not of the alphabet. */
export function usccCheckDigit(code: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (VALUE.get(code.charAt(i)) ?? Number.NaN) * WEIGHTS[i]!;
  if (Number.isNaN(sum)) throw new RangeError(`not the first 17 characters of a USCC: ${code}`);
  return USCC_ALPHABET[(31 - (sum % 31)) % 31]!; // a sum divisible by 31 gives 0, not 31
}

export const isUscc = (text: string): text is Uscc => SHAPE.test(text);

/** True when the shape is right and the check digit agrees. */
export const hasValidCheckDigit = (code: string): boolean => SHAPE.test(code) && usccCheckDigit(code) === code[17];

export interface UsccParts {
  readonly uscc: Uscc;
  /** [1] registering authority, [2] class. */
  readonly authority: string;
  readonly kind: string;
  /** GB/T 2260 region, six digits. */
  readonly region: string;
  /** GB 11714 organisation code: characters 9–17. */
  readonly organisationCode: string;
  readonly checkDigit: string;
  /** The computed digit differs: some early pilot codes are legal all the same, so this is a warning, never a refusal. */
  readonly checkDigitExpected?: string;
}

/** Strict: 18 characters of the alphabet, upper case. Upper-casing and trimming are normalisation and happen before. */
export function parseUscc(text: string): Outcome<UsccParts> {
  if (!SHAPE.test(text)) return refused(malformed(text));
  const uscc = text as Uscc;
  const expected = usccCheckDigit(uscc);
  return done({
    uscc,
    authority: uscc[0]!,
    kind: uscc[1]!,
    region: uscc.slice(2, 8),
    organisationCode: uscc.slice(8, 17),
    checkDigit: uscc[17]!,
    ...(expected === uscc[17] ? {} : { checkDigitExpected: expected }),
  });
}

function malformed(text: string): Problem {
  const bad = [...text].find((symbol) => !VALUE.has(symbol));
  const what =
    [...text].length !== 18
      ? { zh: `应为18位，实为${[...text].length}位`, en: `18 characters expected, got ${[...text].length}` }
      : { zh: `含有不允许的字符「${bad}」`, en: `character "${bad}" is not allowed` };
  return {
    code: 'uscc-malformed',
    status: 422,
    zh: `统一社会信用代码格式有误：${what.zh}`,
    en: `malformed USCC: ${what.en}`,
  };
}

/** Codes of invented firms: the subject part starts with DM, which no real code does. */
export const isDemoUscc = (uscc: string): boolean => uscc.startsWith('DM', 8);

const ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/**
 * Check character of an organisation code (组织机构代码, GB 11714): 8 characters 0–9 A–Z in, one of 0–9 X out.
 * Throws RangeError for any other input.
 */
export function organisationCodeCheckDigit(body: string): string {
  if (!/^[0-9A-Z]{8}$/.test(body)) throw new RangeError(`not 8 characters 0–9 A–Z: ${body}`);
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += Number.parseInt(body[i]!, 36) * ORG_WEIGHTS[i]!;
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/** True for 9 characters, written without the hyphen, whose last is the check character of the first 8. */
export const isOrganisationCode = (text: string): boolean =>
  /^[0-9A-Z]{8}[0-9X]$/.test(text) && organisationCodeCheckDigit(text.slice(0, 8)) === text[8];

/** Old registration number (注册号, GS15-2006): 15 digits, the last by ISO 7064 MOD 11,10. */
export function isOldRegistrationNumber(text: string): boolean {
  if (!/^\d{15}$/.test(text)) return false;
  let p = 10;
  for (let i = 0; i < 14; i++) p = (2 * ((p + Number(text[i])) % 10 || 10)) % 11;
  return (11 - p) % 10 === Number(text[14]);
}
