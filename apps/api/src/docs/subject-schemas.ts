import { percentiles } from './score-schemas.ts';
import { choice, day, id, instant, int, list, nullable, object, str, text, type JsonSchema } from './schema.ts';

const uscc = str('统一社会信用代码 of the firm itself.', '91440300DMAB12340K');
const run = object({
  runId: id('The newest published run.'),
  asOf: day('The day that is scored.'),
  knownAt: instant('What was known at this instant was used.'),
  modelId: str('Scorecard.', 'startup-potential 1.0.0'),
});
const codes = (description: string, example: string): JsonSchema => list(str(description, example));
const dispute = object(text('如认为信息有误，可提出异议', 'If a value is wrong, file a dispute'));
const figures = {
  score: nullable(int('Null unless a grade is published.', 606)),
  low: int('Low end of the range.', 582),
  high: int('High end of the range.', 626),
  coverageBp: int('Basis points.', 9554),
  published: str('NOT_RATED, REFERENCE … or the grade.', 'BB'),
  grade: nullable(str('AAA … C, uncalibrated.', 'BB')),
};

const ownScore = object(
  {
    uscc,
    name: str('Name in the register.', '示例科技有限公司'),
    run,
    ...figures,
    label: object(text('第 5 档 (AAA–C，未校准)', 'band 5 (AAA–C, uncalibrated)')),
    decision: choice('Whether the firm is scored at all.', ['SCORED', 'EXCLUDED', 'ON_HOLD', 'NOT_SCORED']),
    confidence: choice('H 高, M 中, L 低.', ['H', 'M', 'L'], 'M'),
    depth: choice('Data depth.', ['D1', 'D2', 'D3', 'D4', 'D5'], 'D5'),
    gradeRange: nullable(codes('Grade of low, then of high.', 'B'), null),
    percentiles: nullable(percentiles),
    dimensions: list(
      object({
        code: str('Dimension.', 'TG'),
        ...text('团队与成长', 'Team and growth'),
        percent: int('Points got of 100, rounded down.', 69),
      }),
    ),
    characteristics: list(
      object({
        code: str('Characteristic.', 'TG01'),
        ...text('参保人数水平', 'Insured headcount'),
        window: object(text('近6个已结月份', 'newest 6 closed months')),
        state: choice('VALUE, MISSING or NA.', ['VALUE', 'MISSING', 'NA']),
        cause: nullable(str('Why it is missing.', 'NOT_CONNECTED'), null),
        bin: nullable(str('The bin that the own value lies in.', 'b2')),
        value: nullable(object(text('8 人', '8 heads'))),
      }),
    ),
    missingFeeds: list(
      object({
        code: str('Code.', 'N-JUD'),
        feed: str('Feed.', 'JUD'),
        ...text('司法数据未接入或未授权', 'Court data not available'),
        causes: codes('Cause.', 'NOT_CONNECTED'),
      }),
    ),
    knockOuts: codes('Knock-out rule that says yes.', 'K04'),
    warnings: codes('Warning that is on.', 'W02'),
    dispute,
  },
  ['name'],
);

const reason = object({
  code: str('Code.', 'IN-R4'),
  ...text('高价值专利较少', 'Few high-value patents'),
  characteristics: codes('Characteristic behind it.', 'IN04'),
  value: object(text('0 件', '0 rights')),
  next: nullable(
    object({ bin: str('The next better bin.', 'pos'), ...text('取得1件高价值专利', 'one high-value right') }),
  ),
});

const ownReasons = object({
  uscc,
  run,
  adverse: list(reason, 'The four largest that the firm can change.'),
  favourable: list(reason, 'The three largest.'),
  knockOuts: codes('Knock-out rule that says yes.', 'K04'),
  dispute,
});

const reachPlan = object({
  uscc,
  run,
  state: choice(
    'reached: the firm is there; plan; out-of-reach: nothing that a firm can do gets there; not-scored: never scored in public.',
    ['reached', 'plan', 'out-of-reach', 'not-scored'],
    'plan',
  ),
  wanted: nullable(int('The score that the target asks for; null: there is no grade above.', 660)),
  now: nullable(object(figures)),
  date: nullable(day('The month end on which it would be reached.', '2026-09-30')),
  changes: list(
    object({
      code: str('Code.', 'pay-in-capital'),
      ...text('缴足已认缴的注册资本', 'pay in the capital that was subscribed'),
      time: object(text('约1个月', 'about a month')),
      readyOn: day('The day from which it counts if begun now.', '2026-07-30'),
      characteristics: codes('Characteristic that it may touch.', 'OV09'),
    }),
    'None with a plan: time alone does it.',
  ),
  after: nullable(object(figures, [], 'The score of the changed records on that day.')),
  why: nullable(object(text('24个月内不足以达到', 'cannot be reached within 24 months')), null),
  notice: object(text('不构成评级或授信承诺', 'No promise of a grade or of credit')),
});

export const subjectSchemas = { OwnScore: ownScore, OwnReasons: ownReasons, ReachPlan: reachPlan };
