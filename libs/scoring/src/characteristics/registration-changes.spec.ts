import fc from 'fast-check';
import { localDate } from '#lib/kernel';
import { registrationChanges, type ChangeItem, type RegistrationChange } from '#lib/data-sources';
import { AS_OF, gone, is, old, model, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';
import { capitalChanges } from './changes-of.ts';
import { NO_CITE } from './characteristic.ts';
import { assessmentDay, FirmAt } from './firm-at.ts';
import { FAMILY } from './registration-changes.ts';

const chg = old.covers('CHG', AS_OF);

let keys = 0;
function changed(
  builder: DossierBuilder,
  item: ChangeItem,
  on: string,
  more: Partial<RegistrationChange> = {},
): DossierBuilder {
  keys += 1;
  const payload: RegistrationChange = { item, changedOn: localDate(on), ...more };
  return builder.add(registrationChanges, `${item}|${on}|${keys}`, payload, on);
}
const money = (minor: number, currency = 'CNY') => ({ minor, currency });

const cases: readonly Case[] = [
  ['TG09 none', chg, 'TG09', is(0)],
  ['TG09 once', changed(chg, 'legalRep', '2025-01-01'), 'TG09', is(1)],
  [
    'TG09 twice, representative and controller',
    changed(changed(chg, 'legalRep', '2025-01-01'), 'controller', '2025-02-01'),
    'TG09',
    is(2),
  ],
  [
    'TG09 one filing under two items',
    changed(changed(chg, 'legalRep', '2025-01-01'), 'controller', '2025-01-01'),
    'TG09',
    is(1),
  ],
  ['TG09 other items', changed(changed(chg, 'scope', '2025-01-01'), 'officers', '2025-01-01'), 'TG09', is(0)],
  ['TG09 24 months ago to the day', changed(chg, 'legalRep', '2024-06-30'), 'TG09', is(0)],
  ['TG09 a day later', changed(chg, 'legalRep', '2024-07-01'), 'TG09', is(1)],
  ['TG09 on the day', changed(chg, 'legalRep', AS_OF), 'TG09', is(1)],
  ['TG09 after the day', changed(chg, 'legalRep', '2026-07-01'), 'TG09', is(0)],
  ['TG09 the first registration', changed(chg, 'legalRep', '2025-01-01', { first: true }), 'TG09', is(0)],
  ['TG09 on the day of establishment', changed(young('2025-03-01'), 'legalRep', '2025-03-01'), 'TG09', is(0)],
  ['TG09 cut at establishment', young('2025-03-01', '2025-03-01'), 'TG09', is(0)],
  ['TG09 not covered from establishment on', young('2025-03-01', '2025-03-02'), 'TG09', gone('NOT_COVERED')],
  ['TG09 not connected', old, 'TG09', gone('NOT_CONNECTED')],
  ['TG09 listed with nothing', old.listed('CHG'), 'TG09', gone('NOT_COVERED')],
  ['TG09 listed with another item', changed(old.listed('CHG'), 'scope', AS_OF), 'TG09', gone('NOT_COVERED')],
  ['TG09 listed with a change', changed(old.listed('CHG'), 'legalRep', AS_OF), 'TG09', is(1)],
  ['TG09 stale', old.covers('CHG', '2026-05-16'), 'TG09', gone('STALE')],
  ['TG09 nearly stale', old.covers('CHG', '2026-05-17'), 'TG09', { ...is(0), freshness: { num: 1, den: 30 } }],
  ['TG09 at the horizon', old.covers('CHG', '2026-06-15'), 'TG09', is(0)],
  ['OV11 none', changed(chg, 'legalRep', '2025-01-01'), 'OV11', is(0)],
  ['OV11 another district', moved('440305', '440306'), 'OV11', is(1)],
  ['OV11 inside the district', moved('440305', '440305'), 'OV11', is(0)],
  [
    'OV11 districts by name',
    changed(chg, 'address', '2025-01-01', { beforeDistrict: '南山区', afterDistrict: '南山区' }),
    'OV11',
    is(0),
  ],
  [
    'OV11 names of two districts',
    changed(chg, 'address', '2025-01-01', { beforeDistrict: '南山区', afterDistrict: '宝安区' }),
    'OV11',
    is(1),
  ],
  ['OV11 cannot be told', changed(chg, 'address', '2025-01-01'), 'OV11', is(1)],
  ['OV11 twice', changed(moved('440305', '440306'), 'address', '2025-06-01'), 'OV11', is(2)],
  ['OV11 not connected', old, 'OV11', gone('NOT_CONNECTED')],
];

describe('characteristics of registration changes', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('flags a move whose district cannot be told', () => {
    const rich = scoreFirmRich(changed(chg, 'address', '2025-01-01').build(), model, localDate(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const found = rich.evidence[model.position.get('OV11')!]!;
    expect(found.flags).toEqual(['DISTRICT_UNCHECKED']);
    expect(found.records.map((ref) => ref.source)).toEqual(['registration-changes']);
    expect(found.coverage.map((entry) => entry.feed)).toEqual(['CHG']);
  });
});

describe('warnings of registration changes', () => {
  const cut = (on: string) => changed(chg, 'capitalReductionNotice', on);
  it.each([
    ['W02 recent', changed(chg, 'controller', '2026-03-31'), 'W02', 'yes'],
    ['W02 three months ago to the day', changed(chg, 'legalRep', '2026-03-30'), 'W02', 'no'],
    ['W02 nothing', chg, 'W02', 'no'],
    ['W02 not connected', old, 'W02', 'unknown'],
    ['W02 listed, another item', changed(old.listed('CHG'), 'scope', AS_OF), 'W02', 'unknown'],
    ['W02 listed and changed', changed(old.listed('CHG'), 'legalRep', AS_OF), 'W02', 'yes'],
    ['W05 45 days', cut('2026-05-16'), 'W05', 'yes'],
    ['W05 46 days', cut('2026-05-15'), 'W05', 'no'],
    ['W05 a reduction that was registered is over', changed(chg, 'capital', AS_OF), 'W05', 'no'],
    ['W12 another district', moved('440305', '440306'), 'W12', 'yes'],
    ['W12 the same district', moved('440305', '440305'), 'W12', 'no'],
    ['W12 cannot be told', changed(chg, 'address', '2025-01-01'), 'W12', 'unknown'],
    ['W12 long ago', changed(chg, 'address', '2024-06-30'), 'W12', 'no'],
  ] as const)('%s', (_, builder, code, expected) => {
    const firm = new FirmAt(builder.build(), assessmentDay(localDate(AS_OF)));
    const cited: string[] = [];
    const cite = { ...NO_CITE, record: (record: { recordKey: string }) => void cited.push(record.recordKey) };
    expect(FAMILY.warnings!.find((warning) => warning.code === code)!.find(firm, cite)).toBe(expected);
    expect(cited).toHaveLength(expected === 'yes' ? 1 : 0);
  });
});

describe('changes of capital', () => {
  const steps = (builder: DossierBuilder) =>
    capitalChanges(new FirmAt(builder.build(), assessmentDay(localDate(AS_OF)))).map(({ before, after }) => [
      before.minor,
      after.minor,
    ]);

  it('leaves out two currencies and what is not stated', () => {
    const two = changed(chg, 'capital', '2024-01-01', { beforeCapital: money(1, 'USD'), afterCapital: money(7) });
    expect(steps(changed(two, 'capital', '2024-02-01', { afterCapital: money(7) }))).toEqual([]);
  });

  it('turns rows round that swapped before and after, wherever a neighbour shows it', () => {
    const capitals = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(capitals, fc.nat(), (values, pick) => {
        const swapped = pick % (values.length - 1);
        let builder = chg;
        const truth: number[][] = [];
        for (let i = 1; i < values.length; i++) {
          const pair = [values[i - 1]!, values[i]!];
          truth.push(pair);
          const [before, after] = i - 1 === swapped ? [pair[1]!, pair[0]!] : [pair[0]!, pair[1]!];
          const capital = { beforeCapital: money(before), afterCapital: money(after) };
          builder = changed(builder, 'capital', `2024-0${i}-01`, capital);
        }
        expect(steps(builder)).toEqual(truth);
      }),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 600 : 30 },
    );
  });

  it('turns two neighbours round that both swapped', () => {
    const first = changed(chg, 'capital', '2024-01-01', { beforeCapital: money(5), afterCapital: money(1) });
    expect(steps(changed(first, 'capital', '2024-02-01', { beforeCapital: money(9), afterCapital: money(5) }))).toEqual(
      [
        [1, 5],
        [5, 9],
      ],
    );
  });
});

function young(establishedOn: string, coveredFrom = '1900-01-01'): DossierBuilder {
  return DossierBuilder.firm().registered(establishedOn).covers('CHG', AS_OF, coveredFrom);
}

function moved(beforeRegion: string, afterRegion: string): DossierBuilder {
  return changed(chg, 'address', '2025-01-01', { beforeRegion, afterRegion });
}
