import { fen, firstDay, fromMonthIndex, lastDay, localDate, monthIndex } from '#lib/kernel';
import { water, type WaterBill } from '#lib/data-sources';
import { AS_OF, gone, is, model, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const wat = old.covers('WAT', AS_OF);
const day = (text: string) => localDate(text);

/** A bill of `cubicMetres`, paid on the 15th of the next month; null leaves the volume out. */
function bill(
  builder: DossierBuilder,
  month: string,
  cubicMetres: number | null = 10,
  more: Partial<WaterBill> = {},
): DossierBuilder {
  const at = monthIndex(day(`${month}-01`));
  const payload: WaterBill = {
    account: 'a1',
    month: fromMonthIndex(at),
    ...(cubicMetres === null ? {} : { volume: 100 * cubicMetres }),
    status: 'paid',
    paidOn: day(`${fromMonthIndex(at + 1)}-15`),
    ...more,
  };
  const from = firstDay(fromMonthIndex(more.cycle === 2 ? at - 1 : at));
  return builder.add(water, `${payload.account}|${month}`, payload, from, lastDay(payload.month));
}

/** Bills that end with `newest`, one a month, or one every `step` months. */
function bills(
  builder: DossierBuilder,
  newest: string,
  volumes: readonly (number | null)[],
  step = 1,
  more: Partial<WaterBill> = {},
) {
  const last = monthIndex(day(`${newest}-01`));
  return volumes.reduce<DossierBuilder>(
    (b, volume, i) => bill(b, fromMonthIndex(last - step * (volumes.length - 1 - i)), volume, more),
    builder,
  );
}

const steady = (volume: number | null, n: number) => Array.from({ length: n }, () => volume);
const year = (builder = wat, n = 15) => bills(builder, '2026-05', steady(10, n));
const withLast = (more: Partial<WaterBill>) => bill(bills(wat, '2026-04', steady(10, 14)), '2026-05', 10, more);
const unpaid: Partial<WaterBill> = { status: 'unpaid', paidOn: undefined };
const overdue: Partial<WaterBill> = { status: 'overdue', paidOn: undefined };
const young = (establishedOn: string) => DossierBuilder.firm().registered(establishedOn).covers('WAT', AS_OF);

const cases: readonly Case[] = [
  ['OV02 twelve', year(), 'OV02', is(12)],
  ['OV02 nine', bills(wat, '2026-05', [0, 0, 0, ...steady(1, 9)]), 'OV02', is(9)],
  ['OV02 eight', bills(wat, '2026-05', [0, 0, 0, 0, ...steady(1, 8)]), 'OV02', is(8)],
  ['OV02 six', bills(wat, '2026-05', [...steady(0, 6), ...steady(1, 6)]), 'OV02', is(6)],
  ['OV02 zero', bills(wat, '2026-05', steady(0, 12)), 'OV02', is(0)],
  ['OV02 covered months without a bill are 0', bills(wat, '2026-05', steady(1, 7)), 'OV02', is(7)],
  ['OV02 a hundredth of a cubic metre', bills(wat, '2026-05', steady(0.01, 12)), 'OV02', is(12)],
  ['OV02 bills for two months', bills(wat, '2026-05', steady(8, 6), 2, { cycle: 2 }), 'OV02', is(12)],
  ['OV02 two-monthly by their rhythm', bills(wat, '2026-05', steady(8, 6), 2), 'OV02', is(12)],
  [
    'OV02 a month left out of a monthly account is no two-monthly bill',
    bills(bills(wat, '2026-05', steady(8, 4)), '2025-12', steady(8, 7)),
    'OV02',
    is(11),
  ],
  ['OV02 a two-monthly bill of nothing', bills(wat, '2026-05', [8, 8, 8, 8, 8, 0], 2, { cycle: 2 }), 'OV02', is(10)],
  [
    'OV02 an estimated month is left out of both sides',
    bill(bills(bills(wat, '2026-05', [0, 0]), '2026-02', steady(9, 9)), '2026-03', 5, { estimated: true }),
    'OV02',
    is({ num: 108, den: 11 }),
  ],
  [
    'OV02 half of the months estimated',
    bills(bills(wat, '2026-05', steady(9, 6)), '2025-11', steady(9, 6), 1, { estimated: true }),
    'OV02',
    is(12),
  ],
  [
    'OV02 more than half estimated',
    bills(bills(wat, '2026-05', steady(9, 5)), '2025-12', steady(9, 7), 1, { estimated: true }),
    'OV02',
    gone('NOT_STATED'),
  ],
  ['OV02 volumes not stated', bills(wat, '2026-05', steady(null, 12)), 'OV02', gone('NOT_STATED')],
  [
    'OV02 a second account that shows water',
    bills(bills(wat, '2026-05', steady(0, 12)), '2026-05', steady(3, 12), 1, { account: 'a2' }),
    'OV02',
    is(12),
  ],
  ['OV02 listed: its bills speak', year(old.listed('WAT')), 'OV02', is(12)],
  ['OV02 listed, five of twelve', year(old.listed('WAT'), 5), 'OV02', gone('NOT_COVERED')],
  ['OV02 listed, six of twelve', year(old.listed('WAT'), 6), 'OV02', is(12)],
  ['OV02 only a shared account', bills(wat, '2026-05', steady(9, 12), 1, { shared: true }), 'OV02', NA],
  ['OV02 no account at all', wat, 'OV02', NA],
  ['OV02 not connected', old, 'OV02', gone('NOT_CONNECTED')],
  ['OV02 listed without the firm', old.listed('WAT'), 'OV02', gone('NOT_COVERED')],
  ['OV02 the newest bill is 225 days old', bills(wat, '2025-10', steady(9, 12)), 'OV02', gone('STALE')],
  [
    'OV02 the newest bill is 150 days old',
    bills(wat, '2026-01', steady(9, 12)),
    'OV02',
    { ...is(12), freshness: { num: 1, den: 2 } },
  ],
  ['OV02 L = 5', bills(young('2026-01-31'), '2026-06', steady(1, 5)), 'OV02', NA],
  ['OV02 L = 6', bills(young('2025-12-31'), '2026-06', [0, ...steady(1, 5)]), 'OV02', is(10)],
  ['OV02 L = 6, five delivered', bills(young('2025-12-31'), '2026-05', steady(1, 5)), 'OV02', gone('NOT_COVERED')],
  [
    'OV02 a bill that ends after the day is not seen',
    bill(year(), '2026-06', 50, { cycle: 2 }),
    'OV02',
    is(12),
    '2026-05-31',
  ],
  ['OV03 steady', year(), 'OV03', is(0)],
  ['OV03 halved', bills(wat, '2026-05', [...steady(10, 12), 5, 5, 5]), 'OV03', is(-50)],
  ['OV03 a fifth less', bills(wat, '2026-05', [...steady(10, 12), 8, 8, 8]), 'OV03', is(-20)],
  ['OV03 a fifth more', bills(wat, '2026-05', [...steady(10, 12), 12, 12, 12]), 'OV03', is(20)],
  ['OV03 a third', bills(wat, '2026-05', [...steady(9, 12), 12, 12, 12]), 'OV03', is({ num: 100, den: 3 })],
  ['OV03 dry', bills(wat, '2026-05', [...steady(10, 12), 0, 0, 0]), 'OV03', is(-100)],
  ['OV03 clipped', bills(wat, '2026-05', [...steady(1, 12), 7, 7, 7]), 'OV03', is(500)],
  ['OV03 base 0', bills(wat, '2026-05', [0, 0, 0, ...steady(9, 12)]), 'OV03', NA],
  ['OV03 no own account', wat, 'OV03', NA],
  [
    'OV03 two-monthly bills are halved over their months',
    bills(wat, '2026-05', [...steady(20, 6), 20, 10], 2, { cycle: 2 }),
    'OV03',
    // March 10, April and May 5 each, against 10 each.
    is({ num: -100, den: 3 }),
  ],
  [
    'OV03 an estimated month drops out with its partner',
    bill(bills(wat, '2026-04', [...steady(10, 12), 20, 20]), '2026-05', 99, { estimated: true }),
    'OV03',
    is(100),
  ],
  [
    'OV03 two estimated months',
    bills(bills(wat, '2026-03', steady(10, 13)), '2026-05', [9, 9], 1, { estimated: true }),
    'OV03',
    gone('NOT_STATED'),
  ],
  ['OV03 listed, nothing a year ago', year(old.listed('WAT'), 12), 'OV03', gone('NOT_COVERED')],
  ['OV03 not connected', old, 'OV03', gone('NOT_CONNECTED')],
  ['OV03 L = 14', year(young('2025-04-30')), 'OV03', NA],
  [
    'OV03 L = 15, fourteen delivered',
    bills(young('2025-03-31'), '2026-05', steady(10, 14)),
    'OV03',
    gone('NOT_COVERED'),
  ],
  ['OV03 L = 15', bills(young('2025-03-31'), '2026-06', steady(10, 15)), 'OV03', is(0)],
  ['CC03 none', year(), 'CC03', is('none')],
  ['CC03 overdue', withLast({ ...overdue, arrearsSince: day('2026-06-20') }), 'CC03', is('open')],
  ['CC03 overdue, since when is not stated', withLast(overdue), 'CC03', is('open')],
  ['CC03 overdue only after the day', withLast({ ...overdue, arrearsSince: day('2026-07-01') }), 'CC03', is('none')],
  ['CC03 unpaid, on the last day', withLast(unpaid), 'CC03', is('none')],
  ['CC03 unpaid, a day later', withLast(unpaid), 'CC03', is('open'), '2026-07-01'],
  ['CC03 paid after the day is unpaid', withLast({ paidOn: day('2026-08-15') }), 'CC03', is('open'), '2026-07-10'],
  ['CC03 paid late', withLast({ paidOn: day('2026-07-01') }), 'CC03', is('cured'), '2026-07-01'],
  ['CC03 paid on the last day', withLast({ paidOn: day('2026-06-30') }), 'CC03', is('none')],
  [
    'CC03 cured 12 months ago to the day',
    bill(year(), '2025-01', 1, { paidOn: day('2025-06-30') }),
    'CC03',
    is('none'),
  ],
  ['CC03 cured within 12 months', bill(year(), '2025-01', 1, { paidOn: day('2025-07-01') }), 'CC03', is('cured')],
  ['CC03 open for years', bill(year(), '2024-01', 1, overdue), 'CC03', is('open')],
  ['CC03 open beats cured', bill(withLast(overdue), '2025-12', 1, { paidOn: day('2026-03-01') }), 'CC03', is('open')],
  [
    'CC03 paid before the stated day',
    withLast({ paidOn: day('2026-06-20'), arrearsSince: day('2026-06-21') }),
    'CC03',
    is('none'),
  ],
  [
    'CC03 paid on the stated day',
    withLast({ paidOn: day('2026-06-21'), arrearsSince: day('2026-06-21') }),
    'CC03',
    is('cured'),
  ],
  ['CC03 nothing to pay', withLast({ ...unpaid, amount: fen(0) }), 'CC03', is('none')],
  ['CC03 status not stated', withLast({ status: undefined, paidOn: undefined }), 'CC03', gone('NOT_STATED')],
  ['CC03 the arrears of a shared account', bills(wat, '2026-05', [1, 1], 1, { ...overdue, shared: true }), 'CC03', NA],
  ['CC03 no own account', wat, 'CC03', NA],
  ['CC03 feed absent', old, 'CC03', gone('NOT_CONNECTED')],
  ['CC03 listed, five of twelve', year(old.listed('WAT'), 5), 'CC03', gone('NOT_COVERED')],
  ['CC03 of a young firm', bills(young('2026-03-10'), '2026-05', [1, 1, 1]), 'CC03', is('none')],
];

describe('characteristics of water', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('do not depend on the order of the bills', () => {
    for (const code of ['OV02', 'OV03', 'CC03']) {
      const builder = bills(wat, '2026-05', [...steady(20, 6), 20, 10], 2);
      const scored = scoreFirmRich(
        builder.build((held) => [...held].reverse()),
        model,
        day(AS_OF),
      );
      if (scored.kind !== 'scored') throw new Error(scored.reason);
      expect(scored.values[model.position.get(code)!]).toEqual(valueIn(['', builder, code, {}]));
    }
  });

  it('name their bills', () => {
    const scored = scoreFirmRich(withLast(overdue).build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const keys = (code: string) => scored.evidence[model.position.get(code)!]!.records.map((ref) => ref.recordKey);
    expect(keys('CC03')).toEqual(['a1|2026-05']);
    expect(keys('OV02')).toHaveLength(12);
    expect(keys('OV03')).toHaveLength(6);
  });
});

describe('W04', () => {
  const warned = (builder: DossierBuilder): string[][] => {
    const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    return scored.warnings.filter((w) => w.code === 'W04').map((w) => w.evidence.map((ref) => ref.recordKey));
  };

  it.each([
    ['halved', bills(wat, '2026-05', [...steady(10, 12), 5, 5, 5]), true],
    ['a little more than half', bills(wat, '2026-05', [...steady(10, 12), 5, 5, 6]), false],
    ['no own account', wat, false],
    ['no base', bills(wat, '2026-05', [0, 0, 0, ...steady(9, 12)]), false],
    ['not connected', old, false],
    ['unknown a year ago', year(old.listed('WAT'), 12), false],
  ])('water %s', (_, builder, on) => expect(warned(builder).length === 1).toBe(on));

  it('names the bills of both quarters', () => {
    expect(warned(bills(wat, '2026-05', [...steady(10, 12), 5, 5, 5]))[0]).toHaveLength(6);
  });
});
