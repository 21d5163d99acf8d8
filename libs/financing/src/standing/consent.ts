import type { Authorisation } from '#lib/compliance';
import { dateAt, type LocalDate } from '#lib/kernel';
import type { CandidateInput } from '#lib/whitelist';
import type { StandingReader } from './readers.ts';

/** What a firm signed and still stands, as the register of authorisations has it. */
export type GivenAuthorisation = Pick<Authorisation, 'institutionId' | 'state' | 'from' | 'until' | 'grantedAt'>;

/**
 * 企业授权 of a firm on a day: valid while an institution that reads, or for the house and the firm itself any institution, holds an
 * authorisation of it. Where none does it is not refused but not asked yet: an offer is made to a firm that then consents in
 * the government's channel, and no referral is sent before that (domain §4, §6.4). Pure.
 */
export function consentOf({
  optedOut,
  given,
  readers,
  on,
}: {
  readonly optedOut: boolean;
  readonly given: readonly GivenAuthorisation[];
  readonly readers: readonly StandingReader[];
  readonly on: LocalDate;
}): CandidateInput['consent'] {
  if (optedOut) return { known: true, value: 'opted-out', date: on };
  const institutions = readers.filter(({ kind }) => kind !== 'firm').map(({ institutionId }) => institutionId);
  const since = given
    .filter(({ state, from, until }) => state === 'GRANTED' && from <= on && on <= until)
    .filter(({ institutionId }) => institutions.length === 0 || institutions.includes(institutionId))
    .map(({ grantedAt }) => dateAt(grantedAt))
    .sort()
    .at(-1);
  return since === undefined ? NOT_ASKED : { known: true, value: 'valid', date: since };
}

const NOT_ASKED = {
  known: false,
  why: {
    zh: '企业尚未授权：要约后由企业在政务渠道同意',
    en: 'the firm has authorised nobody who asks yet: with an offer it is asked for its consent',
  },
} as const;
