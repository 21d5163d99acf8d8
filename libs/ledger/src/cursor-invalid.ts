import { ProblemError } from '#lib/kernel';

export const cursorInvalid = (): ProblemError =>
  new ProblemError({
    code: 'cursor-invalid',
    status: 400,
    zh: '游标无效',
    en: 'the cursor is not valid',
    errors: [{ pointer: '/cursor', code: 'cursor-invalid', zh: '游标无效', en: 'not a cursor of this list' }],
  });
