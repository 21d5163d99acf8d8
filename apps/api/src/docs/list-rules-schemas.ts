import { RULES_EVENTS, RULES_STATES } from '#lib/whitelist';
import { LISTED_OR_NOT } from './list-schemas.ts';
import {
  choice,
  day,
  flag,
  hex,
  id,
  instant,
  int,
  list,
  nullable,
  object,
  str,
  text,
  type JsonSchema,
} from './schema.ts';

const state = (description: string): JsonSchema => choice(description, RULES_STATES, 'SIMULATED');

const document: JsonSchema = {
  type: 'object',
  description: 'The rules as JSON, as models/lists has them.',
  additionalProperties: true,
  example: { code: 'CKT', version: '2', cut: 620 },
};

const rules = object({
  rulesHash: hex('SHA-256 of the rules: their name.'),
  list: str('Code of the list.', 'CKT'),
  rulesVersion: str('Version of the rules.', '2'),
  validFrom: day('Month ends before this day are not judged by them.'),
  state: state('DRAFT, SIMULATED, ENDORSED (one approval), APPROVED (two; waits), IN_FORCE, RETIRED.'),
  version: int('One more a decision; sent with the next one.', 2),
  shipped: flag('They came with the program.', false),
  submittedBy: id('The person who submitted them.'),
  approvedBy: list(id('A person.'), 'At most two, neither of whom submitted them.'),
  simulatedOn: nullable(
    object({
      runId: id('The run of the month end.'),
      asOf: day('The month end.'),
      baseHash: hex('The rules in force then.'),
      simulatedAt: instant('When.'),
    }),
  ),
  events: list(
    object({
      event: choice('What was done.', ['ship', 'submit', ...RULES_EVENTS], 'simulate'),
      from: nullable(state('State before; null at first.')),
      to: state('State after.'),
      person: id('By whom; of enforce and replace: the second approver, whose approval brought it about.'),
      at: instant('When.'),
      reason: str('Why.', '提高入库线'),
    }),
    'Oldest first.',
  ),
});

const both = (what: string): Readonly<Record<'before' | 'after', JsonSchema>> => ({
  before: int(`${what} under the rules in force.`, 210),
  after: int(`${what} under the new rules.`, 196),
});
const money = (description: string, example: number): JsonSchema =>
  object({ fen: int(description, example), currency: str('ISO 4217.', 'CNY') });
const standing = (description: string): JsonSchema => choice(description, LISTED_OR_NOT);

const mover = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  name: nullable(str('Name in the register.', '示例科技有限公司')),
  region: str('GB/T 2260.', '440305'),
  grade: nullable(str('Grade.', 'BB')),
  score: int('Points.', 606),
  kind: choice('Came to the list, left it, or stands otherwise on it or beside it.', ['left', 'entered', 'changed']),
  before: standing('Under the rules in force.'),
  after: standing('Under the new rules.'),
  rules: list(int('Number of an entry rule.', 2), 'Entry rules whose verdict differs.'),
  parameters: list(str('Pointer into the rules.', '/cut'), 'Each of them alone moves it; none: only several do.'),
  because: object({
    side: choice('What the new rules do, or what the rules in force would have done.', ['after', 'before']),
    reason: str('Code of the reason.', 'RULE_2'),
    ...text('最近一次评分低于620', 'the newest score is below 620'),
  }),
});

const simulation = object({
  runId: id('The run of the month end.'),
  asOf: day('The month end.'),
  baseHash: hex('The rules in force then.'),
  baseVersion: str('Their version.', '1'),
  simulatedBy: id('By whom.'),
  simulatedAt: instant('When.'),
  counts: object({
    ...both('On the list'),
    entered: int('Came.', 2),
    left: int('Went.', 16),
    changed: int('Stayed, in another state.', 9),
  }),
  states: list(
    object({
      state: choice('State of a membership, or NEAR_MISS.', [...LISTED_OR_NOT.slice(1), 'NEAR_MISS']),
      ...both('Firms'),
    }),
    'All of them.',
  ),
  byGrade: list(object({ grade: nullable(str('Grade.', 'BB')), ...both('On the list') }), 'Null: not graded.'),
  byDistrict: list(object({ region: str('GB/T 2260.', '440305'), ...both('On the list') }), 'By code.'),
  parameters: list(
    object({
      pointer: str('Pointer into the rules.', '/cut'),
      before: { description: 'Value in force; null: left out.', example: 600 },
      after: { description: 'New value; null: left out.', example: 620 },
      moves: int('Firms that this parameter alone moves.', 27),
    }),
    'Those that differ.',
  ),
  movers: object({
    total: int('All of them.', 27),
    named: list(mover, 'At most 200; those that leave first.'),
  }),
  exposure: nullable(
    object({
      before: money('Of firms on the list under the rules in force.', 980_000_000_00),
      after: money('Of firms on the list under the new rules.', 930_000_000_00),
      entered: money('Of firms that come.', 10_000_000_00),
      left: money('Of firms that go.', 60_000_000_00),
    }),
    null,
  ),
  exposureUnknown: nullable(object(text('尚无在贷敞口登记', 'no register of credit exposure is kept yet'))),
});

export const listRulesSchemas = {
  ListRules: rules,
  ListRulesList: object({ items: list(rules, 'In force and waiting first, then the newest.') }),
  ListRulesDetail: object({ ...rules.properties, document, simulation: nullable(simulation) }),
};
