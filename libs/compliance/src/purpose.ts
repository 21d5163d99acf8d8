import type { InstitutionKind } from '#lib/access';
import { ProblemError } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/** 查询目的 (domain §6.1). Every read of a firm by somebody else names one. */
export const PURPOSES = [
  'pre-loan-review',
  'post-loan-management',
  'guarantee-review',
  'own-query',
  'dispute-check',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Who may name it; the firm itself names `own-query`, and needs nobody's authorisation. */
export const PURPOSE_RULES: Readonly<Record<Purpose, Text & { readonly by: readonly InstitutionKind[] }>> = {
  'pre-loan-review': { zh: '贷前审查', en: 'review before a loan', by: ['bank'] },
  'post-loan-management': { zh: '贷后管理', en: 'management of a loan', by: ['bank'] },
  'guarantee-review': { zh: '担保审查', en: 'review of a guarantee', by: ['guarantor'] },
  'own-query': { zh: '本企业查询', en: "the firm's own query", by: [] },
  'dispute-check': { zh: '异议核查', en: 'check of a dispute', by: ['operator'] },
};

export const mayName = (kind: InstitutionKind, purpose: Purpose): boolean => PURPOSE_RULES[purpose].by.includes(kind);

/** Throws ProblemError purpose-not-allowed 403 for a purpose that this kind of institution cannot have. */
export function requirePurpose(kind: InstitutionKind, purpose: Purpose): void {
  if (mayName(kind, purpose)) return;
  const { zh, en } = PURPOSE_RULES[purpose];
  throw new ProblemError({
    code: 'purpose-not-allowed',
    status: 403,
    zh: `该机构不能以「${zh}」为目的查询`,
    en: `this kind of institution cannot ask for the purpose of ${en}`,
    errors: [{ field: 'purpose', code: 'purpose-not-allowed', zh: '不适用于该机构', en: 'not for this institution' }],
    extra: { purpose },
  });
}
