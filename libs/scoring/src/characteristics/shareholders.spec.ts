import fc from 'fast-check';
import { fen, localDate } from '#lib/kernel';
import { registrationChanges, shareholders, type Shareholding } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';
import { NO_CITE } from './characteristic.ts';
import { assessmentDay, FirmAt } from './firm-at.ts';
import { FAMILY, verifiedEquity, verifiedRounds } from './shareholders.ts';

const shr = old.covers('SHR', AS_OF).covers('CHG', AS_OF);
const day = (text: string) => localDate(text);
const wan = (amount: number) => fen(amount * 1_000_000);

/** Stated on the day of assessment, so that the row is fresh. */
function holds(builder: DossierBuilder, holder: string, more: Partial<Shareholding>): DossierBuilder {
  const payload: Shareholding = { holder, ...more };
  const { paidOn, joinedOn, statedOn } = payload;
  const key = paidOn === undefined ? holder : `${holder}|${paidOn}`;
  return builder.add(shareholders, key, payload, paidOn ?? joinedOn, statedOn ?? AS_OF);
}

/** An investor who joined by an increase of capital. */
const invests = (builder: DossierBuilder, amount: number, paidOn: string, more: Partial<Shareholding> = {}) =>
  holds(builder, more.holder ?? 'org:样例创投', {
    holderType: 'enterprise',
    acquisition: 'increase',
    joinedOn: day('2021-01-01'),
    paid: wan(amount),
    paidOn: day(paidOn),
    ...more,
  });
const FOUNDER: Partial<Shareholding> = {
  holderType: 'person',
  joinedOn: day('2020-01-15'),
  payMethod: 'cash',
  paidOn: day('2020-02-01'),
};
const founds = (amount: number, more: Partial<Shareholding> = {}, builder = shr) =>
  holds(builder, 'person:1', { ...FOUNDER, paid: wan(amount), ...more });
const undated = (more: Partial<Shareholding>) => {
  const { paidOn: _, ...rest } = FOUNDER;
  return holds(shr, 'person:1', { ...rest, paid: wan(5), ...more });
};
/** Joined later; nothing says whether by an increase or by buying shares. */
const joined = (joinedOn: string, paidOn: string, builder = shr) =>
  holds(builder, 'org:样例', { holderType: 'enterprise', joinedOn: day(joinedOn), paidOn: day(paidOn), paid: wan(7) });
const increase = (builder: DossierBuilder, on: string, before = 1, after = 2) =>
  builder.add(
    registrationChanges,
    `capital|${on}`,
    {
      item: 'capital',
      changedOn: day(on),
      beforeCapital: { currency: 'CNY', minor: before },
      afterCapital: { currency: 'CNY', minor: after },
    },
    on,
  );

const cases: readonly Case[] = [
  ['CR01 no holder known under coverage', shr, 'CR01', is(0)],
  ['CR01 founders only', founds(500), 'CR01', is(0)],
  ['CR01 half of 10k yuan', invests(shr, 0, '2021-02-01', { paid: fen(500_000) }), 'CR01', is({ num: 1, den: 2 })],
  ['CR01 two payments', invests(invests(shr, 40, '2021-02-01'), 60, '2021-08-01'), 'CR01', is(100)],
  ['CR01 with the premium that is proved', invests(shr, 5, '2021-02-01', { invested: wan(500) }), 'CR01', is(500)],
  ['CR01 bought from another holder', invests(shr, 5, '2021-02-01', { acquisition: 'transfer' }), 'CR01', is(0)],
  ['CR01 a vehicle of the staff', invests(shr, 5, '2021-02-01', { holderType: 'platform' }), 'CR01', is(0)],
  ['CR01 a person from outside', invests(shr, 5, '2021-02-01', { holderType: 'person' }), 'CR01', is(5)],
  [
    'CR01 a fund of the first day',
    holds(shr, 'org:基金', { ...FOUNDER, holderType: 'fund', paid: wan(9) }),
    'CR01',
    is(9),
  ],
  [
    'CR01 an enterprise of the first day may be a vehicle',
    holds(shr, 'org:母公司', { ...FOUNDER, holderType: 'enterprise', paid: wan(9) }),
    'CR01',
    is(0),
  ],
  ['CR01 paid after the day', invests(shr, 5, '2026-07-01'), 'CR01', is(0)],
  ['CR01 paid on the first day', invests(shr, 5, '2020-01-15'), 'CR01', is(5)],
  ['CR01 paid before the firm stood', invests(shr, 5, '2020-01-14'), 'CR01', is(0)],
  ['CR01 no increase is registered', joined('2022-01-01', '2022-02-01'), 'CR01', is(0)],
  ['CR01 an increase six months before', increase(joined('2022-01-01', '2023-02-01'), '2021-07-01'), 'CR01', is(7)],
  ['CR01 an increase longer ago', increase(joined('2022-01-01', '2023-02-01'), '2021-06-30'), 'CR01', is(0)],
  ['CR01 a decrease', increase(joined('2022-01-01', '2022-02-01'), '2022-01-01', 2, 1), 'CR01', is(0)],
  ['CR01 paid by the seller, long before', increase(joined('2022-01-01', '2021-06-30'), '2021-07-01'), 'CR01', is(0)],
  ['CR01 not connected', old, 'CR01', gone('NOT_CONNECTED')],
  ['CR01 changes not connected', old.covers('SHR', AS_OF), 'CR01', gone('NOT_CONNECTED')],
  ['CR01 listed, no holder known', old.listed('SHR').covers('CHG', AS_OF), 'CR01', gone('NOT_COVERED')],
  ['CR01 listed, holders known', founds(5, {}, old.listed('SHR').covers('CHG', AS_OF)), 'CR01', is(0)],
  ['CR01 changes stale', old.covers('SHR', AS_OF).covers('CHG', '2026-05-01'), 'CR01', gone('STALE')],
  [
    'CR01 as fresh as the staler feed',
    old.covers('SHR', AS_OF).covers('CHG', '2026-05-31'),
    'CR01',
    { ...is(0), freshness: { num: 1, den: 2 } },
  ],
  ['CR01 a row stated after the day vouches for the day', founds(5, { statedOn: day('2026-07-05') }), 'CR01', is(0)],
  ['CR01 the row is old', founds(5, { statedOn: day('2026-04-01') }), 'CR01', gone('STALE')],
  ['CR01 the row is half as fresh', half(), 'CR01', { ...is(0), freshness: { num: 1, den: 2 } }],
  ['CR02 none', shr, 'CR02', is('none')],
  ['CR02 on the day', invests(shr, 5, AS_OF), 'CR02', is(0)],
  ['CR02 a day short of a year', invests(shr, 5, '2025-07-01'), 'CR02', is(11)],
  ['CR02 a year', invests(shr, 5, '2025-06-30'), 'CR02', is(12)],
  ['CR02 30 months', invests(shr, 5, '2023-12-30'), 'CR02', is(30)],
  ['CR02 the last of several', invests(invests(shr, 5, '2025-06-30'), 5, '2021-02-01'), 'CR02', is(12)],
  ['CR02 not verified', joined('2022-01-01', '2022-02-01'), 'CR02', is('none')],
  ['CR02 not connected', old.covers('CHG', AS_OF), 'CR02', gone('NOT_CONNECTED')],
  ['CR06 none known', shr, 'CR06', is(0)],
  ['CR06 cash', founds(50), 'CR06', is(50)],
  ['CR06 just below', founds(0, { paid: fen(9_999_999) }), 'CR06', is({ num: 9_999_999, den: 1_000_000 })],
  ['CR06 stated 0', founds(0), 'CR06', is(0)],
  ['CR06 know-how is no cash', founds(50, { payMethod: 'intellectualProperty' }), 'CR06', is(0)],
  ['CR06 two payments', founds(5, { paidOn: day('2024-01-01') }, founds(50)), 'CR06', is(55)],
  ['CR06 an investor does not count', invests(founds(50), 500, '2021-02-01'), 'CR06', is(50)],
  ['CR06 who joined later does not count', founds(50, { joinedOn: day('2020-01-16') }), 'CR06', is(0)],
  ['CR06 their vehicle', founds(50, { holderType: 'platform' }), 'CR06', is(50)],
  ['CR06 manner not stated', holds(shr, 'person:1', without('payMethod')), 'CR06', gone('NOT_STATED')],
  ['CR06 joining not stated', holds(shr, 'person:1', without('joinedOn')), 'CR06', gone('NOT_STATED')],
  [
    'CR06 joining not stated, paid on the first day',
    holds(shr, 'person:1', { ...without('joinedOn'), paidOn: day('2020-01-15') }),
    'CR06',
    is(5),
  ],
  ['CR06 payment date not stated', undated({}), 'CR06', gone('NOT_STATED')],
  ['CR06 the undated row repeats the dated', dated(), 'CR06', is(5)],
  ['CR06 kind of holder not stated', holds(shr, 'person:1', without('holderType')), 'CR06', gone('NOT_STATED')],
  ['CR06 paid not stated', holds(shr, 'person:1', without('paid')), 'CR06', gone('NOT_STATED')],
  ['CR06 not connected', old, 'CR06', gone('NOT_CONNECTED')],
];

describe('characteristics of holders', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('names its records, and says that something could not be verified', () => {
    const rich = scoreFirmRich(
      joined('2022-01-01', '2022-02-01', invests(shr, 5, '2021-02-01')).build(),
      model,
      day(AS_OF),
    );
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const found = rich.evidence[model.position.get('CR01')!]!;
    expect(found.records.map((ref) => ref.recordKey)).toEqual(['org:样例创投|2021-02-01']);
    expect(found.flags).toEqual(['EQUITY_UNVERIFIED']);
    expect(found.coverage.map((entry) => entry.feed)).toEqual(['SHR', 'CHG']);
  });

  it('names the increase of capital that verifies a payment', () => {
    const rich = scoreFirmRich(increase(joined('2022-01-01', '2022-02-01'), '2022-01-01').build(), model, day(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const keys = rich.evidence[model.position.get('CR02')!]!.records.map((ref) => ref.recordKey);
    expect(keys).toEqual(['org:样例|2022-02-01', 'capital|2022-01-01']);
  });
});

const at = (builder: DossierBuilder) => new FirmAt(builder.build(), assessmentDay(day(AS_OF)));

describe('verified rounds', () => {
  it('closes within three months of the first payment', () => {
    const paid = ['2021-02-01', '2021-05-01', '2021-05-02'].reduce((b, on) => invests(b, 10, on), shr);
    expect(verifiedRounds(at(paid)).map(({ closedOn, amount }) => [closedOn, amount])).toEqual([
      ['2021-05-01', wan(20)],
      ['2021-05-02', wan(10)],
    ]);
  });

  it('adds up to the payments, whatever the order of the records', () => {
    const payment = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 900 }), fc.integer({ max: 3 }));
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 8 }), (payments) => {
        let builder = shr;
        const seen = new Set<string>();
        for (const [month, amount, who] of payments) {
          const on = `${2021 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, '0')}-01`;
          const holder = `org:${who}`;
          if (on > AS_OF || seen.has(holder + on)) continue;
          seen.add(holder + on);
          builder = invests(builder, amount, on, { holder });
        }
        const day0 = assessmentDay(day(AS_OF));
        const equity = verifiedEquity(new FirmAt(builder.build(), day0));
        const turned = verifiedEquity(
          new FirmAt(
            builder.build((held) => [...held].reverse()),
            day0,
          ),
        );
        expect(turned.rounds).toEqual(equity.rounds);
        const sum = equity.payments.reduce((total, { amount }) => total + amount, 0);
        expect(equity.rounds.reduce((total, { amount }) => total + amount, 0)).toBe(sum);
        expect(equity.payments).toHaveLength(seen.size);
      }),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 600 : 30 },
    );
  });
});

describe('W11', () => {
  const owes = (dueOn: string, paid = 10, more: Partial<Shareholding> = {}) =>
    founds(paid, { subscribed: wan(20), dueOn: day(dueOn), ...more });
  it.each([
    ['in 90 days', owes('2026-09-28'), 'yes'],
    ['in 91 days', owes('2026-09-29'), 'no'],
    ['passed', owes('2025-01-01'), 'yes'],
    ['paid in full', owes('2026-07-01', 20), 'no'],
    ['paid in full in two parts', founds(10, { paidOn: day('2024-01-01') }, owes('2026-07-01')), 'no'],
    [
      'extended in a later row',
      founds(1, { dueOn: day('2030-01-01'), paidOn: day('2024-01-01') }, owes('2026-07-01')),
      'no',
    ],
    ['deadline not stated', founds(10, { subscribed: wan(20) }), 'unknown'],
    ['payment not stated', holds(shr, 'person:1', { subscribed: wan(20), dueOn: day('2026-07-01') }), 'unknown'],
    ['one holder unknown, one due', holds(owes('2026-07-01'), 'person:2', { subscribed: wan(1) }), 'yes'],
    ['not connected', old, 'unknown'],
  ] as const)('%s', (_, builder, expected) => {
    expect(FAMILY.warnings![0]!.find(at(builder), NO_CITE)).toBe(expected);
  });
});

describe('the shares of all holders', () => {
  const capital = (minor: number, currency = 'CNY') =>
    DossierBuilder.firm()
      .registered('2020-01-15', { registeredCapital: { currency, minor } })
      .covers('SHR', AS_OF)
      .covers('CHG', AS_OF);
  /** Two holders, the first in two rows that repeat what it subscribes. */
  const subscribed = (first: number, second: number, builder: DossierBuilder) =>
    holds(
      founds(1, { subscribed: fen(first), paidOn: day('2021-02-01') }, founds(1, { subscribed: fen(first) }, builder)),
      'person:2',
      { ...FOUNDER, subscribed: fen(second), paid: wan(1) },
    );

  it.each([
    ['100 %', subscribed(600_000, 400_000, capital(1_000_000)), false],
    ['100.01 %', subscribed(600_100, 400_000, capital(1_000_000)), false],
    ['a 分 more', subscribed(600_101, 400_000, capital(1_000_000)), true],
    ['in another currency', subscribed(600_101, 400_000, capital(1_000_000, 'USD')), false],
    ['capital not stated', subscribed(600_101, 400_000, shr), false],
  ])('%s', (_, builder, over) => {
    const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const flagged = scored.evidence.filter(({ flags }) => flags.includes('SHARES_OVER_100'));
    expect(flagged.map(({ characteristic }) => characteristic)).toEqual(over ? ['CR01', 'CR02', 'CR06'] : []);
  });
});

function half(): DossierBuilder {
  return founds(5, { statedOn: day('2026-05-01') });
}

function without(field: keyof Shareholding): Partial<Shareholding> {
  const { [field]: _, ...rest } = { ...FOUNDER, paid: wan(5) };
  return rest;
}

/** The row as delivered before its payment had a day, and after. */
function dated(): DossierBuilder {
  return holds(undated({}), 'person:1', { ...FOUNDER, paid: wan(5) });
}
