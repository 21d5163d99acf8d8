/** How a quotient becomes an integer. `half-up` rounds halves away from zero (四舍五入). */
export type Rounding = 'down' | 'up' | 'half-up' | 'floor';

/** num ÷ den as an integer, exactly. Throws RangeError when den is 0. */
export function divide(num: bigint, den: bigint, rounding: Rounding): bigint {
  if (den === 0n) throw new RangeError('division by zero');
  if (den < 0n) return divide(-num, -den, rounding);
  const quotient = num / den; // BigInt truncates toward zero
  const rest = num % den;
  if (rest === 0n) return quotient;
  const away = num < 0n ? quotient - 1n : quotient + 1n;
  switch (rounding) {
    case 'down':
      return quotient;
    case 'up':
      return away;
    case 'floor':
      return num < 0n ? quotient - 1n : quotient;
    case 'half-up':
      return 2n * (rest < 0n ? -rest : rest) >= den ? away : quotient;
  }
}
