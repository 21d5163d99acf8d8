import {
  choice,
  day,
  id,
  instant,
  int,
  list,
  map,
  nullable,
  object,
  page,
  str,
  text,
  type JsonSchema,
} from './schema.ts';

const seq = (description: string): JsonSchema => int(description, 42);

const noticeMembers = {
  id: id('Of the notice: the same in the list and in every delivery.'),
  seq: seq('Its number in the sequence of the institution, from 1 without gaps.'),
  type: str('What it tells; the version is part of it.', 'whitelist.revoked.v1'),
  aggregate: str('What it is about.', 'whitelist/CKT/91440300DMAB12340K'),
  at: instant('When it was published.'),
  body: map({}, 'By type.', {
    usc: '91440300DMAB12340K',
    listCode: 'CKT',
    effectiveAt: '2026-07-06T09:00:00.000+08:00',
    reasonCode: 'K01',
  }),
  ackDueOn: nullable(day('The last day on which it may be acknowledged; null: it need not be.', '2026-07-07')),
};

const attempt = object({
  seq: seq('The notice.'),
  at: instant('When.'),
  status: nullable(int('HTTP status of the answer; null: there was none.', 503)),
  fault: nullable(str('Why there was no answer: timeout, unresolved, not-public, econnrefused …', 'timeout'), null),
});

const webhookMembers = {
  address: str('Where notices are sent.', 'https://partner.example/firstmile/notices'),
  types: nullable(list(str('A type that is wanted.', 'whitelist.revoked.v1'), 'null: all.')),
  state: choice('FAILING: given up after 72 hours of refused deliveries; notices wait.', [
    'ACTIVE',
    'PAUSED',
    'FAILING',
  ]),
  version: int('One more with each change of the subscription.', 1),
  deliveredSeq: seq('Everything up to here was delivered, or is of a type that is not wanted.'),
  lastSeq: int('The last number published.', 43),
  failedAttempts: int('Of the notice after deliveredSeq, so far.', 1),
  nextAttemptAt: nullable(instant('When it is tried next; null: nothing waits, or nothing is sent.')),
  previousSecretUntil: nullable(instant('Until then the secret before this one signs too; null: there is one.'), null),
  lastAttempt: nullable(attempt),
};

export const noticeSchemas = {
  NoticePage: object({
    items: list(
      object({ ...noticeMembers, acknowledgedAt: nullable(instant('When the institution acknowledged it.'), null) }),
      'In order.',
    ),
    nextAfter: seq('`after` of the next request, also on the last page.'),
    more: { type: 'boolean', description: 'There are more now.', example: false },
  }),
  NoticeAck: object({ seq: seq('The notice.'), acknowledgedAt: instant('The first time.') }),
  NoticePublished: object({ seq: seq('Number of the notice.') }),
  Webhook: object(webhookMembers),
  WebhookWithSecret: object({
    ...webhookMembers,
    secret: nullable(
      str(
        'Shown once, in the first answer; null in a repeat of it, or where no new one was made.',
        'fmwh_(43 characters)',
      ),
    ),
  }),
  OverdueNoticePage: page(
    object({
      institution: object({ code: str('Code of the institution.', 'bank-a'), ...text('样例银行', 'Example bank') }),
      ...noticeMembers,
      deliveredAt: nullable(instant('When its webhook took it; null: never.'), null),
    }),
  ),
};
