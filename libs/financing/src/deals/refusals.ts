import { ProblemError } from '#lib/kernel';

export const dealUnknown = (dealId: string): ProblemError =>
  new ProblemError({
    code: 'deal-unknown',
    status: 404,
    zh: `没有业务 ${dealId}`,
    en: `there is no deal ${dealId}`,
    errors: [{ field: 'id', code: 'deal-unknown', zh: '没有该业务', en: 'there is no such deal' }],
  });

export const versionStale = (version: number): ProblemError =>
  new ProblemError({
    code: 'version-stale',
    status: 409,
    zh: `已变更为第${version}版，请重新查看`,
    en: `it has changed: the version is ${version} now`,
    extra: { version },
    errors: [{ pointer: '/version', code: 'version-stale', zh: '版本已过期', en: 'an older version' }],
  });
