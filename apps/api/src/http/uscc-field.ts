import { parseUscc, ProblemError, type Uscc } from '#lib/kernel';
import { PatternField } from './fields.ts';

/** `uscc` of a body; checked whole by `usccOf`. */
export const UsccField = (description = '统一社会信用代码 of the firm.'): PropertyDecorator =>
  PatternField(
    { description, example: '91440300DMAB12340K' },
    /^[0-9A-HJ-NPQRTUWXY]{18}$/,
    '应为18位统一社会信用代码',
    'a USCC of 18 characters is expected',
  );

/** Throws ProblemError uscc-malformed 422. */
export function usccOf(text: string, pointer = '/uscc'): Uscc {
  const parsed = parseUscc(text);
  if (parsed.ok) return parsed.value.uscc;
  const { code, zh, en } = parsed.problem;
  throw new ProblemError({ ...parsed.problem, errors: [{ pointer, code, zh, en }] });
}
