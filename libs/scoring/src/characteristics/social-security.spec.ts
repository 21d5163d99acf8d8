import { fromMonthIndex, localDate, monthIndex } from '#lib/kernel';
import { AS_OF, gone, is, model, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

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
  ['TG02 clipped', soc.months('2026-06', [...steady(3, 6), 9, 9, 27, 27, ...steady(81, 8)]), 'TG02', is(500)],
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

const half = { freshness: { num: 1, den: 2 } };
const jumpAt = (before: number, after: number, since: number): DossierBuilder =>
  soc.months('2026-06', [...steady(before, 24 - since), ...steady(after, since)]);
const confirmed = (builder: DossierBuilder, month: string, real = true) => builder.confirmation(month, real);

/** A jump above three times and of ten heads (SUSPECT, domain §2.1 and §3.1). */
const suspects: readonly Case[] = [
  ['TG01 in the month of a jump', jumpAt(4, 15, 1), 'TG01', { ...is(4), ...half }],
  ['TG01 three times is no jump', jumpAt(5, 15, 1), 'TG01', is(5)],
  ['TG01 nine heads are no jump', jumpAt(4, 13, 1), 'TG01', is(4)],
  ['TG01 ten heads are', jumpAt(4, 14, 1), 'TG01', { ...is(4), ...half }],
  ['TG01 two months later, half of the months left', jumpAt(4, 15, 3), 'TG01', { ...is(4), ...half }],
  ['TG01 three months later it counts whole', jumpAt(4, 15, 4), 'TG01', is(4)],
  ['TG01 six months later', jumpAt(4, 15, 6), 'TG01', is(15)],
  ['TG01 a jump from nobody', jumpAt(0, 10, 2), 'TG01', { ...is(0), ...half }],
  [
    'TG01 two jumps leave fewer than half',
    soc.months('2026-06', [...steady(4, 18), 4, 4, 15, 4, 15, 4]),
    'TG01',
    gone('QUARANTINED'),
  ],
  ['TG01 confirmed', confirmed(jumpAt(4, 15, 3), '2026-04'), 'TG01', is({ num: 19, den: 2 })],
  ['TG01 found untrue', confirmed(jumpAt(4, 15, 3), '2026-04', false), 'TG01', { ...is(4), ...half }],
  ['TG01 another month confirmed', confirmed(jumpAt(4, 15, 3), '2026-05'), 'TG01', { ...is(4), ...half }],
  ['TG02 jump in the newest month', jumpAt(4, 15, 1), 'TG02', { ...is(0), ...half }],
  ['TG02 jump two months ago', jumpAt(4, 15, 2), 'TG02', gone('QUARANTINED')],
  ['TG02 three months on', jumpAt(4, 15, 4), 'TG02', gone('QUARANTINED')],
  ['TG02 six months on', jumpAt(4, 15, 6), 'TG02', is(275)],
  ['TG02 confirmed', confirmed(jumpAt(4, 15, 3), '2026-04'), 'TG02', is(275)],
  ['TG03 a false rise is no peak', soc.months('2026-06', [...steady(4, 20), 15, 15, 4, 4]), 'TG03', is(0)],
  ['TG03 in the month of a jump', jumpAt(4, 15, 1), 'TG03', { ...is(0), ...half }],
  ['OV01 is no median', jumpAt(4, 15, 3), 'OV01', is(12)],
];

describe('a suspect jump of heads', () => {
  for (const row of suspects) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('is judged against the newest month that is known', () => {
    const gap = old.listed('SOC').months('2026-03', steady(4, 12)).months('2026-06', [15, 15]);
    expect(valueIn(['', gap, 'TG01', {}])).toEqual({ ...is(4), ...half });
  });

  it('is flagged, and a confirmation is evidence', () => {
    const evidence = (builder: DossierBuilder) => {
      const rich = scoreFirmRich(builder.build(), model, day(AS_OF));
      if (rich.kind !== 'scored') throw new Error(rich.reason);
      return rich.evidence[model.position.get('TG01')!]!;
    };
    expect(evidence(jumpAt(4, 15, 3)).flags).toEqual(['SUSPECT']);
    const after = evidence(confirmed(jumpAt(4, 15, 3), '2026-04'));
    expect(after.flags).toEqual([]);
    expect(after.records.map((ref) => ref.recordKey)).toContain('confirmation|2026-04');
  });

  it('halves a freshness that is below 1 already', () => {
    const stale = old.covers('SOC', '2026-03-31').months('2026-03', [...steady(4, 20), 15]);
    const value = valueIn(['', stale, 'TG01', {}]);
    // 91 days old: (180 − 91) ÷ 120, halved.
    expect(value).toEqual({ ...is(4), freshness: { num: 89, den: 240 } });
  });
});

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
