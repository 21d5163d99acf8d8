import { localDate, type Fen } from '#lib/kernel';
import { taxCredit, type TaxCredit, type TaxGrade } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
const tax = old.listed('TAX');
const CLEAN = { abnormal: false, arrears: 0 as Fen };
const owing = 100 as Fen;

function year(
  b: DossierBuilder,
  of: number,
  more: Partial<TaxCredit> = {},
  published = `${of + 1}-04-28`,
  to?: string,
) {
  return b.add(taxCredit, String(of), { year: of, ...more }, published, to);
}
const graded = (grade: TaxGrade) => year(tax, 2025, { grade });

const cases: readonly Case[] = [
  ...(['A', 'B', 'M', 'C', 'D'] as const).map((grade): Case => [`CC01 ${grade}`, graded(grade), 'CC01', is(grade)]),
  ['CC01 the newest year', year(graded('B'), 2024, { grade: 'A' }), 'CC01', is('B')],
  [
    'CC01 published after the day',
    year(year(tax, 2025, { grade: 'A' }, '2026-07-01'), 2024, { grade: 'C' }),
    'CC01',
    { ...is('C'), freshness: { num: 193, den: 200 } },
  ],
  ['CC01 the newest year that has a grade', year(year(tax, 2025), 2024, { grade: 'C' }), 'CC01', is('C')],
  ['CC01 no grade stated', year(tax, 2025, CLEAN), 'CC01', gone('NOT_STATED')],
  ['CC01 not connected', old, 'CC01', gone('NOT_CONNECTED')],
  ['CC01 listed without the firm', tax, 'CC01', gone('NOT_COVERED')],
  ['CC01 covered, no grade delivered', old.covers('TAX', AS_OF), 'CC01', gone('NOT_COVERED')],
  ['CC01 stale', year(tax, 2021, { grade: 'A' }), 'CC01', gone('STALE')],
  ['CC01 vouched for until lately', year(tax, 2021, { grade: 'A' }, '2022-04-28', '2026-06-01'), 'CC01', is('A')],
];

describe('characteristics of tax credit', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

function k06(builder: DossierBuilder): string {
  const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  const { state, evidence } = scored.knockOuts.find((k) => k.code === 'K06')!;
  return `${state} ${evidence.map((ref) => ref.recordKey).join()}`.trim();
}

describe('K06', () => {
  const a = { grade: 'A' } as const;
  it.each([
    ['clean', year(tax, 2025, { ...a, ...CLEAN }), 'no 2025'],
    ['grade M', year(tax, 2025, { grade: 'M', ...CLEAN }), 'no 2025'],
    ['grade D', year(tax, 2025, { grade: 'D', ...CLEAN }), 'yes 2025'],
    ['D, then the next grade', year(year(tax, 2025, { ...a, ...CLEAN }), 2024, { grade: 'D' }), 'no 2025'],
    ['abnormal household', year(tax, 2025, { ...a, abnormal: true, arrears: 0 as Fen }), 'yes 2025'],
    ['abnormal, released', year(tax, 2025, { ...a, ...CLEAN, abnormal: true, abnormalUntil: day(AS_OF) }), 'no 2025'],
    [
      'abnormal, released after the day',
      year(tax, 2025, { ...a, ...CLEAN, abnormal: true, abnormalUntil: day('2026-07-01') }),
      'yes 2025',
    ],
    [
      'found abnormal after the day',
      year(tax, 2025, { ...a, ...CLEAN, abnormal: true, abnormalFrom: day('2026-07-01') }),
      'no 2025',
    ],
    [
      'found abnormal on the day',
      year(tax, 2025, { ...a, ...CLEAN, abnormal: true, abnormalFrom: day(AS_OF) }),
      'yes 2025',
    ],
    ['release unreadable', year(tax, 2025, { ...a, ...CLEAN, abnormal: true, endUnreadable: true }), 'unknown'],
    ['arrears', year(tax, 2025, { ...a, abnormal: false, arrears: owing }), 'yes 2025'],
    [
      'arrears cleared',
      year(tax, 2025, { ...a, abnormal: false, arrears: owing, arrearsClearedOn: day(AS_OF) }),
      'no 2025',
    ],
    [
      'arrears of the year before, none now',
      year(year(tax, 2025, { ...a, ...CLEAN }), 2024, { arrears: owing }),
      'no 2025',
    ],
    ['arrears not stated', year(tax, 2025, { ...a, abnormal: false }), 'unknown'],
    ['grade D is old, no other came', year(tax, 2020, { grade: 'D' }), 'yes 2020'],
    ['covered, on no list', old.covers('TAX', AS_OF), 'no'],
    ['listed without the firm', tax, 'unknown'],
    ['not connected', old, 'unknown'],
  ])('%s', (_, builder, expected) => expect(k06(builder)).toBe(expected));
});
