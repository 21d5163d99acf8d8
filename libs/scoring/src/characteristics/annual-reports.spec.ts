import fc from 'fast-check';
import { fen, localDate } from '#lib/kernel';
import { annualReports, type AnnualReportFigures, type AnnualReportFiling } from '#lib/data-sources';
import { AS_OF, gone, is, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';

const day = (text: string) => localDate(text);
const wan = (amount: number) => fen(amount * 1_000_000);
const anr = old.covers('ANR', AS_OF);
const anrf = old.covers('ANRF', AS_OF);

function report(year: number, revenue: number | undefined, builder = anr, more: Partial<AnnualReportFigures> = {}) {
  const payload: AnnualReportFigures = {
    kind: 'figures',
    year,
    filedOn: day(`${year + 1}-05-01`),
    ...(revenue === undefined ? {} : { revenue: fen(revenue) }),
    ...more,
  };
  return builder.add(annualReports, `figures|${year}|${payload.version ?? 0}`, payload, payload.filedOn);
}
const growth = (before: number, after: number) => report(2025, after, report(2024, before));

function filing(year: number, more: Partial<AnnualReportFiling>, builder = anrf): DossierBuilder {
  const payload: AnnualReportFiling = { kind: 'filing', year, ...more };
  return builder.add(annualReports, `filing|${year}`, payload, payload.filedOn ?? payload.statedOn);
}
const filed = (on: string, asBuilder = anrf) => filing(2024, { filedOn: day(on) }, asBuilder);

const cases: readonly Case[] = [
  ['OV07 stated 0', report(2025, 0), 'OV07', is(0)],
  ['OV07 10k yuan', report(2025, wan(100)), 'OV07', is(100)],
  ['OV07 below 10k', report(2025, 1), 'OV07', is({ num: 1, den: 1_000_000 })],
  ['OV07 only the last due year', report(2024, wan(100)), 'OV07', gone('NOT_COVERED')],
  ['OV07 not public is not 0', report(2025, undefined, anr, { notPublic: ['revenue'] }), 'OV07', gone('NOT_STATED')],
  ['OV07 as corrected', report(2025, 9, report(2025, wan(7)), { revenue: wan(8), version: 1 }), 'OV07', is(8)],
  [
    'OV07 corrected after the day',
    report(2025, 9, report(2025, wan(7)), { filedOn: day('2026-07-01'), version: 1 }),
    'OV07',
    is(7),
  ],
  ['OV07 not connected', old, 'OV07', gone('NOT_CONNECTED')],
  ['OV07 listed with nothing', old.listed('ANR'), 'OV07', gone('NOT_COVERED')],
  ['OV07 covered without a report', anr, 'OV07', gone('NOT_COVERED')],
  ['OV07 no year due yet', DossierBuilder.firm().registered('2026-01-01').covers('ANR', AS_OF), 'OV07', NA],
  ['OV07 stale', report(2020, 5), 'OV07', gone('STALE')],
  [
    'OV07 the year before until 29 June, aged from its filing',
    report(2024, 5),
    'OV07',
    { ...is({ num: 1, den: 200_000 }), freshness: { num: 97, den: 100 } },
    '2026-06-29',
  ],
  ['OV08 doubled', growth(wan(20), wan(40)), 'OV08', is(100)],
  ['OV08 exact', growth(wan(30), wan(31)), 'OV08', is({ num: 10, den: 3 })],
  ['OV08 clipped', growth(wan(20), wan(121)), 'OV08', is(500)],
  ['OV08 all gone', growth(wan(20), 0), 'OV08', is(-100)],
  ['OV08 base too small', growth(wan(20) - 1, wan(40)), 'OV08', NA],
  ['OV08 one year unknown', report(2025, wan(40)), 'OV08', gone('NOT_COVERED')],
  ['OV08 one year not stated', report(2025, wan(40), report(2024, undefined)), 'OV08', gone('NOT_STATED')],
  ['OV08 amounts past 2^53 ÷ 100', growth(9e15, 9e15 - 1), 'OV08', is({ num: -1, den: 9e13 })],
  ['OV08 not connected', old, 'OV08', gone('NOT_CONNECTED')],
  ['OV08 N/A comes first', DossierBuilder.firm().registered('2024-01-02'), 'OV08', NA],
  ['CC08 in time on 30 June', filed('2025-06-30'), 'CC08', is('inTime')],
  ['CC08 late', filed('2025-07-01'), 'CC08', is('late')],
  ['CC08 not filed under coverage', anrf, 'CC08', is('notFiled')],
  ['CC08 another year', filing(2023, { filedOn: day('2024-05-01') }), 'CC08', is('notFiled')],
  [
    'CC08 the next year counts from 1 July',
    filed('2025-05-01', old.covers('ANRF', '2026-07-01')),
    'CC08',
    is('notFiled'),
    '2026-07-01',
  ],
  ['CC08 filed after the day', filed('2026-07-01'), 'CC08', is('notFiled')],
  [
    'CC08 stated as not filed',
    filing(2024, { filed: false, statedOn: day('2025-07-05') }, old.listed('ANRF')),
    'CC08',
    is('notFiled'),
  ],
  [
    'CC08 stated before the deadline',
    filing(2024, { filed: false, statedOn: day('2025-06-29') }),
    'CC08',
    gone('NOT_STATED'),
  ],
  ['CC08 stated on 30 June', filing(2024, { filed: false, statedOn: day('2025-06-30') }), 'CC08', is('notFiled')],
  ['CC08 filed, day not stated', filing(2024, { filed: true }), 'CC08', gone('NOT_STATED')],
  ['CC08 coverage ends before the deadline', old.covers('ANRF', '2025-06-29'), 'CC08', gone('NOT_COVERED')],
  ['CC08 coverage begins too late', old.covers('ANRF', AS_OF, '2025-01-02'), 'CC08', gone('NOT_COVERED')],
  ['CC08 not connected', old, 'CC08', gone('NOT_CONNECTED')],
  ['CC08 listed with nothing', old.listed('ANRF'), 'CC08', gone('NOT_COVERED')],
  ['CC08 first 30 June not passed', DossierBuilder.firm().registered('2025-03-01').covers('ANRF', AS_OF), 'CC08', NA],
];

describe('characteristics of annual reports', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('never lowers OV08 when revenue rises', () => {
    const number = (value: unknown): number => {
      const { value: measured } = value as { value: number | { num: number; den: number } };
      return typeof measured === 'number' ? measured : measured.num / measured.den;
    };
    const revenue = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 900 }),
        revenue,
        fc.integer({ min: 0, max: 1000 }),
        (base, first, more) => {
          const at = (later: number) => number(valueIn(['', growth(wan(base), wan(later)), 'OV08', {}]));
          expect(at(first + more)).toBeGreaterThanOrEqual(at(first));
        },
      ),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 400 : 20 },
    );
  });
});
