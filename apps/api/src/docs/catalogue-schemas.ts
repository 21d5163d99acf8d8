import { choice, day, flag, hex, int, list, map, nullable, object, str, text, type JsonSchema } from './schema.ts';

const tenths = (description: string, example: number): JsonSchema => int(`${description} Tenths of points.`, example);
const coded = (code: string, zh: string, en: string): Readonly<Record<string, JsonSchema>> => ({
  code: str('Code.', code),
  ...text(zh, en),
});

const attribute = object(
  {
    id: str('Id of the bin.', 'b1'),
    predicate: {
      type: 'object',
      additionalProperties: true,
      description:
        '{op: equal, value}, {op: between, lo, hi, loOpen?} — [lo, hi), hi null has no end — or {in: [category …]}.',
      example: { op: 'between', lo: 3, hi: 6 },
    },
    partialScoreTenths: tenths('What it gives.', 100),
    ...text('科技型中小企业', 'technology SME'),
  },
  ['zh', 'en'],
);

const characteristic = object({
  ...coded('TG01', '参保人数水平', 'Insured headcount'),
  dimension: str('Code of its dimension.', 'TG'),
  group: str('Code of its group.', 'SIZE'),
  direction: choice('+ more is better, − less is better, ∩ best in the middle.', ['+', '−', '∩']),
  type: choice('What kind of fact it is.', ['earned', 'level', 'clean-record'], 'level'),
  feeds: list(str('Feed that it reads.', 'SOC')),
  unit: object(text('人', 'heads')),
  window: object(text('最近6个已结束月份', 'newest 6 closed months')),
  zero: nullable(object(text('参保0人', '0 heads'), [], 'What a zero says.')),
  why: object(text('规模', 'size')),
  evidence: list(str('Study or official table.', 'Coad et al. 2013')),
  maxTenths: tenths('What it may give.', 400),
  neutralTenths: tenths('What it gives when nothing is known.', 160),
  actionable: flag('The firm can change it.', true),
  attributes: list(attribute, 'The bins; they cover the line without overlap.'),
});

const rule = object(
  {
    ...coded('K11', '属禁止或限制类行业', 'industry on the forbidden or restricted list'),
    feeds: list(str('Feed that it needs.', 'REG')),
    alsoReads: list(str('Feed that it looks at besides.', 'RND')),
    cure: object(text('行业变更', 'change of industry'), [], 'What ends a knock-out.'),
    awaits: object(
      text('缺少禁止、限制类行业目录', 'there is no table of forbidden and restricted industries'),
      [],
      'What nobody keeps yet: until then it is unknown for every firm.',
    ),
  },
  ['cure', 'awaits'],
);

const model = object({
  id: str('Scorecard.', 'startup-potential'),
  version: str('Version.', '1'),
  ...text('科技初创潜力评分卡', 'Startup potential scorecard'),
  hash: hex('SHA-256 of the canonical JSON.'),
  validFrom: day('In force from.', '2026-01-01'),
  calibrated: flag('False: points are an expert index, no probability.', false),
  maxTenths: tenths('The most that can be had.', 10000),
  dimensions: list(
    object({ ...coded('TG', '团队与成长', 'Team and growth'), maxTenths: tenths('Points to be had.', 2000) }),
  ),
  scores: list(object(coded('TALENT', '人才竞争力', 'Talent'))),
  groups: list(
    object({ ...coded('SIZE', '规模与增长', 'Size and growth'), score: str('The score it belongs to.', 'TALENT') }),
  ),
  gradeCuts: list(object({ grade: str('Grade.', 'BB'), from: int('From this score on.', 600) })),
  gate: object(
    {
      referenceFromBp: int('Coverage from which an index and its range are shown, basis points.', 2000),
      gradedFromBp: int('Coverage from which a grade is published, basis points.', 6000),
    },
    [],
    '发布门槛: how much must be known.',
  ),
  labels: map(object(text('参考', 'For reference only')), 'What is printed where there is no grade.', {
    REFERENCE: { zh: '参考', en: 'For reference only' },
  }),
});

export const catalogueSchemas = {
  Model: model,
  CharacteristicList: object({
    model: object({ id: str('Scorecard.', 'startup-potential'), hash: hex('Its hash.') }),
    items: list(characteristic),
  }),
  RuleList: object({ items: list(rule) }),
  ProblemEntry: object({
    type: str('The page.', '/problems/key-missing'),
    code: str('Code.', 'key-missing'),
    status: int('HTTP status.', 401),
    ...text('缺少密钥', 'No key was sent'),
  }),
  Health: object({ status: choice('It answers.', ['ok']) }),
};
