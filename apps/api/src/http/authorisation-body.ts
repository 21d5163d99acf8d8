import { AUTHORISED_SCOPES, PURPOSES, type Authorisation, type AuthorisedScope, type Purpose } from '#lib/compliance';
import { instantText, type LocalDate } from '#lib/kernel';
import { ChoiceField, ChoicesField, DateField, FlagField, PatternField, TextField } from './fields.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const NAMED = PURPOSES.filter((purpose) => purpose !== 'own-query' && purpose !== 'dispute-check');

/** What a firm signs, whoever writes it down (授权内容). */
export class AuthorisationRequest {
  @ChoiceField({ description: 'What for.', example: 'pre-loan-review' }, NAMED)
  purpose!: Purpose;

  @ChoicesField({ description: 'What it opens; report includes the score.', example: ['report'] }, AUTHORISED_SCOPES)
  scopes!: AuthorisedScope[];

  @DateField({ description: 'First day on which it holds.', example: '2026-07-01' })
  from!: LocalDate;

  @DateField({ description: 'Last day; at most 30 days on, but for a running loan.', example: '2026-07-30' })
  until!: LocalDate;

  @FlagField({ description: 'Used up by one report; default false.', example: false, optional: true })
  single?: boolean;

  @PatternField(
    { description: 'SHA-256, hex, of the text that was signed.', example: '0'.repeat(64) },
    SHA256,
    '应为64位十六进制',
    '64 hex digits are expected',
  )
  textSha256!: string;

  @PatternField(
    { description: 'SHA-256, hex, of the signed evidence.', example: '0'.repeat(64) },
    SHA256,
    '应为64位十六进制',
    '64 hex digits are expected',
  )
  evidenceSha256!: string;
}

export class WithdrawalRequest {
  @TextField({ description: 'The reason, for the record.', example: '企业撤回授权' }, 2, 1000)
  reason!: string;
}

/** `institution`: the code of whom it authorises. */
export const authorisationBody = (given: Authorisation, institution: string): object => ({
  authorisationId: given.authorisationId,
  uscc: given.uscc,
  institution,
  purpose: given.purpose,
  scopes: given.scopes,
  from: given.from,
  until: given.until,
  single: given.single,
  textSha256: given.textSha256,
  evidenceSha256: given.evidenceSha256,
  state: given.state,
  grantedAt: instantText(given.grantedAt),
  endedAt: given.endedAt && instantText(given.endedAt),
});

/** Terms of a request, with whom they are about. */
export const termsOf = ({ single = false, ...request }: AuthorisationRequest) => ({
  purpose: request.purpose,
  scopes: request.scopes,
  from: request.from,
  until: request.until,
  single,
  textSha256: request.textSha256,
  evidenceSha256: request.evidenceSha256,
});
