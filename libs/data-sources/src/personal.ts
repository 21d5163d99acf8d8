import { dateOf } from '#lib/kernel';
import { cleanText } from './normalise/text.ts';

/** Header words of personal data (domain §7 R3), and what they announce. */
const HEADER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/身份证|证件号|证件号码|护照|公民身份|idcard|id_?no$|identity/i, 'identity document'],
  [/手机|电话|联系方式|传真|mobile|phone|^tel/i, 'telephone'],
  [
    /姓名|法定代表人|法人代表|^法人$|负责人|联系人|经办人|发明人|自然人|legal_?rep|contact|inventors?$/i,
    'name of a person',
  ],
  [/邮箱|电子邮件|e-?mail/i, 'e-mail address'],
  [/出生|生日|性别|民族|婚姻|户籍|家庭住址|银行卡|birth|gender/i, 'personal trait'],
];

const ID_NUMBER = /(?<![0-9A-Za-z])[1-8]\d{16}[0-9Xx](?![0-9A-Za-z])/g;
const MOBILE = /^(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/;
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Two digits of a province (GB/T 2260), four more of the place, a year of somebody who may live. */
const ID_SHAPE = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d{9}[0-9Xx]$/;

/** 公民身份号码 (GB 11643): a birthday that exists and the check character of ISO 7064 MOD 11-2. */
export function isIdNumber(text: string): boolean {
  if (!ID_SHAPE.test(text)) return false;
  if (dateOf(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14))) === undefined)
    return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += Number(text[i]) * ID_WEIGHTS[i]!;
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

/**
 * Why a column that no layout declares looks like personal data (DQ20), or undefined. One identity number anywhere in the
 * sample is enough; mobile numbers and e-mail addresses count from one value in five on, for account numbers resemble them.
 */
export function looksPersonal(header: string, sampleValues: readonly string[]): string | undefined {
  const clean = cleanText(header);
  for (const [words, what] of HEADER_WORDS) if (words.test(clean)) return `header: ${what}`;
  let mobiles = 0;
  let emails = 0;
  let filled = 0;
  for (const value of sampleValues) {
    const text = cleanText(value);
    if (text === '') continue;
    filled += 1;
    if (text.match(ID_NUMBER)?.some(isIdNumber)) return 'values: identity numbers';
    if (MOBILE.test(text)) mobiles += 1;
    if (EMAIL.test(text)) emails += 1;
  }
  if (mobiles > 0 && mobiles * 5 >= filled) return 'values: mobile telephone numbers';
  if (emails > 0 && emails * 5 >= filled) return 'values: e-mail addresses';
  return undefined;
}
