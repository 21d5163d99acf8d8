import { ProblemError, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/** Codes of `errors` under the problem `composition-invalid`. */
export const COMPOSITION_FAULTS = {
  'amount-not-whole': { zh: '金额须为整数分', en: 'an amount is a whole number of fen' },
  'amount-negative': { zh: '金额不得为负', en: 'an amount is not negative' },
  'amount-not-positive': { zh: '金额须大于零', en: 'the amount must be above zero' },
  'amount-too-large': { zh: '金额超出可精确表示的范围', en: 'the amount is past what is exact (2^53 − 1 fen)' },
  'unit-not-positive': { zh: '取整单位须为正整数分', en: 'the rounding unit is a whole number of fen above zero' },
  'ratio-not-positive': { zh: '比例须为三个正整数', en: 'the ratio is three whole numbers above zero' },
  'share-not-bp': { zh: '份额须为 0 至 10000 的整数', en: 'a share is a whole number of basis points, 0 to 10,000' },
  'partner-unknown': { zh: '没有该合作方', en: 'there is no such partner in this part' },
  'partner-repeated': { zh: '合作方重复', en: 'the partner stands twice in this part' },
  'not-whole-units': { zh: '须为取整单位的整数倍', en: 'must be a multiple of the rounding unit' },
  'same-partner': { zh: '转出方与承接方相同', en: 'a partner does not take over from itself' },
} as const satisfies Record<string, Text>;

export type CompositionFault = keyof typeof COMPOSITION_FAULTS;

export const fault = (pointer: string, code: CompositionFault): ProblemDetail => ({
  pointer,
  code,
  ...COMPOSITION_FAULTS[code],
});

/** composition-invalid 422: what was given cannot be composed; every fault by its pointer. */
export function compositionInvalid(errors: readonly ProblemDetail[]): ProblemError {
  const where = errors.map(({ pointer }) => pointer).join(', ');
  return new ProblemError({
    code: 'composition-invalid',
    status: 422,
    zh: `投贷担组合有误：${where}`,
    en: `the composition is not valid: ${where}`,
    errors,
  });
}

/** What is wrong with an amount; undefined: a safe whole number from 0 on. */
export function amountFault(value: number): CompositionFault | undefined {
  if (Number.isSafeInteger(value)) return value < 0 ? 'amount-negative' : undefined;
  return Number.isInteger(value) ? (value < 0 ? 'amount-negative' : 'amount-too-large') : 'amount-not-whole';
}

export function checkAmount(errors: ProblemDetail[], pointer: string, value: number): void {
  const code = amountFault(value);
  if (code) errors.push(fault(pointer, code));
}

export function checkUnit(errors: ProblemDetail[], value: number): void {
  if (!Number.isSafeInteger(value) || value <= 0) errors.push(fault('/unit', 'unit-not-positive'));
}

export function refuseFaults(errors: readonly ProblemDetail[]): void {
  if (errors.length > 0) throw compositionInvalid(errors);
}

/** The sum, refused by its pointer where it is not exact any more. */
export function exactSum(pointer: string, ...amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  // Addends are safe and not negative: a sum that is safe was safe all along.
  if (!Number.isSafeInteger(sum)) throw compositionInvalid([fault(pointer, 'amount-too-large')]);
  return sum;
}
