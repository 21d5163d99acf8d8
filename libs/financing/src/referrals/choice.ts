import { refusal } from '../deals/checks.ts';

/** One of a fixed list. Throws ProblemError choice-invalid 422. */
export function choiceOf<T extends string>(pointer: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const list = choices.join(', ');
  throw refusal('choice-invalid', 422, pointer, `应为 ${list} 之一`, `one of ${list} is expected`);
}
