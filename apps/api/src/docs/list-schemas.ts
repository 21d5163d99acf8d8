import { choice, day, flag, hex, id, instant, int, list, map, nullable, object, page, str, text } from './schema.ts';

const STATES = [
  'ACTIVE',
  'WATCH',
  'SUSPENDED',
  'CANDIDATE',
  'IN_REVIEW',
  'PROPOSED_IN',
  'PROPOSED_OUT',
  'COMMITTEE',
  'NOT_LISTED',
  'EXITED',
  'REVOKED',
];

/** How a firm may stand with a list; NONE: it never had to do with it. */
export const LISTED_OR_NOT: readonly string[] = ['NONE', ...STATES];

const version = object({
  list: str('Code of the list.', 'CKT'),
  version: int('Number of the version; one a month.', 6),
  asOf: day('Month end that it speaks for.'),
  runId: id('The published run behind it.'),
  rulesHash: hex('SHA-256 of the rules that made it.'),
  state: choice('PROVISIONAL 暂定: a feed that the rules need is not connected; it is not given to partners.', [
    'IN_FORCE',
    'PROVISIONAL',
  ]),
  unknownRules: list(
    object({
      rule: int('Number of the entry rule.', 3),
      ...text('数据充分且新鲜', 'Enough is known'),
      why: object(text('未接入：TAX', 'not connected: TAX')),
    }),
    'Of a provisional list: rules that are unknown for everybody.',
  ),
  totals: map({ type: 'integer' }, 'Firms by state, near-miss, and events as event:NAME.', {
    ACTIVE: 210,
    WATCH: 12,
    'near-miss': 31,
    'event:enter': 9,
  }),
  outputHash: hex('SHA-256 over its members.'),
  madeAt: instant('When it was made.'),
});

const listed = object({
  code: str('Code of the list.', 'CKT'),
  ...text('科技初创通白名单', 'List for technology start-up loans'),
  cut: int('入库线.', 600),
  rulesVersion: str('Version of the rules in force.', '1'),
  newest: nullable(version),
});

const member = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  name: nullable(str('Name in the register.', '示例科技有限公司')),
  region: str('GB/T 2260.', '440305'),
  industry: nullable(str('GB/T 4754.', 'I6513')),
  state: choice('WATCH and SUSPENDED: no new offers.', STATES.slice(0, 3)),
  enteredOn: nullable(day('First day of this membership.')),
  validUntil: nullable(day('Renewed by itself while the firm is still in.', '2026-12-31')),
  disclosed: flag('The firm authorised this institution for the purpose; else the rest is null.', true),
  grade: nullable(str('Grade.', 'A')),
  score: nullable(int('Points.', 712)),
  low: nullable(int('Low end of the range.', 690)),
  high: nullable(int('High end of the range.', 730)),
  coverageBp: nullable(int('Basis points.', 9120)),
  confidence: nullable(str('H, M or L.', 'H')),
  warnings: nullable(list(str('Code of a warning that is on.', 'W01'))),
  offList: nullable(flag('名单外: no official qualification.', true)),
});

const because = object({
  event: str('Event of the membership.', 'enter'),
  reason: str('Code of the reason.', 'ALL_CONDITIONS'),
  ...text('八项入库条件全部符合', 'all eight conditions pass'),
});

const flip = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  name: nullable(str('Name in the register.', '示例科技有限公司')),
  kind: choice('What happened.', ['entered', 'left', 'changed']),
  before: nullable(choice('In the earlier version; null: not on the list.', STATES), null),
  after: nullable(choice('In the later version; null: not on the list.', STATES)),
  because: nullable(because),
});

const condition = object({
  rule: int('Number of the entry rule.', 3),
  ...text('数据覆盖度不低于60%', 'Coverage of at least 60 %'),
  state: choice('Not pass.', ['fail', 'unknown']),
  value: nullable(str('What was compared.', 'coverage 55.20 %, low 540')),
  sourceDate: nullable(day('Through which day the source speaks.')),
  why: object(text('TAX 数据过期', 'TAX is out of date')),
});

const event = object({
  version: int('One more a change.', 2),
  event: str('What happened.', 'enter'),
  fromState: nullable(choice('Before.', STATES, 'CANDIDATE')),
  toState: choice('After.', STATES),
  at: instant('When.'),
  personId: nullable(id('Who decided; null: the rules.'), null),
  runId: nullable(id('By which run.')),
  listVersion: nullable(int('The version that first shows it.', 6)),
  reason: str('Code of the reason.', 'ALL_CONDITIONS'),
  ...text('八项入库条件全部符合', 'all eight conditions pass'),
});

const standing = object({
  list: str('Code of the list.', 'CKT'),
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  state: nullable(choice('Null: the firm never had to do with the list.', STATES)),
  version: nullable(int('Changes so far.', 2)),
  since: nullable(instant('In this state since.')),
  enteredOn: nullable(day('First day of this membership.')),
  validUntil: nullable(day('Renewed by itself while the firm is still in.', '2026-12-31')),
  events: list(event, 'Oldest first.'),
});

const ownStanding = object({
  list: str('Code of the list.', 'CKT'),
  ...text('科技初创通白名单', 'List for technology start-up loans'),
  state: nullable(choice('Null: the firm never had to do with the list.', STATES)),
  validUntil: nullable(day('Renewed by itself while the firm is still in.', '2026-12-31')),
  optedOut: flag('The firm asked not to be listed.', false),
  events: list(
    object({
      at: instant('When.'),
      event: str('What happened.', 'enter'),
      reason: str('Code of the reason.', 'ALL_CONDITIONS'),
      ...text('八项入库条件全部符合', 'all eight conditions pass'),
    }),
    'Oldest first.',
  ),
  appeal: object(text('如有异议，可提出异议，20日内书面答复', 'a dispute is answered in writing within 20 days')),
});

export const listSchemas = {
  ListCatalogue: object({ items: list(listed) }),
  ListVersion: version,
  ListVersionPage: page(version),
  ListMemberPage: page(member, { version }),
  ListDifference: page(flip, {
    from: version,
    to: version,
    counts: object({
      before: int('On the list in the earlier version.', 201),
      after: int('On the list in the later version.', 210),
      entered: int('Came.', 14),
      left: int('Went.', 5),
      changed: int('Stayed, in another state.', 3),
    }),
  }),
  NearMissPage: page(
    object({
      uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
      name: nullable(str('Name in the register.', '示例科技有限公司')),
      region: str('GB/T 2260.', '440305'),
      score: int('Points.', 640),
      low: int('Low end of the range.', 560),
      coverageBp: int('Basis points.', 5910),
      missing: list(condition, 'One or two conditions that do not pass.'),
    }),
    { version },
  ),
  ListStanding: standing,
  OwnStandings: object({ items: list(ownStanding) }),
};
