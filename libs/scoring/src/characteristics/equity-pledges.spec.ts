import { fen, localDate } from '#lib/kernel';
import { equityPledges, type EquityPledge } from '#lib/data-sources';
import { AS_OF, gone, is, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { NO_CITE } from './characteristic.ts';
import { FAMILY } from './equity-pledges.ts';
import { assessmentDay, FirmAt } from './firm-at.ts';

const registered = (minor: number, currency = 'CNY') =>
  DossierBuilder.firm().registered('2020-01-15', { registeredCapital: { minor, currency } }).covers('EQP', AS_OF);
const eqp = registered(1000);
const day = (text: string) => localDate(text);
function pledged(builder: DossierBuilder, no: string, more: Partial<EquityPledge>): DossierBuilder {
  const payload: EquityPledge = { registrationNo: no, registeredOn: day('2025-01-01'), status: 'inForce', ...more };
  return builder.add(equityPledges, no, payload, payload.registeredOn);
}
const amount = (minor: number, more: Partial<EquityPledge> = {}, builder = eqp) =>
  pledged(builder, '1', { amount: fen(minor), ...more });
const shares = (count: number, total: number | undefined, no = '1', builder = eqp, on = '2025-01-01') =>
  pledged(builder, no, {
    shares: count,
    registeredOn: day(on),
    ...(total === undefined ? {} : { totalShares: total }),
  });
const { minor: large } = { minor: 9_007_199_254_740_991 };

const cases: readonly Case[] = [
  ['none under coverage', eqp, 'CR07', is(0)],
  ['part of the capital', amount(299), 'CR07', is({ num: 299, den: 10 })],
  ['30 %', amount(300), 'CR07', is(30)],
  ['60 %', amount(600), 'CR07', is(60)],
  ['two pledges', pledged(amount(100), '2', { amount: fen(150) }), 'CR07', is(25)],
  ['more than all', pledged(amount(800), '2', { amount: fen(800) }), 'CR07', is(100)],
  ['cancelled by the day', amount(300, { endedOn: day(AS_OF), status: 'cancelled' }), 'CR07', is(0)],
  ['cancelled after the day', amount(300, { endedOn: day('2026-07-01'), status: 'cancelled' }), 'CR07', is(30)],
  ['cancelled, undated', amount(300, { status: 'cancelled' }), 'CR07', is(0)],
  [
    'annulled after the day never stood',
    amount(300, { endedOn: day('2026-07-01'), status: 'annulled' }),
    'CR07',
    is(0),
  ],
  ['registered after the day', amount(300, { registeredOn: day('2026-07-01') }), 'CR07', is(0)],
  ['end unreadable', amount(300, { endUnreadable: true }), 'CR07', gone('NOT_STATED')],
  ['amount not stated', pledged(eqp, '1', {}), 'CR07', gone('NOT_STATED')],
  ['capital not stated', amount(300, {}, old.covers('EQP', AS_OF)), 'CR07', gone('NOT_STATED')],
  ['capital of another currency', amount(300, {}, registered(1000, 'USD')), 'CR07', gone('NOT_STATED')],
  ['shares', shares(30, 100), 'CR07', is(30)],
  ['shares of an unknown total', shares(30, undefined), 'CR07', gone('NOT_STATED')],
  ['shares of the newest total', shares(30, 200, '2', shares(30, 100), '2025-02-01'), 'CR07', is(30)],
  ['shares and money', shares(1, 3, '2', amount(100)), 'CR07', is({ num: 4333, den: 100 })],
  ['amounts past exact percents', amount(large - 1, {}, registered(large)), 'CR07', is(99)],
  ['not connected', old, 'CR07', gone('NOT_CONNECTED')],
  ['listed with nothing', old.listed('EQP'), 'CR07', gone('NOT_COVERED')],
  ['stale', old.covers('EQP', '2026-04-01'), 'CR07', gone('STALE')],
  ['half fresh', old.covers('EQP', '2026-05-01'), 'CR07', { ...is(0), freshness: { num: 1, den: 2 } }],
];

describe('CR07', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

describe('W07', () => {
  it.each([
    ['30 %', amount(300), 'yes'],
    ['just below', amount(299), 'no'],
    ['none', eqp, 'no'],
    ['not stated', pledged(eqp, '1', {}), 'unknown'],
    ['not connected', old, 'unknown'],
    ['listed, cancelled', amount(300, { status: 'cancelled' }, old.listed('EQP')), 'unknown'],
  ] as const)('%s', (_, builder, expected) => {
    const firm = new FirmAt(builder.build(), assessmentDay(day(AS_OF)));
    expect(FAMILY.warnings![0]!.find(firm, NO_CITE)).toBe(expected);
  });
});
