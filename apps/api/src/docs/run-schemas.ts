import { choice, day, flag, hex, id, instant, int, list, map, nullable, object, page, str, text } from './schema.ts';

const STATES = ['RUNNING', 'PUBLISHED', 'ARCHIVED', 'HOLD', 'RUN_FAILED', 'SHADOW'];

const compared = object(
  {
    firms: int('Firms in both.', 2000),
    moved: int('Whose exact score, or what is published of it, is another.', 120),
    meanTenths: int('Tenths of points, challenger less champion, over all firms.', -3),
    largestRiseTenths: int('Tenths of points.', 140),
    largestFallTenths: int('Tenths of points.', 220),
    transitions: list(
      object({
        from: str('What is published of them by the champion.', 'BBB'),
        to: str('What would be by the challenger.', 'A'),
        firms: int('Firms.', 17),
      }),
      'Where the two differ; most firms first.',
    ),
    histogram: list(
      object({ from: int('First point of a column of ten.', -10), firms: int('Firms.', 40) }),
      'Firms by change of score.',
    ),
    list: object(
      {
        cut: int('Cut.', 600),
        before: int('Firms that meet it in the published run.', 310),
        after: int('Firms that meet it in the shadow.', 318),
        enter: int('Firms that come.', 11),
        leave: int('Firms that go.', 3),
      },
      [],
      'What a list asks of score, coverage and low.',
    ),
  },
  [],
  'Only of a shadow run: how the challenger differs.',
);

const run = object({
  runId: id('The run.'),
  asOf: day('The day that is scored.'),
  knownAt: instant('What was known at this instant is used, nothing later.'),
  modelId: str('Scorecard.', 'startup-potential'),
  modelHash: hex('SHA-256 of the scorecard.'),
  catalogueHash: hex('SHA-256 of the code and tables that compute.'),
  codeVersion: str('Version of the code.', '0.1.0'),
  state: choice(
    'PUBLISHED: the newest published. ARCHIVED: published, followed by another. HOLD: checked and not published. SHADOW: of the challenger, compared, never published.',
    STATES,
    'PUBLISHED',
  ),
  shadowOf: nullable(id('The run that this one shadows.'), null),
  preview: flag('A shadow that a person asked for.', false),
  firms: nullable(int('Firms in the run; null until finished.', 2000)),
  firmsPlanned: int('Firms known at the pin; an upper bound.', 2003),
  firmsDone: int('Firms scored so far.', 2000),
  shards: int('Parts of the run.', 2),
  shardsDone: int('Parts done.', 2),
  outputHash: nullable(hex('SHA-256 of the result: the same pins give the same hash.')),
  plannedAt: instant('When it was asked for.'),
  plannedBy: id('The person.'),
  finishedAt: nullable(instant('When it was published, held or given up.')),
  stats: nullable(
    object(
      {
        published: map(int('Firms.', 1), 'Firms by what may be published.', { NOT_RATED: 1990, REFERENCE: 10 }),
        compared,
      },
      ['compared'],
    ),
  ),
  problem: nullable(
    object(
      {
        code: str('Stable code.', 'run-check'),
        status: int('HTTP status it would have.', 409),
        ...text('校验未通过', 'a check failed'),
        errors: { type: 'array', items: { type: 'object', additionalProperties: true, example: {} } },
        extra: map({}, 'Further members.', {}),
      },
      ['errors', 'extra'],
    ),
    null,
  ),
});

const scored = object({
  scoreTenths: int('Tenths of points.', 6057),
  published: str('What is published of it.', 'BB'),
});

export const runSchemas = {
  Run: run,
  RunPage: page(run),
  RunMovers: object({
    items: list(
      object({ uscc: str('The company.', '91440300DMAB12340K'), before: scored, after: scored }),
      'The largest changes first.',
    ),
  }),
};
