import { localDate } from '#lib/kernel';
import { AS_OF, gone, is, model, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';
import { characteristicCatalogue } from './catalogue.ts';

const pat = old.covers('PAT', AS_OF);
const sub = old.covers('SUB', AS_OF);
const capital = (minor: number, currency = 'CNY') => ({ minor, currency });
const day = (text: string) => localDate(text);

const cases: readonly Case[] = [
  ['TG08 the day is reached', old, 'TG08', is(77)],
  ['TG08 one day before', DossierBuilder.firm().registered('2020-01-31'), 'TG08', is(76), '2026-06-29'],
  ['TG08 the 31st is not reached on 30 June', DossierBuilder.firm().registered('2020-01-31'), 'TG08', is(76)],
  ['TG08 on the first day', DossierBuilder.firm().registered(AS_OF), 'TG08', is(0)],
  ['TG08 without registration', DossierBuilder.firm(), 'TG08', gone('NOT_CONNECTED')],
  ['OV09 half paid', paid(50, 100), 'OV09', is(50)],
  ['OV09 a third', paid(1, 3), 'OV09', is({ num: 100, den: 3 })],
  ['OV09 zero stated', paid(0, 100), 'OV09', is(0)],
  ['OV09 more than subscribed', paid(120, 100), 'OV09', is(100)],
  ['OV09 not stated', old.covers('REG', AS_OF), 'OV09', gone('NOT_STATED')],
  ['OV09 subscribed is 0', paid(0, 0), 'OV09', NA],
  ['OV09 of a listed register, long ago', old, 'OV09', gone('STALE')],
  ['OV09 half stale', paid(50, 100, '2026-06-16'), 'OV09', { ...is(50), freshness: { num: 1, den: 2 } }],
  [
    'OV09 of two currencies',
    DossierBuilder.firm()
      .registered('2020-01-15', { paidCapital: capital(5, 'USD'), registeredCapital: capital(9) })
      .covers('REG', AS_OF),
    'OV09',
    gone('NOT_STATED'),
  ],
  ['IN01 zero under coverage', pat, 'IN01', is(0)],
  [
    'IN01 shares',
    granted(pat, 2).patent('3', { status: 'granted', grantedOn: day('2024-01-01') }),
    'IN01',
    is({ num: 3, den: 2 }),
  ],
  ['IN01 thirds add up', granted(granted(granted(pat, 3, 'a'), 3, 'b'), 3, 'c'), 'IN01', is(1)],
  ['IN01 granted after the day', pat.patent('1', { status: 'granted', grantedOn: day('2026-07-01') }), 'IN01', is(0)],
  [
    'IN01 lapsed',
    pat.patent('1', { status: 'lapsedFee', grantedOn: day('2022-01-01'), statusOn: day('2026-01-01') }),
    'IN01',
    is(0),
  ],
  [
    'IN01 lapses after the day',
    pat.patent('1', { status: 'lapsedFee', grantedOn: day('2022-01-01'), statusOn: day('2026-07-01') }),
    'IN01',
    is(1),
  ],
  [
    'IN01 lapses later, grant undated',
    pat.patent('1', { status: 'lapsedFee', statusOn: day('2026-07-01') }),
    'IN01',
    gone('NOT_STATED'),
  ],
  [
    'IN01 bought',
    pat.patent('1', { status: 'granted', original: false, assignedOn: day('2024-01-01') }),
    'IN01',
    is(0),
  ],
  ['IN01 utility model', pat.patent('1', { status: 'granted', type: 'utilityModel' }), 'IN01', is(0)],
  ['IN01 status not stated', pat.patent('1', { filedOn: day('2024-01-01') }), 'IN01', gone('NOT_STATED')],
  ['IN01 listed with nothing', old.listed('PAT'), 'IN01', gone('NOT_COVERED')],
  ['IN01 covered only since 2023', old.covers('PAT', AS_OF, '2023-01-01'), 'IN01', gone('NOT_COVERED')],
  ['IN01 not connected', old, 'IN01', gone('NOT_CONNECTED')],
  ['IN02 in examination', pat.patent('1', { status: 'examination', filedOn: day('2023-07-01') }), 'IN02', is(1)],
  [
    'IN02 filed 36 months ago to the day',
    pat.patent('1', { status: 'examination', filedOn: day('2023-06-30') }),
    'IN02',
    is(0),
  ],
  [
    'IN02 granted after the day',
    pat.patent('1', { status: 'granted', grantedOn: day('2026-07-01'), filedOn: day('2024-01-01') }),
    'IN02',
    is(1),
  ],
  [
    'IN02 examined after the day',
    pat.patent('1', { status: 'examination', statusOn: day('2026-07-01'), filedOn: day('2026-01-01') }),
    'IN02',
    is(0),
  ],
  ['IN03 PCT', pat.patent('1', { status: 'examination', pct: true }), 'IN03', is(1)],
  [
    'IN03 family of a shared design',
    pat.patent('1', { type: 'design', status: 'granted', overseasFamily: 2, applicants: 4 }),
    'IN03',
    is({ num: 1, den: 4 }),
  ],
  ['IN03 ended', pat.patent('1', { status: 'rejected', pct: true }), 'IN03', is(0)],
  ['IN03 the file says nothing of families', granted(pat, 1), 'IN03', gone('NOT_STATED')],
  ['IN03 no patent', pat, 'IN03', is(0)],
  ['IN04 pledged', pat.patent('1', { status: 'granted', pledged: true }), 'IN04', is(1)],
  ['IN04 kept for over ten years', pat.patent('1', { status: 'granted', filedOn: day('2016-06-29') }), 'IN04', is(1)],
  [
    'IN04 kept for ten years',
    pat.patent('1', { status: 'granted', filedOn: day('2016-06-30'), pledged: false }),
    'IN04',
    is(0),
  ],
  ['IN04 pending is none', pat.patent('1', { status: 'examination', awarded: true }), 'IN04', is(0)],
  ['IN04 no marks stated', granted(pat, 1), 'IN04', gone('NOT_STATED')],
  [
    'IN08 one half-year',
    pat.patent('1', { filedOn: day('2026-06-30') }).patent('2', { filedOn: day('2025-12-31') }),
    'IN08',
    is(1),
  ],
  [
    'IN08 two half-years',
    pat.patent('1', { filedOn: day('2026-06-30') }).patent('2', { filedOn: day('2025-12-30') }),
    'IN08',
    is(2),
  ],
  [
    'IN08 the oldest edge',
    pat.patent('1', { filedOn: day('2023-06-30') }).patent('2', { filedOn: day('2023-07-01') }),
    'IN08',
    is(1),
  ],
  [
    'IN08 rejected filings are filings',
    pat.patent('1', { filedOn: day('2026-01-01'), status: 'rejected' }),
    'IN08',
    is(1),
  ],
  ['IN08 never filed', pat, 'IN08', is(0)],
  ['IN08 no filing dates', pat.patent('1', { status: 'granted' }), 'IN08', gone('NOT_STATED')],
  [
    'PR03 distinct projects',
    award(award(sub, 'P1'), 'P2').subsidy('P1', { paidOn: day('2025-03-01'), competitive: true }),
    'PR03',
    is(2),
  ],
  ['PR03 36 months ago to the day', award(sub, 'P1', '2023-06-30'), 'PR03', is(0)],
  ['PR03 approved after the day', award(sub, 'P1', '2026-07-01'), 'PR03', is(0)],
  [
    'PR03 clawed back',
    award(sub, 'P1').subsidy('P1', { status: 'clawedBack', paidOn: day('2025-09-01') }),
    'PR03',
    is(0),
  ],
  [
    'PR03 not competitive',
    sub.subsidy('P1', { competitive: false, approvedOn: day('2025-01-01'), status: 'approved' }),
    'PR03',
    is(0),
  ],
  [
    'PR03 competition not stated',
    sub.subsidy('P1', { approvedOn: day('2025-01-01'), status: 'approved' }),
    'PR03',
    gone('NOT_STATED'),
  ],
  [
    'PR03 only announced',
    sub.subsidy('P1', { competitive: true, approvedOn: day('2025-01-01'), status: 'announced' }),
    'PR03',
    is(0),
  ],
  ['PR03 none under coverage', sub, 'PR03', is(0)],
  ['PR03 listed with nothing', old.listed('SUB'), 'PR03', gone('NOT_COVERED')],
  ['PR03 stale', old.covers('SUB', '2025-06-01'), 'PR03', gone('STALE')],
  [
    'PR04 highest',
    award(award(sub, 'P1', '2025-01-01', 'district'), 'P2', '2025-02-01', 'province'),
    'PR04',
    is('province'),
  ],
  ['PR04 none', sub, 'PR04', is('none')],
  [
    'PR04 level not stated',
    sub.subsidy('P1', { competitive: true, approvedOn: day('2025-01-01'), status: 'approved' }),
    'PR04',
    gone('NOT_STATED'),
  ],
  ['IN05 waits for its table', pat, 'IN05', gone('NO_TABLE')],
  ['PR01 is not connected', old, 'PR01', gone('NOT_CONNECTED')],
  ['OV08 two full years due', old, 'OV08', gone('NOT_CONNECTED')],
  ['OV08 the earlier year is not full', DossierBuilder.firm().registered('2024-01-02'), 'OV08', NA],
  ['OV08 from 1 January', DossierBuilder.firm().registered('2024-01-01'), 'OV08', gone('NOT_CONNECTED')],
  ['OV07 due on 30 June', DossierBuilder.firm().registered('2025-03-01'), 'OV07', gone('NOT_CONNECTED')],
  ['OV07 not yet due', DossierBuilder.firm().registered('2025-03-01'), 'OV07', NA, '2026-06-29'],
  ['CC08 30 June must have passed', DossierBuilder.firm().registered('2025-03-01'), 'CC08', NA],
  ['CC08 passed', DossierBuilder.firm().registered('2025-03-01'), 'CC08', gone('NOT_CONNECTED'), '2026-07-01'],
];

describe('characteristics of registration, patents and subsidies', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

describe('characteristics', () => {
  it('stand in the catalogue with the words of the model', () => {
    for (const entry of characteristicCatalogue()) {
      const { document } = model.characteristics[model.position.get(entry.code)!]!;
      const { dimension, zh, en, unit, window, feeds } = document;
      expect({ ...entry, definition: 0 }).toEqual({
        code: entry.code,
        dimension,
        zh,
        en,
        unit,
        window,
        feeds,
        definition: 0,
      });
    }
    const codes = characteristicCatalogue().map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('name their records, and the coverage behind a zero', () => {
    const rich = scoreFirmRich(granted(pat, 1).build(), model, day(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const of = (code: string) => rich.evidence[model.position.get(code)!]!;
    expect(of('IN01').records.map((ref) => [ref.source, ref.recordKey])).toEqual([['patents', '1']]);
    expect(of('IN01').flags).toEqual(['RELATED_UNCHECKED']);
    expect(of('IN02').records).toEqual([]);
    expect(of('IN02').coverage.map((entry) => entry.deliveryId)).toEqual(['delivery-PAT']);
    expect(of('TG08').records.map((ref) => ref.source)).toEqual(['business-registration']);
    expect(of('PR01')).toEqual({ characteristic: 'PR01', records: [], coverage: [], flags: [] });
  });
});

function paid(minor: number, of: number, through = AS_OF): DossierBuilder {
  const capitals = { paidCapital: capital(minor), registeredCapital: capital(of) };
  return DossierBuilder.firm().registered('2020-01-15', capitals).covers('REG', through);
}

function granted(builder: DossierBuilder, applicants: number, appNo = '1'): DossierBuilder {
  return builder.patent(appNo, { status: 'granted', grantedOn: day('2024-01-01'), applicants });
}

function award(
  builder: DossierBuilder,
  no: string,
  on = '2025-01-01',
  level?: 'district' | 'province',
): DossierBuilder {
  return builder.subsidy(no, {
    competitive: true,
    status: 'approved',
    approvedOn: day(on),
    ...(level ? { level } : {}),
  });
}
