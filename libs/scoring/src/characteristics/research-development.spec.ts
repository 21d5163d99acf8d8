import { fen, localDate } from '#lib/kernel';
import { researchDevelopment, type ResearchYear, type TechnologyContract } from '#lib/data-sources';
import { AS_OF, gone, is, model, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
/** 万元. */
const ten = (thousands: number) => fen(Math.round(thousands * 1_000_000));
const rnd = old.listed('RND');

function declared(builder: DossierBuilder, more: Partial<ResearchYear>, year = 2025): DossierBuilder {
  const payload: ResearchYear = { kind: 'year', year, ...more };
  return builder.add(researchDevelopment, `year|${year}`, payload, `${year}-12-31`);
}

/** Heads of 2025, the same in every month, and R&D staff. */
const staff = (n: number, heads: number, from = rnd) =>
  declared(
    from.covers('SOC', AS_OF).months(
      '2026-06',
      Array.from({ length: 30 }, () => heads),
    ),
    { staff: n },
  );
const spent = (expenditure: number, revenue: number, totalCost?: number) =>
  declared(rnd, {
    expenditure: ten(expenditure),
    revenue: ten(revenue),
    ...(totalCost === undefined ? {} : { totalCost: ten(totalCost) }),
  });
const amount = (expenditure: number) => declared(rnd, { expenditure: ten(expenditure) });

const sold = old.covers('RND.contracts', AS_OF);
function contract(builder: DossierBuilder, no: string, more: Partial<TechnologyContract> = {}): DossierBuilder {
  const registeredOn = day('2026-01-10');
  const payload: TechnologyContract = { kind: 'contract', contractNo: no, registeredOn, amount: ten(10), ...more };
  return builder.add(researchDevelopment, `contract|${no}`, payload, payload.registeredOn);
}
const without = (field: keyof TechnologyContract) => ({ [field]: undefined }) as unknown as Partial<TechnologyContract>;

const young = (establishedOn: string) => DossierBuilder.firm().registered(establishedOn).listed('RND');

const cases: readonly Case[] = [
  ['IN09 none', staff(0, 20), 'IN09', is(0)],
  ['IN09 ten', staff(2, 20), 'IN09', is(10)],
  ['IN09 twenty', staff(4, 20), 'IN09', is(20)],
  ['IN09 thirty', staff(6, 20), 'IN09', is(30)],
  ['IN09 a seventh', staff(1, 7), 'IN09', is({ num: 100, den: 7 })],
  ['IN09 more than all', staff(30, 20), 'IN09', is(100)],
  ['IN09 median of two', staff(1, 2), 'IN09', NA],
  ['IN09 median of three', staff(1, 3), 'IN09', is({ num: 100, den: 3 })],
  ['IN09 the staff is not stated', declared(rnd.covers('SOC', AS_OF), {}), 'IN09', gone('NOT_STATED')],
  [
    'IN09 heads of half of the year',
    declared(
      rnd.listed('SOC').months(
        '2026-06',
        Array.from({ length: 12 }, () => 9),
      ),
      { staff: 3 },
    ),
    'IN09',
    is({ num: 100, den: 3 }),
  ],
  [
    'IN09 heads of five months of the year',
    declared(
      rnd.listed('SOC').months(
        '2026-06',
        Array.from({ length: 11 }, () => 9),
      ),
      { staff: 3 },
    ),
    'IN09',
    gone('NOT_COVERED'),
  ],
  [
    'IN09 a suspect jump is left out of the median',
    declared(
      rnd
        .covers('SOC', AS_OF)
        .months('2026-06', [...Array.from({ length: 15 }, () => 4), ...Array.from({ length: 15 }, () => 40)]),
      { staff: 3 },
    ),
    'IN09',
    // April to June 2025 are left out: 4 in three months, 40 in six.
    is({ num: 15, den: 2 }),
  ],
  [
    'IN09 the due year, not the one before',
    staff(3, 9, declared(rnd, { staff: 9 }, 2024)),
    'IN09',
    is({ num: 100, den: 3 }),
  ],
  ['IN09 only of an earlier year', declared(rnd.covers('SOC', AS_OF), { staff: 3 }, 2024), 'IN09', gone('NOT_COVERED')],
  ['IN09 social insurance absent', declared(rnd, { staff: 3 }), 'IN09', gone('NOT_CONNECTED')],
  ['IN09 not connected', old.covers('SOC', AS_OF), 'IN09', gone('NOT_CONNECTED')],
  ['IN09 no fiscal year due yet', young('2026-01-01'), 'IN09', NA],
  ['IN09 established in December', declared(young('2025-12-10').covers('SOC', AS_OF), { staff: 0 }), 'IN09', NA],
  ['IN10 nothing spent', spent(0, 500), 'IN10', is(0)],
  ['IN10 two', spent(20, 1000), 'IN10', is(2)],
  ['IN10 three', spent(30, 1000), 'IN10', is(3)],
  ['IN10 four', spent(40, 1000), 'IN10', is(4)],
  ['IN10 five', spent(50, 1000), 'IN10', is(5)],
  ['IN10 six', spent(60, 1000), 'IN10', is(6)],
  ['IN10 revenue of a million: on revenue', spent(50, 100, 1000), 'IN10', is(50)],
  ['IN10 a 分 less: on cost, a fifth', spent(50, 99.999_999, 1000), 'IN10', is(1)],
  ['IN10 no revenue, 30 % of cost', spent(30, 0, 100), 'IN10', is(6)],
  ['IN10 R&D below 100,000 yuan is worth 2 at most', spent(9.999_999, 100), 'IN10', is(2)],
  ['IN10 100,000 yuan', spent(10, 100), 'IN10', is(10)],
  ['IN10 small and below 2', spent(9, 1000), 'IN10', is({ num: 9, den: 10 })],
  ['IN10 revenue not stated', amount(50), 'IN10', gone('NOT_STATED')],
  ['IN10 cost not stated', spent(50, 0), 'IN10', gone('NOT_STATED')],
  ['IN10 cost 0', spent(0, 0, 0), 'IN10', NA],
  ['IN10 R&D not stated', declared(rnd, { revenue: ten(500) }), 'IN10', gone('NOT_STATED')],
  [
    'IN10 the year before only',
    declared(rnd, { expenditure: ten(5), revenue: ten(50) }, 2024),
    'IN10',
    gone('NOT_COVERED'),
  ],
  ['IN10 not connected', old, 'IN10', gone('NOT_CONNECTED')],
  ['IN10 listed without the firm', rnd, 'IN10', gone('NOT_COVERED')],
  [
    'IN10 due on 31 May',
    declared(
      declared(young('2024-01-01'), { expenditure: ten(60), revenue: ten(1000) }),
      { expenditure: ten(20), revenue: ten(1000) },
      2024,
    ),
    'IN10',
    is(6),
    '2026-05-31',
  ],
  [
    'IN10 not due the day before',
    declared(
      declared(young('2024-01-01'), { expenditure: ten(60), revenue: ten(1000) }),
      { expenditure: ten(20), revenue: ten(1000) },
      2024,
    ),
    'IN10',
    is(2),
    '2026-05-30',
  ],
  ['IN10 no fiscal year due yet', young('2025-03-01'), 'IN10', NA, '2026-05-30'],
  ['IN11 none', amount(0), 'IN11', is(0)],
  ['IN11 fifty', amount(50), 'IN11', is(50)],
  ['IN11 a hundred', amount(100), 'IN11', is(100)],
  ['IN11 three hundred', amount(300), 'IN11', is(300)],
  ['IN11 exact', amount(0.5), 'IN11', is({ num: 1, den: 2 })],
  ['IN11 not stated', declared(rnd, {}), 'IN11', gone('NOT_STATED')],
  ['IN11 covered without a record', old.covers('RND', AS_OF), 'IN11', gone('NOT_COVERED')],
  ['IN11 no fiscal year due yet', young('2026-02-02'), 'IN11', NA],
  ['IN11 stale', declared(rnd, { expenditure: ten(1) }, 2021), 'IN11', gone('STALE')],
  ['IN12 none', sold, 'IN12', is(0)],
  ['IN12 one 分', contract(sold, '1', { amount: fen(1) }), 'IN12', is({ num: 1, den: 1_000_000 })],
  ['IN12 fifty', contract(contract(sold, '1', { amount: ten(30) }), '2', { amount: ten(20) }), 'IN12', is(50)],
  ['IN12 24 months ago to the day', contract(sold, '1', { registeredOn: day('2024-06-30') }), 'IN12', is(0)],
  ['IN12 a day later', contract(sold, '1', { registeredOn: day('2024-07-01') }), 'IN12', is(10)],
  ['IN12 struck', contract(sold, '1', { cancelled: true }), 'IN12', is(0)],
  [
    'IN12 struck after the day',
    contract(sold, '1', { cancelled: true, cancelledOn: day('2026-07-01') }),
    'IN12',
    is(10),
  ],
  ['IN12 sold to itself', contract(sold, '1', { buyerUscc: '91440300DMA000001X' }), 'IN12', is(0)],
  ['IN12 amount not stated', contract(contract(sold, '1'), '2', without('amount')), 'IN12', gone('NOT_STATED')],
  ['IN12 date not stated', contract(sold, '1', without('registeredOn')), 'IN12', gone('NOT_STATED')],
  [
    'IN12 the yearly figure is not the register',
    declared(rnd, { contractAmount: ten(99) }),
    'IN12',
    gone('NOT_CONNECTED'),
  ],
  ['IN12 listed: its records speak', contract(old.listed('RND.contracts'), '1'), 'IN12', is(10)],
  ['IN12 listed with nothing', old.listed('RND.contracts'), 'IN12', gone('NOT_COVERED')],
  ['IN12 covered too late', old.covers('RND.contracts', AS_OF, '2024-07-01'), 'IN12', gone('NOT_COVERED')],
];

describe('characteristics of R&D', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('take the lower freshness of their feeds', () => {
    const heads = Array.from({ length: 30 }, () => 10);
    const builder = declared(rnd.covers('SOC', '2026-03-02').months('2026-02', heads), { staff: 3 });
    // 120 days: (180 − 120) ÷ 120.
    expect(valueIn(['', builder, 'IN09', {}])).toEqual({ ...is(30), freshness: { num: 1, den: 2 } });
  });

  it('name the declaration, the months and the contracts', () => {
    const builder = contract(staff(3, 10).covers('RND.contracts', AS_OF), '1');
    const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const of = (code: string) => scored.evidence[model.position.get(code)!]!;
    expect(of('IN09').records).toHaveLength(13);
    expect(of('IN12').records.map((ref) => ref.recordKey)).toEqual(['contract|1']);
    expect(of('IN12').flags).toEqual(['RELATED_UNCHECKED']);
  });
});
