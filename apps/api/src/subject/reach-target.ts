import { ApiQuery } from '@nestjs/swagger';
import { ProblemError } from '#lib/kernel';
import { DEFAULT_CUT, type ReachTarget } from '#lib/scoring';

/** `?target=` of a reach plan. */
export const TargetQuery = (): MethodDecorator =>
  ApiQuery({
    name: 'target',
    required: false,
    description: 'next-grade: one grade up; list: score, coverage and low that the list asks for.',
    schema: { type: 'string', enum: ['next-grade', 'list'], default: 'next-grade' },
  });

/** Throws ProblemError request-invalid. */
export function reachTarget(target: string): ReachTarget {
  if (target === 'list') return { kind: 'list', cut: DEFAULT_CUT };
  if (target === 'next-grade') return { kind: target };
  const words = { code: 'field-invalid', zh: '应为 next-grade 或 list', en: 'next-grade or list is expected' };
  throw new ProblemError({
    code: 'request-invalid',
    status: 400,
    zh: '请求有误：target',
    en: 'the request is not valid: target',
    errors: [{ field: 'target', ...words }],
  });
}
