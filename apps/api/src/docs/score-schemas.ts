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
  page,
  str,
  text,
  type JsonSchema,
} from './schema.ts';

const tenths = (description: string, example: number): JsonSchema => int(`${description} Tenths of points.`, example);
const coded = (code: string, zh: string, en: string): Readonly<Record<string, JsonSchema>> => ({
  code: str('Code.', code),
  ...text(zh, en),
});
const points = { tenths: tenths('Points got.', 1330), maxTenths: tenths('Points to be had.', 2500) };

/** A number, an exact fraction, or a category. */
export const measured: JsonSchema = {
  description: 'A number, an exact fraction, or a category.',
  example: 8,
  oneOf: [
    { type: 'number' },
    { type: 'string' },
    object({ num: int('Numerator.', 1), den: int('Denominator, > 0.', 3) }, [], 'An exact fraction.'),
  ],
};
const fraction = object({ num: int('Numerator.', 29), den: int('Denominator.', 30) }, [], 'Freshness below 1.');

export const scoreRun = object({
  runId: id('The run that it comes from.'),
  asOf: day('The day that is scored.'),
  knownAt: instant('What was known at this instant was used.'),
  modelId: str('Scorecard.', 'startup-potential'),
  modelHash: hex('SHA-256 of the scorecard.'),
  state: str('State of the run.', 'PUBLISHED'),
});

export const part = object(
  {
    characteristic: str('Code of the characteristic.', 'TG01'),
    dimension: str('Code of its dimension.', 'TG'),
    ...text('参保人数水平', 'Insured headcount'),
    state: choice('VALUE (zero is one), MISSING with its cause, or NA: does not apply.', ['VALUE', 'MISSING', 'NA']),
    cause: str('Why it is missing.', 'NOT_CONNECTED'),
    value: measured,
    freshness: fraction,
    attribute: str('The bin that matched.', 'b2'),
    partialTenths: tenths('What it gave.', 200),
    maxTenths: tenths('What it may give.', 400),
    neutralTenths: tenths('What it gives when nothing is known.', 160),
  },
  ['cause', 'value', 'freshness', 'attribute'],
);

const reason = object({
  ...coded('IN-R4', '高价值专利较少', 'Few high-value patents'),
  tenths: tenths('Weight of the reason.', 40),
  characteristics: list(str('Characteristic behind it.', 'IN04')),
  value: measured,
  valueText: object(text('0 件', '0 rights')),
  next: nullable(
    object({
      attribute: str('The next better bin.', 'pos'),
      ...text('取得1件高价值专利', 'one high-value right'),
      gainTenths: tenths('What it would add.', 50),
    }),
  ),
});

const missingFeed = object({
  ...coded('N-JUD', '司法数据未接入或未授权', 'Court data not available'),
  feed: str('Feed.', 'JUD'),
  causes: list(str('Cause.', 'NOT_CONNECTED')),
  characteristics: list(str('Characteristic that lacks it.', 'CC06')),
  couldAddTenths: tenths('What it could add at most.', 45),
});

const group = object({ ...coded('SIZE', '规模与增长', 'Size and growth'), ...points });
const threeScore = object({
  ...coded('TALENT', '人才竞争力', 'Talent'),
  ...points,
  permille: int('Tenths of a percent.', 690),
  text: str('Points ÷ maximum × 100, one decimal, half up.', '69.0'),
  groups: list(group, 'Four groups; they add up to it.'),
});

const percentile = (among: string, kind: string, code: string): JsonSchema =>
  nullable(
    object(
      {
        percentile: int('⌊100·(firms below + ½ firms equal) ÷ firms⌋.', 73),
        cohort: object({
          kind: choice(
            'The cohort that had 30 firms or more; run is all graded firms.',
            ['run', 'city', 'district', 'industry', 'sector', 'age'],
            kind,
          ),
          code: str('GB/T 2260 prefix, GB/T 4754 code, months of age, or all.', code),
        }),
        firms: int('Graded firms of that cohort.', 412),
      },
      [],
      `${among} Null: the whole run has fewer than 30 graded firms.`,
    ),
  );

export const percentiles = object(
  {
    run: percentile('Among all graded firms of the run.', 'run', 'all'),
    city: percentile('Of the same city, else of the run.', 'city', '4403'),
    district: percentile('Of the same district, else of the city or the run.', 'district', '440305'),
    industry: percentile('Of the same industry (two digits), else of its letter or the run.', 'industry', 'I65'),
    age: percentile('Of the same age in months, else of the run.', 'age', '12-24'),
  },
  [],
  'Only of graded firms: among the graded firms of the same run.',
);

const companyScore = object(
  {
    uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
    name: str('Name in the register.', '示例科技有限公司'),
    region: str('GB/T 2260 region.', '440305'),
    run: scoreRun,
    published: str('NOT_RATED, REFERENCE, EXCLUDED, ON_HOLD, NOT_SCORED, or the grade.', 'REFERENCE'),
    label: object(text('参考', 'For reference only')),
    decision: choice('Whether the firm is scored at all.', ['SCORED', 'EXCLUDED', 'ON_HOLD', 'NOT_SCORED']),
    score: nullable(int('The score, 0–1000; null unless a grade is published.', 606), null),
    index: int('The rounded sum of the parts. Without a grade it is no score and must not be shown as one.', 606),
    scoreTenths: tenths('Exact sum of the parts.', 6057),
    low: int('With nothing where data is missing.', 582),
    high: int('With the most where data is missing.', 626),
    coverageBp: int('Share of the scorecard that is known, basis points.', 9554),
    confidence: choice('H 高, M 中, L 低.', ['H', 'M', 'L'], 'L'),
    depth: choice('Data depth.', ['D1', 'D2', 'D3', 'D4', 'D5'], 'D3'),
    grade: nullable(str('AAA … C, uncalibrated; null unless graded.', 'BB'), null),
    gradeRange: nullable(list(str('Grade of low, then of high.', 'B'), 'Only with REFERENCE.')),
    percentiles: nullable(percentiles),
    known: object({
      tenths: tenths('Points of what is known.', 2400),
      maxTenths: tenths('Of how many at most.', 5000),
    }),
    dimensions: list(
      object({ ...coded('TG', '团队与成长', 'Team and growth'), ...points }),
      'The six dimensions; they add up to scoreTenths.',
    ),
    threeScores: list(threeScore, 'The three scores; they add up to scoreTenths.'),
    reasons: object({ adverse: list(reason), favourable: list(reason) }, [], 'Both empty when NOT_RATED.'),
    missingFeeds: list(missingFeed, 'What is not known, by what it could add. Never a reason against the firm.'),
    knockOuts: list(str('Knock-out rule that says yes.', 'K04')),
    warnings: list(str('Warning that is on.', 'W02')),
    maxForAge: nullable(int('The highest score that the age of the firm allows.', 914)),
    scoreWithoutQua: int('As if no qualification list were known.', 590),
    parts: list(part, 'All 58 characteristics in the order of the scorecard; they add up to scoreTenths.'),
    dispute: object(text('如认为信息有误，可提出异议', 'If a value is wrong, file a dispute')),
    liveWarnings: list(
      object({
        code: choice('Decided when somebody asks, never by a run: nobody may count on them for a score.', [
          'W13',
          'W15',
        ]),
        ...text('30天内金融机构查询5次以上', '5 or more queries by lenders within 30 days'),
        count: int('W13: queries, one an institution and day; W15: open disputes.', 6),
        since: instant('Of the first that counts.'),
      }),
      '实时预警 from the query log and the register of disputes.',
    ),
    disputed: list(
      object({
        source: nullable(str('Source, by name; null: the calculation itself.', 'social-security')),
        recordKey: nullable(str('The record; null: all of the source.', '2026-05|pension')),
        since: instant('Marked since.'),
      }),
      '异议标注: what the firm disputes now.',
    ),
  },
  ['name', 'region'],
);

export const recordRef = object({
  source: str('Source.', 'social-security'),
  recordKey: str('Natural key in the source.', '2026-06'),
  knownFrom: instant('When it became known.'),
  deliveryId: id('The delivery that brought it.'),
  rowNo: int('The row of the delivery.', 17),
});
const coverageEntry = object(
  {
    feed: str('Feed.', 'PAT'),
    source: str('Source.', 'patents'),
    deliveryId: id('The delivery that makes the claim.'),
    territory: list(str('GB/T 2260 prefix, or CN.', 'CN')),
    population: choice('all: absence means zero.', ['all', 'listed']),
    from: day('First day; absent: from the beginning.', '2023-07-01'),
    through: day('Last day.'),
    knownFrom: instant('When it became known.'),
  },
  ['from'],
);
const ruleState = (feed: string, why: readonly [zh: string, en: string]): Readonly<Record<string, JsonSchema>> => ({
  state: choice('yes, with its records; no; unknown, with why.', ['yes', 'no', 'unknown'], 'unknown'),
  feeds: list(str('Feed that it needs.', feed)),
  alsoReads: list(str('Feed that it looks at besides.', 'RND')),
  unknown: object(
    {
      cause: str('Cause, as for characteristics.', 'NOT_CONNECTED'),
      feed: str('The feed that is missing; absent: it waits for something that nobody keeps yet.', feed),
      ...text(...why),
    },
    ['feed'],
    'Why it is unknown; present exactly then.',
  ),
  evidence: list(recordRef, 'The records that say yes.'),
  coverage: list(coverageEntry, 'The claims that make it a no.'),
});
const knockOut = object(
  {
    ...coded('K04', '经营异常名录', 'On the abnormal-operation list'),
    ...ruleState('ABN', ['ABN 未接入', 'ABN: not connected']),
    cure: object(text('移出名录', 'removed from the list')),
    feed: str('The feed whose absence makes it unknown.', 'ABN'),
  },
  ['feed', 'unknown'],
);
const warningState = object(
  {
    ...coded('W02', '3个月内变更法定代表人或实际控制人', 'Legal representative or controller changed within 3 months'),
    ...ruleState('CHG', ['CHG 未接入', 'CHG: not connected']),
  },
  ['unknown'],
);
const official = object({
  id: str('Table.', 'tech-sme'),
  ...text('科技型中小企业评价', 'Evaluation of technology-based SMEs'),
  source: str('The published guide.', '国科发政〔2017〕115号'),
  validFrom: day('In force from.', '2017-05-03'),
  passPoints: int('Points that pass.', 60),
  result: choice('unknown: what is known decides neither way.', ['pass', 'fail', 'unknown'], 'unknown'),
  low: int('The least that the points can be.', 46),
  high: int('The most.', 76),
  items: list(
    object({
      code: str('Item.', 'staff'),
      ...text('科技人员占职工总数的比例', 'technical staff ÷ staff'),
      group: nullable(str('Its group, which has a least of its own.', 'innovation'), null),
      points: nullable(int('Null: not decided by what is known.', 16)),
      low: int('Least.', 16),
      high: int('Most.', 16),
      maxPoints: int('Of how many.', 20),
      unknown: list(str('Input that is not known.', 'technicalStaffPercent')),
    }),
  ),
  conditions: list(
    object({
      input: str('Input.', 'staff'),
      ...text('职工总数不超过500人', 'at most 500 staff'),
      state: choice('Whether it is met.', ['yes', 'no', 'unknown']),
    }),
    'Limits of size, and direct routes of which one is enough.',
  ),
});

const scoreEvidence = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  run: scoreRun,
  parts: list(
    object({
      characteristic: str('Code of the characteristic.', 'TG01'),
      partialTenths: tenths('What it gave.', 200),
      state: choice('State.', ['VALUE', 'MISSING', 'NA']),
      cause: nullable(str('Why it is missing.', 'NOT_CONNECTED'), null),
      records: list(recordRef, 'The records that earned it.'),
      coverage: list(coverageEntry, 'The claim that makes it a zero.'),
      flags: list(
        str(
          'RELATED_UNCHECKED: a filter is off for want of its table. EQUITY_UNVERIFIED: an external payment that no register shows. SHARES_OVER_100: the holders subscribe more than the registered capital.',
          'RELATED_UNCHECKED',
        ),
      ),
    }),
  ),
  knockOuts: list(knockOut),
  warnings: list(
    object({
      ...coded('W02', '近3个月变更法定代表人', 'Legal representative changed within 3 months'),
      evidence: list(recordRef),
    }),
    'Warnings that are on.',
  ),
  warningStates: list(warningState, 'All warnings, W01–W15: yes, no or unknown.'),
  feeds: list(
    object(
      {
        feed: str('Feed.', 'SOC'),
        connected: flag('Some delivery of it was applied, for whomever.', true),
        population: choice('all: absence means zero.', ['all', 'listed']),
        through: day('The last day it speaks for.'),
        freshness: fraction,
        cause: str('Why it says nothing.', 'NOT_COVERED'),
      },
      ['population', 'through', 'freshness', 'cause'],
    ),
  ),
  official: list(official, 'Official tables, beside our score and never part of it.'),
  innovationPoints: nullable(
    object(
      {
        version: choice('Version of the rules.', ['v1', 'v2'], 'v2'),
        on: day('Day of the evaluation.', '2026-03-31'),
        scoreTenths: int('Points as the authority states them, in tenths.', 885),
        maxTenths: nullable(int('Of how many, in tenths; null: not stated.', 1300)),
      },
      [],
      '创新积分: an external input, beside our score and never part of it; null: none delivered.',
    ),
  ),
});

const condition = object({
  rule: int('Number of the entry rule, 1–8.', 3),
  ...text('数据覆盖度不低于60%', 'Coverage of at least 60 %'),
  state: choice('unknown never counts as pass.', ['pass', 'fail', 'unknown'], 'unknown'),
  value: nullable(str('What was compared.', 'coverage 31.20 %, low 240')),
  sourceDate: nullable(day('Through which day the source speaks.')),
  why: object(text('JUD 未接入', 'JUD is not connected')),
});
const candidate = object(
  {
    uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
    name: str('Name in the register.', '示例科技有限公司'),
    disclosed: flag(
      'The firm authorised this institution for the purpose; else only code, name and kind are given.',
      true,
    ),
    member: nullable(flag('All eight conditions pass, and the firm is a legal person.', false)),
    near: nullable(flag('临界: the graded score lies within 20 of the cut.', false)),
    legalPerson: nullable(flag('A branch or an office is never listed.', true)),
    published: nullable(str('NOT_RATED, REFERENCE, or the grade.', 'REFERENCE')),
    score: nullable(int('Null unless graded.', 606), null),
    low: nullable(int('Low end of the range.', 240)),
    high: nullable(int('High end of the range.', 850)),
    coverageBp: nullable(int('Basis points.', 3120)),
    conditions: list(condition, 'The eight entry conditions in order; empty where not disclosed.'),
  },
  ['name'],
);
const candidatePage = page(candidate, {
  run: object({
    runId: id('The run; the cursor pins it.'),
    asOf: day('The day that is scored.'),
    previousRunId: nullable(id('The monthly run before, for rule 2.')),
  }),
  cut: int('Cut of the list (入库线).', 600),
  state: choice('PROVISIONAL 暂定: a feed that the rules need is not connected at all, so nobody can be a member.', [
    'PROVISIONAL',
    'IN_FORCE',
  ]),
  notice: object(
    text(
      '暂定：部分条件对所有企业均未知，当前无企业可入库',
      'Provisional: some conditions are unknown for every firm, nobody can be a member now',
    ),
  ),
  unknownRules: list(
    object({
      rule: int('Number of the rule.', 6),
      ...text('不存在未结异议', 'No open dispute'),
      why: object(text('尚无异议登记', 'no register of disputes is kept yet')),
    }),
    'Rules unknown for every firm, and why.',
  ),
});

export const scoreSchemas = { CompanyScore: companyScore, ScoreEvidence: scoreEvidence, CandidatePage: candidatePage };
