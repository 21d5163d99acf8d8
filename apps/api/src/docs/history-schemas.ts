import { part, recordRef } from './score-schemas.ts';
import {
  choice,
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
  text,
  type JsonSchema,
} from './schema.ts';

const tenths = (description: string, example: number): JsonSchema => int(`${description} Tenths of points.`, example);

const run = (which: string): JsonSchema =>
  object({
    runId: id(`The ${which} run.`),
    asOf: day('The day that is scored.'),
    knownAt: instant('What was known at this instant was used.'),
    modelHash: hex('SHA-256 of the scorecard.'),
    state: str('State of the run.', 'PUBLISHED'),
  });

const changed = (schema: JsonSchema): JsonSchema => object({ before: schema, after: schema });
const codes = (example: string): JsonSchema =>
  object({ came: list(str('Is on now.', example)), went: list(str('Was on before.', example)) });

const { dimension: _dimension, zh: _zh, en: _en, ...partMembers } = part.properties!;
const sidePart: JsonSchema = object(
  partMembers,
  ['cause', 'value', 'freshness', 'attribute'],
  'null where the model of that run has no such characteristic.',
);

const scoreDifference = object({
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  from: run('earlier'),
  to: run('later'),
  tenths: tenths('`to` minus `from`: the parts and initialTenths add up to it exactly.', 120),
  dataTenths: tenths("What the firm's data changed, under the older model.", 120),
  modelTenths: tenths('What the other model changed, for the data of the newer one; 0 when there is one model.', 0),
  initialTenths: tenths('Initial scores of two models; a part of modelTenths.', 0),
  parts: list(
    object({
      characteristic: str('Code of the characteristic.', 'TG01'),
      ...text('参保人数水平', 'Insured headcount'),
      tenths: tenths('What it contributes to the change.', 120),
      dataTenths: tenths('By data.', 120),
      modelTenths: tenths('By model.', 0),
      before: nullable(sidePart),
      after: nullable(sidePart),
      records: nullable(object({ came: list(recordRef), went: list(recordRef) })),
    }),
    'Only what differs, the largest first. `records` is null when a run cannot be replayed by this version.',
  ),
  figures: object(
    {
      score: changed(int('The rounded sum.', 606)),
      low: changed(int('Low end of the range.', 582)),
      high: changed(int('High end of the range.', 626)),
      coverageBp: changed(int('Basis points.', 9554)),
      confidence: changed(choice('H, M, L.', ['H', 'M', 'L'], 'M')),
      depth: changed(choice('Data depth.', ['D1', 'D2', 'D3', 'D4', 'D5'], 'D3')),
      decision: changed(choice('Whether it is scored.', ['SCORED', 'EXCLUDED', 'ON_HOLD', 'NOT_SCORED'])),
      published: changed(str('NOT_RATED, REFERENCE … or the grade.', 'BB')),
      grade: changed(nullable(str('Null unless graded.', 'BB'))),
    },
    ['score', 'low', 'high', 'coverageBp', 'confidence', 'depth', 'decision', 'published', 'grade'],
    'Only those that differ.',
  ),
  knockOuts: codes('K04'),
  warnings: codes('W02'),
});

const scoreHistoryPage = page(
  object({
    run: run('published'),
    published: str('NOT_RATED, REFERENCE … or the grade.', 'REFERENCE'),
    grade: nullable(str('Null unless graded.', 'BB'), null),
    gradeRange: nullable(list(str('Grade of low, then of high.', 'B'), 'Only with REFERENCE.')),
    index: int('The rounded sum. Without a grade it is no score.', 606),
    scoreTenths: tenths('Exact sum of the parts.', 6057),
    low: int('Low end of the range.', 582),
    high: int('High end of the range.', 626),
    coverageBp: int('Basis points.', 9554),
    knockOuts: list(str('Knock-out rule that says yes.', 'K04')),
    warnings: list(str('Warning that is on.', 'W02')),
  }),
);

export const historySchemas = { ScoreDifference: scoreDifference, ScoreHistoryPage: scoreHistoryPage };
