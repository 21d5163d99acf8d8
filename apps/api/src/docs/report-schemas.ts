import {
  day,
  hex,
  id,
  instant,
  int,
  list,
  nullable,
  object,
  page,
  str,
  choice,
  text,
  type JsonSchema,
} from './schema.ts';

const STATES = [
  'DRAFT',
  'AWAIT_AUTH',
  'AUTHORISED',
  'READY',
  'DELIVERED',
  'REFUSED',
  'EXPIRED',
  'CANCELLED',
  'FAILED',
  'REVOKED',
  'CLOSED',
];
const PURPOSES = ['pre-loan-review', 'post-loan-management', 'guarantee-review', 'own-query', 'dispute-check'];
const reportNo = str('FM-, day of the request, ten letters.', 'FM-20260706-7K3M9QXAB2');

const receipt = object(
  {
    reportNo,
    sha256: hex('SHA-256 of the bytes as served.'),
    keyId: str('The key that signed, see report-keys.', '3f9a0c1d2e4b5a67'),
    signedAt: instant('When it was made and signed.'),
    signature: str('Ed25519, hex, over the other four members as canonical JSON.', 'ab'.repeat(64), {
      pattern: '^[0-9a-f]{128}$',
    }),
  },
  [],
  'Keep it beside the file: firstmile verify report FILE checks both without a network.',
);

const product = choice('score: facts and score; facts: facts only.', ['score', 'facts']);
const state = choice('Where it stands.', STATES, 'AWAIT_AUTH');
const stateWords = object(text('待授权', 'waiting for authorisation'));
const lastDay = nullable(day('The last day on which this state lasts by itself.', '2026-07-13'));

const request = {
  requestId: id('Request.'),
  uscc: str('统一社会信用代码 of the firm.', '91440300DMAB12340K'),
  purpose: choice('查询目的.', PURPOSES),
  product,
  profile: choice('For whom the report is written.', ['bank', 'guarantor', 'firm', 'regulator']),
  runId: nullable(id('An earlier run that was asked for.'), null),
  requestedAt: instant('When it was asked for.'),
  state,
  stateWords,
  stateSince: instant('Since when.'),
  version: int('Rises by one with each event.', 2),
  authorisationId: nullable(id('The authorisation that it rests on.'), null),
  authorisedUntil: nullable(day('Its last day.'), null),
  lastDay,
  failures: int('Tries to make the report that failed; three end the request.', 0),
  reportNo: nullable(reportNo, null),
};

const requestAbout = object({
  requestId: id('Request.'),
  by: object({ kind: str('Kind of institution.', 'bank'), ...text('样例银行', 'Example bank') }, [], 'Who asks.'),
  purpose: object({ code: choice('查询目的.', PURPOSES), ...text('贷前审查', 'review before a loan') }),
  product,
  requestedAt: instant('When it was asked for.'),
  state,
  stateWords,
  authorisationId: nullable(id('The authorisation that it rests on.'), null),
  lastDay,
  reportNo: nullable(reportNo, null),
});

/** A section: its members only grow, and differ by profile. */
const section = (description: string, example: object): JsonSchema => ({
  type: 'object',
  additionalProperties: true,
  description,
  example,
});

const report = object(
  {
    format: choice('The format; its members only grow.', ['firstmile.report.v1']),
    cover: section('0 封面: number, firm, purpose, requester, pins, validity.', {
      reportNo: 'FM-20260706-7K3M9QXAB2',
      asOf: '2026-06-30',
    }),
    notes: list(
      object({ note: str('Note.', 'use'), ...text('仅可用于封面所载查询目的', 'for the purpose on the cover only') }),
      '1 说明.',
    ),
    summary: section('2 摘要: score or label, range, reasons, knock-outs and warnings. Not in a report of facts.', {
      published: 'BB',
      score: 606,
      low: 582,
      high: 626,
    }),
    identity: section('3 身份: registration, changes, holders that are no persons.', { registration: null }),
    dimensions: list(
      section('One dimension with its characteristics as bands.', { code: 'TG', percent: 69, characteristics: [] }),
      '4 维度. Not in a report of facts.',
    ),
    innovation: section('5 创新: rights by type and status, five years.', { patents: { count: 2 } }),
    team: section('6 团队: 24 months of heads, retention.', { headcount: [{ month: '2026-06', heads: 12 }] }),
    vitality: section('7 活跃: calendar of social insurance, water, matters, bids.', { calendar: [] }),
    capital: section('8 资本: verified rounds, announcements, pledges.', { rounds: { verified: [] } }),
    policy: section('9 政策: qualifications with their ends, grants.', { qualifications: [] }),
    compliance: section('10 合规: tax, arrears, lists, penalties, cases, annual reports.', { tax: [] }),
    credit: section('11 信贷, only where the authorisation names it.', { shown: false }),
    programmes: section(
      '12 项目: each programme with its conditions, the suggested line with its steps, the composition of equity, loan and guarantee; not of facts.',
      {
        shown: true,
        withoutLoans: null,
        items: [],
        line: { amount: { fen: 132_000_000, currency: 'CNY' } },
        composition: {
          basis: 'planned',
          zh: '测算，不构成承诺',
          en: 'computed for planning, no promise of credit',
          cases: [],
        },
      },
    ),
    changes: section('13 since the last report of the same requester; disputes.', { since: null, disputes: [] }),
    queries: section('14 who asked in 24 months; others by kind only.', { since: '2024-07-06', count: 0, items: [] }),
    annex: section('15 sources, authorisation, model.', { evidenceNamed: true }),
  },
  ['summary', 'dimensions'],
);

const key = object({
  keyId: str('Kept for ever.', '3f9a0c1d2e4b5a67'),
  algorithm: choice('Signature.', ['Ed25519']),
  publicKey: str('PEM.', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----\n'),
  madeAt: instant('When it was published.'),
});

const reportRequest = object(request);

export const reportSchemas = {
  Report: report,
  ReportRequest: reportRequest,
  ReportRequestDetail: object({ ...request, receipt: nullable(receipt) }),
  ReportRequestPage: page(reportRequest),
  ReportRequestAbout: requestAbout,
  ReportRequestAboutPage: page(requestAbout),
  ReportKeyList: object({ items: list(key) }),
};
