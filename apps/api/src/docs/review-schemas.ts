import { choice, day, flag, id, instant, int, list, map, nullable, object, page, str, text } from './schema.ts';

const STATES = [
  'IN_REVIEW',
  'PROPOSED_IN',
  'PROPOSED_OUT',
  'COMMITTEE',
  'ACTIVE',
  'WATCH',
  'SUSPENDED',
  'CANDIDATE',
  'NOT_LISTED',
  'EXITED',
  'REVOKED',
];
const PROPOSALS = ['include', 'exclude', 'hold', 'remove'];

const by = object({ personId: id('The person.'), institution: str('Code of the institution.', 'example-guarantor') });
const mark = object({ mark: int('1 to 5.', 4), text: str('Why.', '核心算法已获发明专利，国内两家可比') });

const proposal = object({
  proposalId: id('Of this proposal.'),
  proposal: choice('What is proposed.', PROPOSALS),
  reason: str('Code of the reason.', 'TECHNOLOGY'),
  ...text('技术突出', 'outstanding technology'),
  explanation: str('In words.', '核心技术自有，团队稳定，样机已通过客户验证，建议入库。'),
  form: nullable(object({ technologyThreshold: mark, marketProspects: mark, productCompetitiveness: mark })),
  formVersion: nullable(str('Which form.', '1')),
  expertScore: nullable(str('Weighted mean of the marks, 1.00 to 5.00; beside the score, never in it.', '3.70')),
  listVersion: int('The version of the list that was looked at.', 6),
  holdUntil: nullable(day('Of a hold: the alarm is put off till then.'), null),
  open: flag('A second person or the committee has yet to decide.', false),
  by,
  at: instant('When.'),
  decision: nullable(
    object({
      decision: choice('Of the second person.', ['confirm', 'return', 'disagree']),
      explanation: str('In words.', '同意'),
      by,
      at: instant('When.'),
    }),
  ),
  votes: list(
    object({
      vote: choice('For which side.', ['include', 'exclude']),
      explanation: str('In words.', '同意入库'),
      by,
      at: instant('When.'),
    }),
    'Of the committee, oldest first.',
  ),
  outcome: nullable(
    object({
      outcome: choice('How the case ended.', ['in', 'out', 'removed']),
      override: nullable(
        choice('Against the rules: up, in though they keep it out; down, out though they let it in.', ['up', 'down']),
        null,
      ),
      exceptionUntil: nullable(day('An entry against the rules ends after this day.'), null),
    }),
  ),
});

const due = {
  dueOn: nullable(day('The day by which somebody should act; it warns and moves nothing.')),
  overdue: flag('That day is over.', false),
};

const queued = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  name: nullable(str('Name in the register.', '示例科技有限公司')),
  region: nullable(str('GB/T 2260.', '440305')),
  industry: nullable(str('GB/T 4754.', 'I6513')),
  state: choice('Of the case; ACTIVE and WATCH: somebody proposes to remove it.', STATES),
  version: int('To be named when proposing or deciding.', 2),
  since: instant('Waiting since.'),
  ...due,
  holdUntil: nullable(day('A reviewer put it off till then.'), null),
  proposal: nullable(
    object({
      proposalId: id('Of the proposal that waits.'),
      proposal: choice('What is proposed.', PROPOSALS),
      by,
      at: instant('When.'),
    }),
  ),
  disclosed: flag('The firm authorised this institution to review it.', true),
  flags: nullable(
    list(str('Why it is in review: NEAR_CUT, LOW_COVERAGE, SAMPLED, NOMINATED, or a warning.', 'NEAR_CUT')),
  ),
});

const condition = object({
  rule: int('Number of the entry rule.', 3),
  ...text('数据覆盖度不低于60%', 'Coverage of at least 60 %'),
  state: choice('Not pass.', ['fail', 'unknown']),
  value: nullable(str('What was compared.', 'coverage 55.20 %, low 540')),
  sourceDate: nullable(day('Through which day the source speaks.')),
  why: object(text('TAX 数据过期', 'TAX is out of date')),
});

const states = map({ type: 'integer' }, 'Firms by the state in which they stand today.', { ACTIVE: 2, EXITED: 1 });

export const reviewSchemas = {
  ReviewQueue: page(queued),
  ReviewCase: object({
    list: str('Code of the list.', 'CKT'),
    uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
    state: choice('Of the membership.', STATES),
    version: int('To be named when proposing or deciding.', 2),
    since: instant('In this state since.'),
    ...due,
    exceptionUntil: nullable(day('Listed against the rules until then.'), null),
    disclosed: flag('The firm authorised this institution to review it; an answer to a decision tells no facts.', true),
    facts: nullable(
      object({
        name: nullable(str('Name in the register.', '示例科技有限公司')),
        region: str('GB/T 2260.', '440305'),
        industry: nullable(str('GB/T 4754.', 'I6513')),
        grade: nullable(str('Grade.', 'A')),
        score: int('Points.', 612),
        low: int('Low end of the range.', 590),
        high: int('High end of the range.', 640),
        coverageBp: int('Basis points.', 6420),
        confidence: str('H, M or L.', 'M'),
        warnings: list(str('Code of a warning that is on.', 'W04')),
        offList: nullable(flag('名单外: no official qualification.', true)),
      }),
    ),
    flags: nullable(list(str('Why it is in review.', 'NEAR_CUT'))),
    failing: nullable(list(condition, 'Conditions of entry that do not pass.')),
    proposals: list(proposal, 'Oldest first.'),
  }),
  ReviewBatch: object({ proposals: int('Done.', 40), decisions: int('Done.', 12) }),
  ExpertForm: object({
    version: str('Of the form.', '1'),
    note: str('Where its criteria come from.', 'Criteria that guarantors state for first-loan programmes.'),
    criteria: list(
      object({
        code: choice('Of the criterion.', ['technologyThreshold', 'marketProspects', 'productCompetitiveness']),
        ...text('技术门槛', 'Technology threshold'),
        weight: int('Percent.', 40),
        anchors: list(object({ mark: int('1 to 5.', 4), ...text('核心技术有权利保护', 'Protected core technology') })),
      }),
    ),
  }),
  ListReviewers: object({
    items: list(
      object({
        institutionId: id('Of the institution.'),
        code: str('Its code.', 'example-guarantor'),
        ...text('样例担保公司', 'Example guarantor'),
        namedAt: instant('Since when.'),
      }),
    ),
  }),
  ListFunnel: object({
    list: str('Code of the list.', 'CKT'),
    scored: int('Firms of the newest published run.', 1000),
    eligible: int('Firms that ever passed all conditions of entry.', 210),
    listed: int('Firms that were ever listed.', 190),
    cohorts: list(
      object({
        month: str('Month of the first listing, YYYY-MM.', '2026-01'),
        listed: int('First listed in it.', 31),
        consented: int('Of them, firms that authorised a partner since.', 12),
        read: int('Of them, firms of which a score or report was read since.', 9),
        listedNow: int('Of them, firms on the list now.', 27),
        medianDaysToConsent: nullable(int('From listing to consent.', 18)),
      }),
      'Oldest first.',
    ),
  }),
  ReviewStatistics: object({
    list: str('Code of the list.', 'CKT'),
    from: day('First day.', '2026-07-01'),
    to: day('Last day.', '2026-07-31'),
    outcomes: object({ in: int('Listed.', 31), out: int('Not listed.', 6), removed: int('Members removed.', 1) }),
    returned: int('Given back by the second person.', 3),
    disagreed: int('Taken to the committee.', 1),
    overrides: object({
      up: int('Listed against the rules.', 1),
      down: int('Kept out or removed although the rules let them in.', 1),
      shareBp: nullable(int('Of all outcomes, basis points.', 526)),
      aimBp: int('Aim: below.', 500),
    }),
    overriddenNow: object({ up: states, down: states }),
    medianHours: nullable(int('Proposal to end.', 21)),
    waiting: object({ cases: int('Cases that wait now.', 9), overdue: int('Of them past their day.', 1) }),
    institutions: list(
      object({
        institutionId: id('Of the institution.'),
        code: str('Its code.', 'example-guarantor'),
        proposals: int('Of its people.', 38),
        decisions: int('Of its people.', 38),
        votes: int('Of its people.', 2),
        expertHundredths: nullable(int('Mean of its expert forms, hundredths.', 362)),
      }),
    ),
  }),
};
