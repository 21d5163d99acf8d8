import { measured, scoreRun } from './score-schemas.ts';
import {
  choice,
  day,
  flag,
  hex,
  id,
  instant,
  int,
  list,
  map,
  nullable,
  object,
  str,
  text,
  type JsonSchema,
} from './schema.ts';

const uscc = str('统一社会信用代码.', '91440300DMAB12340K');
const words = (zh: string, en: string): JsonSchema => object(text(zh, en));
const money = (fen: number, description?: string): JsonSchema =>
  object({ fen: int('Amount in 分.', fen), currency: choice('Currency.', ['CNY']) }, [], description);
const measuredOrNull: JsonSchema = {
  ...measured,
  description: 'A number, an exact fraction, or a category; null: not known.',
  oneOf: [...measured.oneOf!, { type: 'string', enum: [null], nullable: true }],
};
const status = choice(
  'stated: read in a source; proposal: a starting value of this service; unverified: not checked.',
  ['stated', 'proposal', 'unverified'],
);
const state = choice('unknown is not fail.', ['pass', 'fail', 'unknown']);
const kind = choice(
  'product; tag: a mark on a loan; case: several desks; information: nobody is eligible; quote: an insurer names its price.',
  ['product', 'tag', 'case', 'information', 'quote'],
);
const rule = str('Rule of the amount.', 'cap');

const asked = {
  id: str('Condition.', 'grade'),
  ...text('等级不低于B', 'Grade B or better'),
  status,
  source: nullable(str('Where it was read.', 'S5'), null),
  fact: nullable(str('The fact that it asks of; null where there are several ways.', 'grade')),
  asks: nullable(words('不低于B', 'at least B')),
  provider: nullable(words('评分覆盖度提高', 'more of the score is covered by data')),
  statedBy: list(str('Kind of institution that may state the fact; none: it is computed.', 'bank')),
};

const programme = object({
  code: str('产品代码.', 'KYD'),
  version: str('Version.', '1'),
  hash: hex('SHA-256 of its canonical JSON.'),
  ...text('跨越贷（担保首贷）', 'Guaranteed first loan'),
  kind,
  date: day('The day that is asked for.'),
  inForce: flag('Whether it can be applied for on the day.', true),
  validFrom: day('First day.', '2025-01-01'),
  validTo: nullable(day('Last day; null: none is known.'), null),
  validityStatus: status,
  territory: list(str('GB/T 2260 prefix; none: everywhere.', '4403')),
  territoryStatus: status,
  desks: list(
    choice('Desk without which there is no such case.', ['INVEST', 'BANK', 'GUAR', 'REGUAR', 'INSUR', 'LEASE'], 'BANK'),
  ),
  conditions: list(
    object({
      ...asked,
      routes: nullable(
        list(
          object({
            ...text('实缴', 'Paid in'),
            from: nullable(day('First day of this way.'), null),
            until: nullable(day('Last day of this way.'), null),
            conditions: list(object(asked)),
          }),
          'Ways of which one is enough; null: a single condition.',
        ),
        null,
      ),
    }),
  ),
  amount: object({ rule, status, ...text('每户不超过500万元', 'at most 5,000,000 yuan a firm') }),
  term: nullable(words('12至36个月', '12 to 36 months')),
  guaranteedBp: nullable(int('The part of a loan that the guarantee covers at most, basis points.', 10_000)),
  sharing: nullable(str('分险方案.', 'LFF')),
  parameters: list(
    object({
      code: str('Parameter.', 'FIRST_CASE'),
      ...text('首笔公开案例：400万元', 'First named case: 4,000,000 yuan'),
      unit: choice('Unit.', ['bp', 'fen', 'months', 'count'], 'fen'),
      value: nullable(int('Null: no source says what held on the day.', 400_000_000)),
      from: nullable(day('Since when it holds.', '2025-01-01')),
      status: nullable(status),
    }),
  ),
  whyNever: nullable(words('仅供了解', 'for information'), null),
  notes: list(object({ ...text('银行独立审贷。', 'The bank decides alone.'), status })),
});

const result = {
  id: str('Condition.', 'grade'),
  ...text('等级不低于B', 'Grade B or better'),
  status,
  state,
  value: nullable(str('What was compared; null: not known, or several ways.', 'BB')),
  sourceDate: nullable(day('Day of the value.')),
  why: words('等级：BB', 'Grade: BB'),
};

const match = object({
  code: str('产品代码.', 'KYD'),
  version: str('Version.', '1'),
  hash: hex('SHA-256 of the programme.'),
  ...text('跨越贷（担保首贷）', 'Guaranteed first loan'),
  kind,
  overall: choice('Eligible only where all pass; one that fails is enough for not eligible.', [
    'eligible',
    'not-eligible',
    'unknown',
    'information',
  ]),
  conditions: list(
    object({
      ...result,
      routes: nullable(
        list(
          object({
            ...text('实缴', 'Paid in'),
            open: flag('The day lies within its days.', true),
            state,
            conditions: list(object(result)),
          }),
        ),
        null,
      ),
    }),
  ),
  whyNot: list(
    object({ id: str('Condition that fails.', 'noLoanRecord'), ...text('无贷户：否', 'No loan record: no') }),
  ),
  missing: list(
    object({
      id: str('Condition that is unknown.', 'guarantorAccepts'),
      ...text('担保机构同意担保', 'The guarantor accepts'),
      fact: str('Fact.', 'guarantorAcceptance'),
      why: words('尚无数据', 'nothing is known yet'),
      provider: words('担保机构决定', 'the guarantor decides'),
    }),
  ),
  amount: object({
    rule,
    status,
    ...text('每户不超过500万元', 'at most 5,000,000 yuan a firm'),
    atMost: nullable(money(500_000_000)),
  }),
  term: nullable(words('12至36个月', '12 to 36 months')),
});

const head = {
  uscc,
  run: scoreRun,
  date: day('The day for which it holds: what partners and deals say is that of this day.', '2026-07-06'),
  withoutLoans: nullable(words('未获得信贷记录授权', 'the firm did not authorise its credit history'), null),
};

const limit = object({
  code: str('A base, GRADE_ONLY, FLOOR, CEILING, PROGRAMME_CAP or PLATFORM_CAP.', 'B1'),
  ...text('薪酬', 'Payroll'),
  amount: {
    ...money(132_000_000),
    description: 'The line if only this held, not rounded; below 0 where deductions exceed it.',
  },
});

const line = object({
  amount: nullable(money(132_000_000, '建议额度; null: none, and reasons says why.')),
  reasons: list(
    object({ code: str('Why there is none.', 'CONFIDENCE_L'), ...text('可信度为低', 'confidence is low') }),
  ),
  flags: list(
    object({
      code: str('What a reader must know.', 'EXISTING_DEBT_UNKNOWN'),
      ...text('上限，未扣除存量贷款', 'an upper limit: existing loans are not deducted'),
    }),
  ),
  disclaimer: words('参考额度，不构成授信承诺', 'for reference, no promise of credit'),
  programme: nullable(
    object({
      code: str('产品代码.', 'KYD'),
      ...text('跨越贷（担保首贷）', 'Guaranteed first loan'),
      cap: nullable(money(500_000_000)),
      used: money(0),
      guaranteed: flag('Whether a guarantor stands for it.', true),
    }),
    null,
  ),
  basis: nullable(
    object({
      decidedBy: str('The second largest base, or GRADE_ONLY.', 'B1'),
      m: money(180_000_000),
      floor: money(100_000_000),
      ceiling: money(300_000_000),
      clamped: money(180_000_000),
      clampedBy: nullable(choice('What the grade did to it.', ['FLOOR', 'CEILING']), null),
    }),
  ),
  evidenceAmount: nullable(money(180_000_000, 'What evidence alone supports; null: fewer than two bases.')),
  bases: list(
    object({
      code: choice('Base.', ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7']),
      ...text('薪酬', 'Payroll'),
      formula: words('参保人数中位数 × …', 'median insured heads × …'),
      amount: nullable(money(180_000_000, 'Null: it does not count, and gaps says why.')),
      gaps: list(
        object({
          cause: str('Why an input is not known.', 'NOT_COVERED'),
          input: nullable(str('The input.', 'baseSum')),
          ...text('缴费基数合计：SOC 未覆盖', 'sum of contribution bases: SOC not covered'),
        }),
      ),
      inputs: list(
        object({
          code: str('Input.', 'medianHeads'),
          ...text('参保人数中位数', 'median insured heads'),
          unit: choice('Unit.', ['fen', 'heads', 'months', 'days', 'bp', 'times', 'code'], 'heads'),
          value: measuredOrNull,
        }),
      ),
      statedOn: nullable(day('Day on which it was stated; null: records say so.'), null),
      statement: nullable(
        object({
          by: words('企业', 'the firm'),
          on: day('Day on which it was stated.', '2026-07-03'),
          asOf: day('Day that the figures are of.'),
          verifiedBy: words('银行', 'a bank'),
          verifiedOn: day('Day on which it was verified.', '2026-07-06'),
        }),
      ),
      records: int('Delivered rows behind it.', 6),
    }),
    'B1 to B7 in their order.',
  ),
  gradeAmount: nullable(object({ grade: str('Grade.', 'BBB'), amount: money(200_000_000) })),
  waterfall: list(
    object({
      code: str('Step.', 'HAIRCUT'),
      ...text('可信度系数', 'factor of confidence'),
      before: money(180_000_000),
      after: money(162_000_000),
      change: money(-18_000_000),
      applied: int('The number that the step applied.', 9000),
      appliedUnit: choice('Its unit.', ['bp', 'fen']),
    }),
    'Each begins where the one before ended; all changes add up to the amount.',
  ),
  binding: nullable(limit),
  next: nullable(limit),
  parameters: object({
    version: str('Version of the parameters.', '1'),
    hash: hex('SHA-256 of their canonical JSON.'),
    status: choice('Starting values of this service, not official.', ['proposal']),
  }),
});

const level = (example: unknown): JsonSchema => ({
  description: 'An amount, or a confidence or grade; null: not available now.',
  example,
  oneOf: [money(0), { type: 'string', nullable: true }],
});

const raises = object({
  from: money(132_000_000),
  target: money(142_000_000),
  items: list(
    object({
      code: str('What changes: a base, CONFIDENCE, GRADE, a deduction or a cap.', 'CONFIDENCE'),
      ...text('可信度', 'confidence'),
      isBase: flag('Whether it is one of B1 to B7.', false),
      from: level('M'),
      to: level('H'),
      amount: money(150_000_000),
    }),
    'Each by itself is enough, and is the least of its kind.',
  ),
  why: nullable(words('任何单项变化都不足以提高到该额度', 'no single change raises the line so far'), null),
});

const mark = object({ mark: int('1 to 5.', 4), text: str('Why.', '核心算法已获发明专利，国内两家可比') });

export const financingStandingSchemas = {
  Programme: programme,
  ProgrammeList: object({ date: day('The day.'), items: list(programme) }),
  FirmProgrammes: object({ ...head, items: list(match) }),
  FirmLine: object({ ...head, line, raises }),
  StatementList: object({
    items: list(
      object({
        statementId: id('Statement.'),
        fact: str('Fact.', 'guarantorAcceptance'),
        value: {
          description: 'What was stated of it.',
          example: 'accepted',
          oneOf: [
            { type: 'string' },
            { type: 'integer' },
            { type: 'boolean' },
            { type: 'array', items: { type: 'string' } },
          ],
        },
        on: day('The day for which it counts.', '2026-07-06'),
        at: instant('When it was stated.'),
      }),
    ),
  }),
  ExpertOpinion: object({
    opinionId: id('Opinion.'),
    formVersion: str('Version of the expert form.', '1'),
    marks: map(mark, 'By criterion.', {
      technologyThreshold: { mark: 4, text: '核心算法已获发明专利，国内两家可比' },
      marketProspects: { mark: 3, text: '市场规模中等，增长稳定' },
      productCompetitiveness: { mark: 3, text: '与同类产品持平，价格略优' },
    }),
    hundredths: int('Weighted mean of the marks in hundredths, 100 to 500.', 340),
    at: instant('When it was given.'),
  }),
};
