import { AUTHORISED_SCOPES } from '#lib/compliance';
import { choice, day, flag, hex, id, instant, list, map, nullable, object, page, str } from './schema.ts';

const PURPOSES = [
  'pre-loan-review',
  'post-loan-management',
  'guarantee-review',
  'own-query',
  'dispute-check',
  'operation',
];

const authorisation = object({
  authorisationId: id('The authorisation.'),
  uscc: str('The firm that gave it.', '91440300DMAB12340K'),
  institution: str('Code of whom it authorised.', 'example-bank'),
  purpose: choice('What for.', PURPOSES.slice(0, 3)),
  scopes: list(choice('What it opens; report includes the score.', AUTHORISED_SCOPES)),
  from: day('First day on which it holds.'),
  until: day('Last day on which it holds.', '2026-07-29'),
  single: flag('Used up by one report.', false),
  textSha256: hex('SHA-256 of the text that was signed.'),
  evidenceSha256: hex('SHA-256 of the signed evidence.'),
  state: choice('GRANTED holds within its days.', ['GRANTED', 'USED_UP', 'EXPIRED', 'REVOKED']),
  grantedAt: instant('When it was recorded.'),
  endedAt: nullable(instant('When it ended.'), null),
});

const query = object({
  at: instant('When the answer was given.'),
  institution: object({ zh: str('Who asked.', '示例银行'), en: str('Who asked.', 'Example Bank') }),
  product: str('What was given: score, evidence, report, list …', 'score'),
  purpose: choice('What for.', PURPOSES),
  authorisationId: nullable(id('By which authorisation; null: of a list, or by the house.')),
});

const loggedQuery = object({
  seq: { type: 'integer', description: 'Number in the chain.', example: 17 },
  at: instant('When the answer was given.'),
  institutionId: id('Who asked.'),
  personId: id('The person behind the key.'),
  subjects: list(str('Firms that the answer was about.', '91440300DMAB12340K')),
  product: str('What was given.', 'score'),
  purpose: choice('What for.', PURPOSES),
  authorisationId: nullable(id('By which authorisation.')),
  detail: map({}, 'What tells this answer from another.', { runId: '019a8c2e-7f00-7000-8000-000000000001' }),
});

export const complianceSchemas = {
  Authorisation: authorisation,
  AuthorisationPage: page(authorisation),
  OwnQueryList: object({ items: list(query) }),
  QueryLogPage: page(loggedQuery),
};
