import { localDate } from '#lib/kernel';
import { affiliations, awardsStandards, talentPlans } from '#lib/data-sources';
import type { Affiliation, TalentLevel } from '#lib/data-sources';
import { AS_OF, gone, is, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';

const day = (text: string) => localDate(text);

const tal = old.covers('TAL', AS_OF);
const people = (level: TalentLevel, count: number | undefined, on = '2025-12-31', b = tal): DossierBuilder =>
  b.add(talentPlans, `${level}|${on}`, { level, asOf: day(on), ...(count === undefined ? {} : { count }) }, on);

const awd = old.covers('AWD', AS_OF);
const honour = (kind: 'award' | 'standard', on: string | undefined, b = awd): DossierBuilder =>
  b.add(awardsStandards, `${kind}|1`, { kind, no: '1', ...(on === undefined ? {} : { on: day(on) }) }, on);

const aff = old.covers('AFF', AS_OF);
const tenant = (kind: Affiliation['kind'], more: Partial<Affiliation> = {}, b = aff): DossierBuilder =>
  b.add(affiliations, `${kind}|2024-01-01`, { kind, from: day('2024-01-01'), ...more }, more.from ?? '2024-01-01');

const cases: readonly Case[] = [
  ['TG05 none under coverage', tal, 'TG05', is('none')],
  ['TG05 city', people('city', 1), 'TG05', is('city')],
  ['TG05 district is city', people('district', 1), 'TG05', is('city')],
  ['TG05 province', people('province', 2), 'TG05', is('province')],
  ['TG05 the highest', people('city', 9, '2025-12-31', people('state', 1)), 'TG05', is('state')],
  ['TG05 a count of zero', people('state', 0), 'TG05', is('none')],
  [
    'TG05 the newest count holds',
    people('state', 0, '2025-12-31', people('state', 3, '2024-12-31')),
    'TG05',
    is('none'),
  ],
  ['TG05 whatever the order', people('state', 3, '2024-12-31', people('state', 0)), 'TG05', is('none')],
  ['TG05 counted after the day', people('state', 1, '2026-07-01'), 'TG05', is('none')],
  ['TG05 count not stated', people('state', undefined), 'TG05', gone('NOT_STATED')],
  ['TG05 one stated, one not', people('state', undefined, '2025-12-31', people('city', 1)), 'TG05', is('city')],
  ['TG05 listed with nobody', old.listed('TAL'), 'TG05', gone('NOT_COVERED')],
  ['TG05 listed with a zero', people('state', 0, '2025-12-31', old.listed('TAL')), 'TG05', gone('NOT_COVERED')],
  ['TG05 not connected', old, 'TG05', gone('NOT_CONNECTED')],
  ['TG05 stale', old.covers('TAL', '2023-01-01'), 'TG05', gone('STALE')],

  ['PR07 none under coverage', awd, 'PR07', is('none')],
  ['PR07 standard', honour('standard', '2025-01-01'), 'PR07', is('standard')],
  ['PR07 award', honour('award', '2025-01-01'), 'PR07', is('award')],
  ['PR07 both', honour('standard', '2025-01-01', honour('award', '2025-01-01')), 'PR07', is('award')],
  [
    'PR07 both, the other way round',
    honour('award', '2025-01-01', honour('standard', '2025-01-01')),
    'PR07',
    is('award'),
  ],
  ['PR07 36 months ago to the day', honour('award', '2023-06-30'), 'PR07', is('none')],
  ['PR07 a day later', honour('award', '2023-07-01'), 'PR07', is('award')],
  ['PR07 after the day', honour('award', '2026-07-01'), 'PR07', is('none')],
  ['PR07 not dated', honour('award', undefined), 'PR07', gone('NOT_STATED')],
  ['PR07 listed with nothing', old.listed('AWD'), 'PR07', gone('NOT_COVERED')],
  ['PR07 not connected', old, 'PR07', gone('NOT_CONNECTED')],
  ['PR07 stale', old.covers('AWD', '2023-01-01'), 'PR07', gone('STALE')],

  ['PR08 none under coverage', aff, 'PR08', is('none')],
  ['PR08 city', tenant('city'), 'PR08', is('city')],
  ['PR08 national', tenant('national'), 'PR08', is('national')],
  ['PR08 university', tenant('university'), 'PR08', is('national')],
  ['PR08 both', tenant('city', {}, tenant('national')), 'PR08', is('national')],
  ['PR08 both, the other way round', tenant('national', {}, tenant('city')), 'PR08', is('national')],
  ['PR08 leaves on the day', tenant('city', { to: day(AS_OF) }), 'PR08', is('city')],
  ['PR08 left', tenant('city', { to: day('2026-06-29') }), 'PR08', is('none')],
  ['PR08 moves in tomorrow', tenant('city', { from: day('2026-07-01') }), 'PR08', is('none')],
  ['PR08 whether it left is not readable', tenant('city', { toUnreadable: true }), 'PR08', gone('NOT_STATED')],
  ['PR08 listed with nothing', old.listed('AFF'), 'PR08', gone('NOT_COVERED')],
  ['PR08 not connected', old, 'PR08', gone('NOT_CONNECTED')],
  ['PR08 stale', old.covers('AFF', '2023-01-01'), 'PR08', gone('STALE')],
];

describe('talent, honours and affiliations', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});
