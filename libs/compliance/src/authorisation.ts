import { addDays, daysBetween, dateAt, type LocalDate, type ProblemDetail, type Uscc } from '#lib/kernel';
import type { Purpose } from './purpose.ts';

/**
 * What an authorisation opens (授权范围). `report` includes the score; credit history, and figures that somebody stated
 * (财务数据), are opened by themselves.
 */
export const AUTHORISED_SCOPES = ['score', 'report', 'credit-history', 'financials'] as const;
export type AuthorisedScope = (typeof AUTHORISED_SCOPES)[number];

export const AUTHORISATION_STATES = ['GRANTED', 'USED_UP', 'EXPIRED', 'REVOKED'] as const;
export type AuthorisationState = (typeof AUTHORISATION_STATES)[number];

/** What a firm signs (信息查询授权书). */
export interface AuthorisationTerms {
  readonly uscc: Uscc;
  /** Whom the firm authorises. */
  readonly institutionId: string;
  readonly purpose: Purpose;
  readonly scopes: readonly AuthorisedScope[];
  /** First and last day on which it holds. */
  readonly from: LocalDate;
  readonly until: LocalDate;
  /** One report and then used up; never for the management of a loan. */
  readonly single: boolean;
  /** SHA-256, hex, of the text that was signed: the text itself stays where it was signed. */
  readonly textSha256: string;
  /** SHA-256, hex, of the signed evidence. */
  readonly evidenceSha256: string;
}

export interface Authorisation extends AuthorisationTerms {
  readonly authorisationId: string;
  readonly state: AuthorisationState;
  readonly grantedAt: Date;
  readonly endedAt: Date | null;
}

/** Days that an authorisation for one decision may hold (domain §6.1); one for a running loan holds until its contract ends. */
export const SINGLE_DAYS = 30;
/** No contract of these programmes runs longer. */
const LONGEST_DAYS = 3_660;

/** What is wrong with the terms, each with its place; empty: they may be granted on `today`. Pure. */
export function faultsOf(terms: AuthorisationTerms, today: LocalDate): ProblemDetail[] {
  const faults: ProblemDetail[] = [];
  const fault = (pointer: string, zh: string, en: string): void =>
    void faults.push({ pointer, code: 'authorisation-invalid', zh, en });
  if (terms.until < terms.from) fault('/until', '不得早于生效日', 'must not lie before the first day');
  if (terms.until < today) fault('/until', '已经过去', 'has passed already');
  if (terms.scopes.length === 0) fault('/scopes', '至少一项', 'at least one is needed');
  if (new Set(terms.scopes).size < terms.scopes.length) fault('/scopes', '有重复', 'names one twice');
  if (terms.purpose === 'own-query')
    fault('/purpose', '本企业查询无需授权', "the firm's own query needs no authorisation");
  const longest = terms.purpose === 'post-loan-management' ? LONGEST_DAYS : SINGLE_DAYS;
  if (daysBetween(terms.from, terms.until) > longest)
    fault('/until', `最长${longest}天`, `at most ${longest} days after the first`);
  if (terms.single && terms.purpose === 'post-loan-management')
    fault('/single', '贷后管理授权不是单次授权', 'management of a loan is not a single use');
  for (const name of ['textSha256', 'evidenceSha256'] as const)
    if (!/^[0-9a-f]{64}$/.test(terms[name])) fault(`/${name}`, '应为SHA-256十六进制', 'a SHA-256 in hex is expected');
  return faults;
}

export interface Asked {
  readonly uscc: Uscc;
  readonly institutionId: string;
  readonly purpose: Purpose;
  readonly scope: AuthorisedScope;
  readonly at: Date;
}

/** Whether this very authorisation opens what is asked at this instant (授权有效性). Pure. */
export function opens(authorisation: Authorisation, asked: Asked): boolean {
  const day = dateAt(asked.at);
  return (
    authorisation.state === 'GRANTED' &&
    authorisation.uscc === asked.uscc &&
    authorisation.institutionId === asked.institutionId &&
    authorisation.purpose === asked.purpose &&
    scopesOpened(authorisation).has(asked.scope) &&
    authorisation.grantedAt <= asked.at &&
    authorisation.from <= day &&
    day <= authorisation.until
  );
}

const scopesOpened = ({ scopes }: AuthorisationTerms): ReadonlySet<AuthorisedScope> =>
  new Set(scopes.includes('report') ? [...scopes, 'score'] : scopes);

/** The last day on which what was fetched by it may be used: 30 days, or the end of the authorisation before that. */
export function usableUntil(authorisation: Pick<AuthorisationTerms, 'until'>, fetchedOn: LocalDate): LocalDate {
  const month = addDays(fetchedOn, SINGLE_DAYS);
  return month < authorisation.until ? month : authorisation.until;
}
