import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiResponse } from '@nestjs/swagger';
import { PROBLEMS } from '../problems.ts';
import { exampleOf } from './schema.ts';
import { SCHEMAS, type SchemaName } from './schemas.ts';

/** Marks an operation with a code; the document's builder turns the marks into answers, one a status. */
export const PROBLEM_MARK = 'x-problem-';

/** The problem codes that the route may answer with, beside those of its guard. Throws for a code without an entry. */
export function ProblemAnswers(...codes: readonly string[]): MethodDecorator {
  for (const code of codes) if (PROBLEMS[code] === undefined) throw new Error(`problem code without an entry: ${code}`);
  return applyDecorators(...codes.map((code) => ApiExtension(`${PROBLEM_MARK}${code}`, true)));
}

export interface AnswerOptions {
  readonly status?: number;
  /** What Location names, where there is one. */
  readonly location?: string;
}

/** The route's good answer: one of the document's schemas. */
export function Answer(
  schema: SchemaName,
  description: string,
  { status = 200, location }: AnswerOptions = {},
): MethodDecorator {
  const headers =
    location === undefined
      ? {}
      : {
          headers: {
            Location: { description: 'Where to follow it.', schema: { type: 'string' as const }, example: location },
          },
        };
  return ApiResponse({
    status,
    description,
    ...headers,
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example: exampleOf(SCHEMAS[schema]) },
    },
  });
}

/** A POST that may be repeated. */
export const Repeatable = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        '1–200 visible ASCII characters. Within 24 hours the same request gets the same answer and is not done again.',
      schema: { type: 'string', minLength: 1, maxLength: 200, example: '2026-06-social-security' },
    }),
    ProblemAnswers('idempotency-key-invalid', 'idempotency-conflict', 'idempotency-in-progress'),
  );

/** The example of a problem answer, with the words of the table. */
export function problemExample(code: string): object {
  const { status, zh, en } = PROBLEMS[code]!;
  return { type: `/problems/${code}`, title: en, status, code, detail: en, zh, en, errors: [] };
}
