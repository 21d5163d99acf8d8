import { ProblemError, type Problem, type ProblemDetail } from '#lib/kernel';

/** Why a whole delivery is refused. Nothing of it is applied. */
export function refusal(code: string, zh: string, en: string, more: Partial<Problem> = {}): ProblemError {
  return new ProblemError({ code, status: 422, zh, en, ...more });
}

export const atRow = (row: number, code: string, zh: string, en: string): { errors: ProblemDetail[] } => ({
  errors: [{ row, code, zh, en }],
});

export const atHeader = (header: string, code: string, zh: string, en: string): ProblemDetail => ({
  header,
  code,
  zh,
  en,
});
