import { fen, localDate } from '#lib/kernel';
import { researchDevelopment, type ResearchYear, type Subsidy } from '#lib/data-sources';
import { AS_OF, gone, is, model, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
/** 万元. */
const ten = (thousands: number) => fen(thousands * 1_000_000);
const both = old.covers('SUB', AS_OF).listed('RND');

function declared(builder: DossierBuilder, year: number, more: Partial<ResearchYear>): DossierBuilder {
  const payload: ResearchYear = { kind: 'year', year, ...more };
  return builder.add(researchDevelopment, `year|${year}`, payload, `${year}-12-31`);
}
/** 100 in 2024 and 2025 together, of a cost of 400. */
const spent = (from = both) =>
  declared(declared(from, 2024, { expenditure: ten(40), totalCost: ten(150) }), 2025, {
    expenditure: ten(60),
    totalCost: ten(250),
  });
const costOnly = declared(declared(both, 2024, { totalCost: ten(50) }), 2025, {
  expenditure: ten(60),
  totalCost: ten(150),
});
const silent = declared(declared(both, 2024, { expenditure: ten(40) }), 2025, { totalCost: ten(150) });
const paid = (builder: DossierBuilder, amount: number, on = '2025-03-01', more: Partial<Subsidy> = {}) =>
  builder.subsidy(`P${on}`, { status: 'paid', paidAmount: ten(amount), paidOn: day(on), ...more });
const undated = { status: 'paid', paidAmount: ten(5) } as const;
const young = DossierBuilder.firm().registered('2025-02-01').covers('SUB', AS_OF).listed('RND');
const newborn = DossierBuilder.firm().registered('2026-02-01').covers('SUB', AS_OF).covers('RND', AS_OF);

const cases: readonly Case[] = [
  ['PR05 none', spent(), 'PR05', is(0)],
  ['PR05 a little', paid(spent(), 9), 'PR05', is(9)],
  ['PR05 ten', paid(spent(), 10), 'PR05', is(10)],
  ['PR05 thirty', paid(spent(), 30), 'PR05', is(30)],
  ['PR05 sixty in two payments', paid(paid(spent(), 20), 40, '2024-05-05'), 'PR05', is(60)],
  ['PR05 more than all', paid(spent(), 150), 'PR05', is(150)],
  ['PR05 R&D of one year unknown: on cost', paid(costOnly, 20), 'PR05', is(10)],
  ['PR05 both unknown', paid(silent, 20), 'PR05', gone('NOT_STATED')],
  ['PR05 both unknown, no subsidy', silent, 'PR05', is(0)],
  ['PR05 one year not declared', paid(declared(both, 2025, { expenditure: ten(9) }), 1), 'PR05', gone('NOT_COVERED')],
  ['PR05 the first day of the two years', paid(spent(), 10, '2024-01-01'), 'PR05', is(10)],
  ['PR05 the day before', paid(spent(), 10, '2023-12-31'), 'PR05', is(0)],
  ['PR05 the last day', paid(spent(), 10, '2025-12-31'), 'PR05', is(10)],
  ['PR05 the year that is not due', paid(spent(), 10, '2026-01-01'), 'PR05', is(0)],
  ['PR05 approved and not paid', spent().subsidy('P', { status: 'approved', approvedAmount: ten(9) }), 'PR05', is(0)],
  ['PR05 paid, day not stated', spent().subsidy('P', undated), 'PR05', gone('NOT_STATED')],
  [
    'PR05 clawed back',
    paid(spent(), 10).subsidy('P2025-03-01', { status: 'clawedBack', paidOn: day('2025-09-01') }),
    'PR05',
    is(0),
  ],
  [
    'PR05 nothing spent',
    declared(declared(both, 2024, { expenditure: ten(0) }), 2025, { expenditure: ten(0) }),
    'PR05',
    NA,
  ],
  ['PR05 of a firm with one due year', paid(declared(young, 2025, { expenditure: ten(40) }), 10), 'PR05', is(25)],
  ['PR05 no year due, no subsidy', newborn, 'PR05', is(0)],
  ['PR05 no year due, paid', paid(newborn, 1, '2026-05-05'), 'PR05', gone('NOT_COVERED')],
  [
    'PR05 listed: its payments speak',
    paid(spent(old.listed('SUB').listed('RND')), 10, '2025-11-01'),
    'PR05',
    {
      ...is(10),
      // Newest payment 241 days ago: (360 − 241) ÷ 240.
      freshness: { num: 119, den: 240 },
    },
  ],
  [
    'PR05 covered too late for a zero',
    spent(old.covers('SUB', AS_OF, '2024-01-02').listed('RND')),
    'PR05',
    gone('NOT_COVERED'),
  ],
  ['PR05 no R&D feed', old.covers('SUB', AS_OF), 'PR05', gone('NOT_CONNECTED')],
  ['PR05 no subsidy feed', spent(old.listed('RND')), 'PR05', gone('NOT_CONNECTED')],
  ['PR05 R&D not covered', both, 'PR05', gone('NOT_COVERED')],
];

describe('dependence on subsidies', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('names the payments and the declarations', () => {
    const scored = scoreFirmRich(paid(spent(), 10).build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const keys = scored.evidence[model.position.get('PR05')!]!.records.map((ref) => ref.recordKey);
    expect(keys).toEqual(['P2025-03-01|2025-03-01', 'year|2024', 'year|2025']);
  });
});

describe('W09', () => {
  const isOn = (builder: DossierBuilder): boolean => {
    const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const found = scored.warnings.filter((w) => w.code === 'W09');
    for (const warning of found) expect(warning.evidence.length).toBeGreaterThan(2);
    return found.length === 1;
  };

  it.each([
    ['60 % of cost', paid(spent(), 240), false],
    ['above 60 % of cost', paid(spent(), 241), true],
    ['cost not stated', paid(silent, 900), false],
    ['no subsidy', spent(), false],
    ['not connected', old, false],
  ])('%s', (_, builder, on) => expect(isOn(builder)).toBe(on));
});
