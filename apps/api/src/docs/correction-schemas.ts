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
  page,
  str,
  type JsonSchema,
} from './schema.ts';

const bp = (description: string, example: number): JsonSchema => int(`${description} Basis points.`, example);

const deliveryQuality = object({
  deliveryId: id('The delivery.'),
  fileName: str('As sent.', 'social-security-2026-05.csv'),
  appliedAt: instant('The apply tick.'),
  dataThrough: nullable(day('The last day it speaks for.')),
  rows: int('Rows.', 1000),
  matchBp: nullable(bp('Rows that name a firm of the book, of those that name one; null: none does.', 9_870)),
  quarantineBp: nullable(bp('Rows that could not be taken; null: there are none.', 130)),
  issues: list(
    object({
      column: str('Header as delivered.', '养老人数'),
      code: str('Data-quality code.', 'DQ15'),
      bp: bp('Rows with this finding.', 12),
    }),
    'Findings by column.',
  ),
  nullsBp: map(bp('Rows that state nothing.', 250), 'By column; empty where it was not measured.', { 到账日期: 250 }),
});

const layoutQuality = object({
  source: str('Source, by name.', 'social-security'),
  layout: str('Layout.', 'monthly'),
  feed: str('The feed that it proves.', 'SOC'),
  zh: str('Chinese name of the layout.', '社保缴费明细'),
  dataThrough: nullable(day('Newest last day among applied deliveries; null: nothing was applied.')),
  ageDays: nullable(int('Days from there to asOf.', 21)),
  horizonDays: int('Up to this age the data are fresh.', 60),
  freshness: choice('stale: older than three times the horizon, it counts nothing.', [
    'fresh',
    'ageing',
    'stale',
    'never',
  ]),
  freshnessBp: nullable(bp('Freshness factor.', 10_000)),
  deliveries: list(deliveryQuality, 'The newest 12, newest first; undone ones are left out.'),
});

const shown = (description: string): JsonSchema =>
  nullable(
    object(
      {
        scoreTenths: int('Points, in tenths.', 6_432),
        published: str('What is published: a grade, REFERENCE, NOT_RATED …', 'A'),
        decision: str('Decision.', 'SCORED'),
        knockOuts: list(str('Knock-out.', 'K01')),
      },
      [],
      `${description} Null: not in the run.`,
    ),
  );

const scoreChange = object({
  uscc: str('The firm.', '91440300DMAB12340K'),
  before: shown('With what is known before.'),
  after: shown('With what is known after.'),
});

const run = nullable(
  object(
    { runId: id('The run.'), asOf: day('Its day.') },
    [],
    'The published run whose model and day are used; null: none is published.',
  ),
);

const correction = object({
  uscc: str('The firm.', '91440300DMAB12340K'),
  source: str('Source, by name.', 'social-security'),
  recordKey: str('The record, inside firm and source.', '2026-05'),
  rowNo: int('Row of the delivery.', 17),
  kind: choice(
    'late: a new fact about days of which an earlier delivery had spoken. correction: other content. withdrawal: it should never have been. reassign: it belonged to another firm. repaired: 信用修复.',
    ['late', 'correction', 'withdrawal', 'reassign', 'repaired'],
    'correction',
  ),
  oldHash: nullable(hex('SHA-256 of the content before; null: not known.')),
  newHash: nullable(hex('SHA-256 of the content after; null: withdrawn.')),
  score: nullable(scoreChange),
});

export const correctionSchemas = {
  Quality: object({ asOf: day('As known at the end of this day.'), items: list(layoutQuality) }),
  CorrectionPage: page(correction, { run }),
  UndoPreview: object({
    withdrawn: int('Records that only this delivery states.', 3),
    restored: int('Records whose other version counts again.', 12),
    restated: int('Records that another delivery states likewise: only their evidence changes.', 40),
    firms: int('Firms of those records.', 14),
    coverage: flag('It speaks for a region and period, and no longer would.', true),
    run,
    firmsScored: int('Firms whose score was worked out.', 2_000),
    scoresChanged: int('Firms whose published score would change.', 9),
    changes: list(scoreChange, 'The largest changes, at most 100.'),
  }),
};
