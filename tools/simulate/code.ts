import { organisationCodeCheckDigit, USCC_ALPHABET, usccCheckDigit, type Uscc } from '#lib/kernel';

/** Subject parts after `DM`: 31^6. */
const SUBJECTS = 31 ** 6;
/** Coprime to 31, so that index → subject is a bijection, and large, so that neighbours do not look alike. */
const STRIDE = 548_827_123;
/** Half the largest index whose product with STRIDE stays a safe integer: strangers lie beyond the firms. */
export const MAX_FIRMS = Math.floor(Number.MAX_SAFE_INTEGER / STRIDE / 2);

/** The USCC of made-up firm `index` in `region`: unique in one seed, all check characters valid. */
export function demoUscc(seed: number, index: number, region: string): Uscc {
  let rest = (index * STRIDE + (seed % SUBJECTS)) % SUBJECTS;
  let subject = '';
  for (let i = 0; i < 6; i++) {
    subject = USCC_ALPHABET[rest % 31]! + subject;
    rest = Math.floor(rest / 31);
  }
  const body = `DM${subject}`;
  const code = `91${region}${body}${organisationCodeCheckDigit(body)}`;
  return `${code}${usccCheckDigit(code)}` as Uscc;
}

const APP_WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** 申请号 `202310123456.7`: year, type digit, 7 digits of `serial`, point, check digit (Σ digit × weight mod 11, 10 → X). */
export function applicationNumber(year: number, type: number, serial: number): string {
  const digits = `${year}${type}${String(serial).padStart(7, '0')}`;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += Number(digits[i]) * APP_WEIGHTS[i]!;
  return `${digits}.${'0123456789X'[sum % 11]!}`;
}
