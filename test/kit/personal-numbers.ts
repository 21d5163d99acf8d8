const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** 公民身份号码 with a right check character, of a place that no division has: nobody's. */
export function idNumber(n: number): string {
  const day = new Date(Date.UTC(1960, 0, 1 + (n % 14_000)));
  const digits = `659999${day.toISOString().slice(0, 10).replaceAll('-', '')}${String(n % 1000).padStart(3, '0')}`;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * ID_WEIGHTS[i]!, 0);
  return `${digits}${'10X98765432'[sum % 11]!}`;
}

/** 手机号 that begins with 1999: planted ones can be told from all else. */
export const mobileNumber = (n: number): string => `1999${String(n).padStart(7, '0')}`;

export const emailAddress = (n: number): string => `planted.${n}@example.com`;

/** 银行卡号 of 19 digits whose last is Luhn's. */
export function cardNumber(n: number): string {
  const digits = `621999${String(n).padStart(12, '0')}`;
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries()) {
    const twice = Number(digit) * (i % 2 === 0 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** A name that no word of ours contains. */
export const personName = (n: number): string =>
  `欧阳${Array.from(String(n).padStart(6, '0'))
    .map((digit) => '甲乙丙丁戊己庚辛壬癸'[Number(digit)] ?? '')
    .join('')}`;
