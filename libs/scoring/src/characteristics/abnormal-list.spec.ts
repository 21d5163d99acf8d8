import { localDate } from '#lib/kernel';
import { abnormalList, seriousViolations, type AbnormalListing, type SeriousViolation } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirm, scoreFirmRich } from '../score-firm.ts';

const abn = old.covers('ABN', AS_OF);
const day = (text: string) => localDate(text);
const listed = (more: Partial<AbnormalListing> = {}, builder = abn, on = '2022-01-01') =>
  builder.add(abnormalList, `${on}|`, { listedOn: day(on), ...more }, on);
const removed = (on: string) => listed({ removedOn: day(on) });

const cases: readonly Case[] = [
  ['never', abn, 'CC04', is('never')],
  ['listed', listed(), 'CC04', is('listed')],
  ['listed on the day', listed({}, abn, AS_OF), 'CC04', is('listed')],
  ['listed after the day', listed({}, abn, '2026-07-01'), 'CC04', is('never')],
  ['removed on the day', removed(AS_OF), 'CC04', is('removed12')],
  ['removed after the day', removed('2026-07-01'), 'CC04', is('listed')],
  ['removed 12 months ago', removed('2025-06-30'), 'CC04', is('removed12')],
  ['removed more than 12 months ago', removed('2025-06-29'), 'CC04', is('removed')],
  ['removed within 36 months', removed('2023-07-01'), 'CC04', is('removed')],
  ['removed 36 months ago', removed('2023-06-30'), 'CC04', is('never')],
  ['listed in error', listed({ removedOn: day('2026-01-01'), removalReason: 'listedInError' }), 'CC04', is('never')],
  [
    'repaired and not yet withdrawn',
    listed({ removedOn: day('2026-01-01'), removalReason: 'repaired' }),
    'CC04',
    is('removed12'),
  ],
  [
    'the newest removal',
    listed({ removedOn: day('2024-01-01') }, removed('2026-01-01'), '2023-01-01'),
    'CC04',
    is('removed12'),
  ],
  ['listed again', listed({}, removed('2026-01-01'), '2026-05-01'), 'CC04', is('listed')],
  ['removal unreadable', listed({ removalUnreadable: true }), 'CC04', gone('NOT_STATED')],
  ['listed, another unreadable', listed({ removalUnreadable: true }, listed(), '2021-01-01'), 'CC04', is('listed')],
  ['window not covered', old.covers('ABN', AS_OF, '2023-07-01'), 'CC04', gone('NOT_COVERED')],
  [
    'covered from establishment on',
    DossierBuilder.firm().registered('2024-01-01').covers('ABN', AS_OF, '2024-01-01'),
    'CC04',
    is('never'),
  ],
  ['not connected', old, 'CC04', gone('NOT_CONNECTED')],
  ['listed feed with nothing', old.listed('ABN'), 'CC04', gone('NOT_COVERED')],
  ['stale', old.covers('ABN', '2026-06-09'), 'CC04', gone('STALE')],
  ['half fresh', old.covers('ABN', '2026-06-16'), 'CC04', { ...is('never'), freshness: { num: 1, den: 2 } }],
];

describe('CC04', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

function knockOut(builder: DossierBuilder, code: string) {
  const rich = scoreFirmRich(builder.build(), model, day(AS_OF));
  if (rich.kind !== 'scored') throw new Error(rich.reason);
  const slim = scoreFirm(builder.build(), model, day(AS_OF));
  if (slim.kind !== 'scored') throw new Error(slim.reason);
  const found = rich.knockOuts.find((k) => k.code === code)!;
  expect(slim.score.knockOuts).toEqual(found.state === 'yes' ? [code] : []);
  return found;
}

const ser = old.covers('SER', AS_OF);
const serious = (more: Partial<SeriousViolation> = {}, builder = ser, on = '2022-01-01') =>
  builder.add(seriousViolations, `${on}|`, { listedOn: day(on), ...more }, on);

describe('K03 and K04', () => {
  it.each([
    ['K04 listed', listed(), 'yes'],
    ['K04 removed on the day', removed(AS_OF), 'no'],
    ['K04 removed later', removed('2026-07-01'), 'yes'],
    ['K04 in error', listed({ removalReason: 'listedInError' }), 'no'],
    ['K04 unreadable removal', listed({ removalUnreadable: true }), 'unknown'],
    ['K04 nothing', abn, 'no'],
    ['K04 listed by a stale list still stands', listed({}, old.covers('ABN', '2026-05-01')), 'yes'],
    ['K04 stale', old.covers('ABN', '2026-05-01'), 'unknown'],
    ['K04 not connected', old, 'unknown'],
    ['K04 a list of some firms', removedIn(old.listed('ABN')), 'unknown'],
    ['K03 listed', serious(), 'yes'],
    ['K03 three years do not end it', serious({}, ser, '2021-01-01'), 'yes'],
    ['K03 removed', serious({ removedOn: day(AS_OF) }), 'no'],
    ['K03 removed later', serious({ removedOn: day('2026-07-01') }), 'yes'],
    ['K03 in error', serious({ removalReason: 'listedInError', removedOn: day('2026-07-01') }), 'no'],
    ['K03 unreadable removal', serious({ removalUnreadable: true }), 'unknown'],
    ['K03 listed after the day', serious({}, ser, '2026-07-01'), 'no'],
    ['K03 nothing', ser, 'no'],
    ['K03 stale', old.covers('SER', '2026-05-01'), 'unknown'],
    ['K03 not connected', old, 'unknown'],
  ] as const)('%s', (title, builder, expected) => {
    const found = knockOut(builder, title.slice(0, 3));
    expect(found.state).toBe(expected);
    expect(found.evidence.length > 0).toBe(expected === 'yes');
    expect(found.coverage.length > 0).toBe(expected === 'no');
    expect(found.cure.zh).not.toBe('');
  });
});

function removedIn(builder: DossierBuilder): DossierBuilder {
  return listed({ removedOn: day('2026-06-25') }, builder, '2026-06-20');
}
