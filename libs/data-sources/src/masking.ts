import { isIdNumber } from './personal.ts';

/** What stands in the place of a personal number (遮蔽). No column of ours holds it otherwise. */
export const MASK = '〔个人信息已遮蔽〕';

/**
 * Headers and JSON keys of numbers and codes: register numbers, accounts and amounts look like telephone and card numbers
 * and must come through; an identity number or an e-mail address has no business in them either.
 */
const NUMBER_WORDS =
  /号$|号码|编号|代码|额(?!单位)|资金|资本|[(（][万亿]?(?:元|股|%)[)）]|得分|^usc$|No$|Id$|Amt$|^amount$|preMoney|correctionOf|_NO$|_CODE$|AMT|QTY/;

/** `number`: identity numbers and e-mail addresses are masked; `text`: telephone and bank card numbers too. */
export type CellKind = 'number' | 'text';
export const cellKindOf = (column: string): CellKind => (NUMBER_WORDS.test(column) ? 'number' : 'text');

const GAP = String.raw`[\s\u2010-\u2015\u2212-]?`;
const ID_NUMBER = new RegExp(
  String.raw`(?<!\d)[1-8]\d{5}${GAP}\d{4}${GAP}\d{2}${GAP}\d{2}${GAP}\d{3}${GAP}[\dXx](?!\d)`,
  'g',
);
const MOBILE = new RegExp(
  String.raw`(?<![0-9A-Za-z])(?:(?:\+|00)?86${GAP})?1[3-9]\d(${GAP})\d{4}\1\d{4}(?![0-9A-Za-z]|\.\d)`,
  'g',
);
const CARD = new RegExp(
  String.raw`(?<![0-9A-Za-z])\d{4}(${GAP})\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?(?![0-9A-Za-z]|\.\d)`,
  'g',
);
// Bounded on both sides of the @, and begun where a word begins: a cell may be megabytes of letters.
const EMAIL = /(?<![\w.%+-])[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
const ASCII = /^[\0-\x7f]*$/;
const NOT_DIGITS = /\D/g;
/** What a reader does not see and cleaning takes away. */
const UNSEEN = /[\uFEFF\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\u00AD]/g;

/** 银行卡号: UnionPay and the old cards of 9558 have 16 to 19 digits, the international ones 16; the last is Luhn's. */
function isCardNumber(digits: string): boolean {
  if (!/^(?:(?:6[02]|8[12]|9558)|(?=\d{16}$)(?:4|5[1-5]|2[2-7]|35))/.test(digits)) return false;
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const digit = digits.charCodeAt(i) - 48;
    sum += twice ? (digit < 5 ? 2 * digit : 2 * digit - 9) : digit;
  }
  return sum % 10 === 0;
}

/**
 * The text without identity numbers (公民身份号码, birthday and check character right), e-mail addresses and, in columns of
 * `kind` text, mobile telephone numbers and bank card numbers (domain §7 R3). The text itself where there are none; else
 * in normal form NFKC, for a number in full-width digits is one.
 */
export function masked(text: string, kind: CellKind): string {
  if (!mayHide(text, kind === 'text' ? 11 : 17)) return text;
  let found = false;
  const mask = (): string => {
    found = true;
    return MASK;
  };
  let plain = ASCII.test(text) ? text : text.replace(UNSEEN, '').normalize('NFKC');
  plain = plain.replace(ID_NUMBER, (match) => (isIdNumber(match.replace(/[^\dXx]/g, '')) ? mask() : match));
  if (plain.includes('@')) plain = plain.replace(EMAIL, mask);
  if (kind === 'text') {
    plain = plain.replace(CARD, (match) => (isCardNumber(match.replace(NOT_DIGITS, '')) ? mask() : match));
    plain = plain.replace(MOBILE, mask);
  }
  return found ? plain : text;
}

/** Runs for every cell: whether an @ or so many digits with no more than blanks and dashes between them stand there. */
function mayHide(text: string, digits: number): boolean {
  if (text.length < 5) return false;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x4e00 && c <= 0x9fff) run = 0;
    else if (c >= 0x30 && c <= 0x39) {
      if (++run === digits) return true;
    } else if (c === 0x40 || c === 0xff20 || c === 0xfe6b) return true;
    else if (c > 0x7f) {
      // Other forms of digits, halves of surrogate pairs among them, count; other strangers may be blanks and dashes.
      if (!isStrangeDigit(c)) continue;
      if (++run === digits) return true;
    } else if (c > 0x20 && c !== 0x2d) run = 0;
  }
  return false;
}

const isStrangeDigit = (c: number): boolean =>
  (c >= 0xff10 && c <= 0xff19) ||
  (c >= 0xd800 && c <= 0xdfff) ||
  (c >= 0x2070 && c <= 0x2089) ||
  (c >= 0x2460 && c <= 0x24ff) ||
  c === 0xb9 ||
  c === 0xb2 ||
  c === 0xb3;

/** Above it JSON has lost the last digits of a number, and with them the check character. */
const LONG_ID = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d{10}$/;

/**
 * As `masked`, for any value of a JSON object or XML record: texts, members at any depth and their names. The value itself
 * where nothing is masked.
 */
export function maskedValue(value: unknown, kind: CellKind): unknown {
  if (typeof value === 'string') return masked(value, kind);
  if (typeof value === 'number') {
    if (value < 1e10) return value;
    const text = String(value);
    return LONG_ID.test(text) ? MASK : masked(text, kind) === text ? value : MASK;
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const members = Object.entries(value).map(([key, member]) => {
    const name = masked(key, 'text');
    // A list or an object in the place of a number is none.
    const kept = maskedValue(member, Array.isArray(value) ? 'text' : cellKindOf(key));
    changed ||= name !== key || kept !== member;
    return [name, kept] as const;
  });
  if (!changed) return value;
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}
