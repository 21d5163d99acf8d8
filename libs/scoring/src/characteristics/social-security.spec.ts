import { fromMonthIndex, localDate, monthIndex } from '#lib/kernel';
import { AS_OF, gone, is, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';

const soc = old.covers('SOC', AS_OF).covers('SOC.arrears', AS_OF);
const steady = (heads: number, n = 30): number[] => Array.from({ length: n }, () => heads);
const day = (text: string) => localDate(text);
const YEAR = Array.from({ length: 12 }, (_, i) => fromMonthIndex(monthIndex(localDate(AS_OF)) - 11 + i));

const cases: readonly Case[] = [
  ['TG01 median of six, even', soc.months('2026-06', [1, 2, 3, 8, 8, 9]), 'TG01', is({ num: 11, den: 2 })],
  ['TG01 months of the firm without it are 0', soc.months('2026-06', [9, 9]), 'TG01', is(0)],
  ['TG01 no firm in a feed that covers it', soc, 'TG01', is(0)],
  ['TG01 the running month is not counted', soc.months('2026-06', steady(7)), 'TG01', is(7), '2026-06-29'],
  ['TG01 not connected', old, 'TG01', gone('NOT_CONNECTED')],
  ['TG01 connected, firm not covered', old.listed('SOC'), 'TG01', gone('NOT_COVERED')],
  ['TG01 listed: its records speak', old.listed('SOC').months('2026-06', steady(7)), 'TG01', is(7)],
  ['TG01 listed, 2 of 6 months', old.listed('SOC').months('2026-06', [7, 7]), 'TG01', gone('NOT_COVERED')],
  ['TG01 listed, 3 of 6 months', old.listed('SOC').months('2026-06', [7, 7, 8]), 'TG01', is(7)],
  ['TG01 stale', old.covers('SOC', '2026-01-01'), 'TG01', gone('STALE')],
  ['TG01 heads not stated', headless(), 'TG01', gone('NOT_STATED')],
  ['TG01 L = 2', young('2026-04-01'), 'TG01', NA],
  ['TG01 L = 3', young('2026-03-31'), 'TG01', is(6)],
  ['TG01 N/A comes before MISSING', DossierBuilder.firm().registered('2026-04-01'), 'TG01', NA],
  ['TG02 doubled', soc.months('2026-06', [...steady(5, 15), ...steady(10, 3)]), 'TG02', is(100)],
  ['TG02 clipped', soc.months('2026-06', [...steady(3, 15), ...steady(99, 3)]), 'TG02', is(500)],
  ['TG02 everybody left', soc.months('2026-03', steady(5, 15)), 'TG02', is(-100)],
  ['TG02 old median below 3', soc.months('2026-06', steady(2)), 'TG02', NA],
  ['TG02 nobody ever', soc, 'TG02', NA],
  [
    'TG02 old months uncovered',
    old.covers('SOC', AS_OF, '2026-01-01').months('2026-06', [5]),
    'TG02',
    gone('NOT_COVERED'),
  ],
  ['TG02 L = 14', young('2025-04-30'), 'TG02', NA],
  ['TG02 L = 15', young('2025-03-31', 20), 'TG02', is(0)],
  ['TG03 steady', soc.months('2026-06', steady(10)), 'TG03', is(0)],
  ['TG03 halved and back', soc.months('2026-06', [...steady(10, 20), 5, 5, 5, ...steady(10, 4)]), 'TG03', is(50)],
  ['TG03 one head of four', soc.months('2026-06', [...steady(4, 20), ...steady(3, 5)]), 'TG03', is(14)],
  ['TG03 two heads of four', soc.months('2026-06', [...steady(4, 20), ...steady(2, 5)]), 'TG03', is(50)],
  ['TG03 a dent of one month', soc.months('2026-06', [...steady(10, 20), 1, ...steady(10, 4)]), 'TG03', is(0)],
  ['TG03 rising', soc.months('2026-06', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), 'TG03', is(0)],
  ['TG03 nobody', soc, 'TG03', NA],
  ['TG03 L = 5', young('2026-01-31'), 'TG03', NA],
  ['TG03 five of twelve', old.listed('SOC').months('2026-06', steady(9, 5)), 'TG03', gone('NOT_COVERED')],
  ['OV01 June is not due on 30 June', soc.months('2026-06', steady(5)), 'OV01', is(12)],
  ['OV01 all paid', soc.months('2026-06', steady(5)), 'OV01', { ...is(12) }, '2026-07-10'],
  [
    'OV01 the last day of the next month is on time',
    soc.months('2026-05', steady(5, 11)).month('2026-06', 5, '2026-07-31'),
    'OV01',
    is(12),
    '2026-07-31',
  ],
  ['OV01 a day late', late('2026-03', '2026-05-01'), 'OV01', is(11)],
  ['OV01 back-payment counts as late', late('2026-03', '2026-06-20'), 'OV01', is(11)],
  ['OV01 unpaid past its deadline', late('2026-03', undefined), 'OV01', is(11)],
  ['OV01 payment not stated', unstated(), 'OV01', gone('NOT_STATED')],
  ['OV01 nobody insured', soc, 'OV01', NA],
  ['OV01 L = 5', young('2026-01-31'), 'OV01', NA],
  ['OV01 L = 6, all on time that is due', young('2025-12-31', 6), 'OV01', is(12)],
  ['OV01 L = 6, January without staff', young('2025-12-31', 5), 'OV01', is({ num: 48, den: 5 })],
  ['CC02 none', soc.months('2026-06', steady(5)), 'CC02', is('none')],
  ['CC02 open', soc.months('2026-06', steady(5)).arrears('2026-05'), 'CC02', is('open')],
  ['CC02 cleared after the day is open', soc.arrears('2026-05', { clearedOn: day('2026-07-01') }), 'CC02', is('open')],
  ['CC02 few', soc.arrears('2026-03', { clearedOn: day('2026-05-01') }), 'CC02', is('few')],
  ['CC02 32 days', soc.arrears('2026-03', { clearedOn: day('2026-05-02') }), 'CC02', is('many')],
  ['CC02 three late months', threeLate(), 'CC02', is('many')],
  ['CC02 two insurances, one month', twoInsurances('2026-04-21'), 'CC02', is('few')],
  ['CC02 the later clearance of a month counts', twoInsurances('2026-05-20'), 'CC02', is('many')],
  [
    'CC02 older than 24 months',
    soc.months('2026-06', steady(5)).arrears('2024-06', { clearedOn: day('2024-12-01') }),
    'CC02',
    is('none'),
  ],
  ['CC02 nobody insured', soc, 'CC02', NA],
  ['CC02 arrears file absent', old.covers('SOC', AS_OF).months('2026-06', steady(5)), 'CC02', gone('NOT_CONNECTED')],
  [
    'CC02 list of debtors without the firm',
    old.covers('SOC', AS_OF).listed('SOC.arrears').months('2026-06', steady(5)),
    'CC02',
    gone('NOT_COVERED'),
  ],
  ['CC02 clearing date unreadable', soc.arrears('2026-03', { clearedUnreadable: true }), 'CC02', gone('NOT_STATED')],
  ['TG07 waits for its table', soc, 'TG07', gone('NO_TABLE')],
];

describe('characteristics of social insurance', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

function young(establishedOn: string, months = 6): DossierBuilder {
  return DossierBuilder.firm().registered(establishedOn).covers('SOC', AS_OF).months('2026-06', steady(6, months));
}

function headless(): DossierBuilder {
  const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
  return months.reduce<DossierBuilder>((b, month) => b.month(month, undefined), old.listed('SOC'));
}

function late(month: string, paidOn: string | undefined): DossierBuilder {
  const unpaid = paidOn === undefined ? { paid: false } : {};
  return YEAR.reduce<DossierBuilder>(
    (b, m) => (m === month ? b.month(m, 5, paidOn, unpaid) : b.month(m, 5, `${m}-25`)),
    soc,
  );
}

function unstated(): DossierBuilder {
  return YEAR.reduce<DossierBuilder>((b, month) => b.month(month, 5), soc);
}

function threeLate(): DossierBuilder {
  return ['2025-03', '2025-06', '2025-09'].reduce<DossierBuilder>(
    (b, month) => b.arrears(month, { clearedOn: day(`${month.slice(0, 5)}10-10`) }),
    soc,
  );
}

function twoInsurances(second: string): DossierBuilder {
  return soc
    .arrears('2026-03', { clearedOn: day('2026-04-20') })
    .arrears('2026-03', { clearedOn: day(second), type: 'medical' });
}
