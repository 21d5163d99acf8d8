import { fen, localDate } from '#lib/kernel';
import { bids, type Bid } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const bid = old.covers('BID', AS_OF);
const day = (text: string) => localDate(text);
/** 万元. */
const ten = (thousands: number) => fen(thousands * 1_000_000);

function win(builder: DossierBuilder, projectNo: string, more: Partial<Bid> & { lot?: string } = {}): DossierBuilder {
  const payload: Bid = { projectNo, buyerType: 'government', wonOn: day('2026-01-10'), amount: ten(10), ...more };
  const key = payload.lot === undefined ? projectNo : `${projectNo}|${payload.lot}`;
  return builder.add(bids, key, payload, payload.wonOn);
}

const wins = (n: number, amount = 10): DossierBuilder =>
  Array.from({ length: n }, (_, i) => `P${i}`).reduce((b, no) => win(b, no, { amount: ten(amount) }), bid);
const without = (...fields: (keyof Bid)[]): Partial<Bid> =>
  Object.fromEntries(fields.map((field) => [field, undefined]));

const cases: readonly Case[] = [
  ['OV05 none', bid, 'OV05', is(0)],
  ['OV05 one', wins(1), 'OV05', is(1)],
  ['OV05 two', wins(2), 'OV05', is(2)],
  ['OV05 five', wins(5), 'OV05', is(5)],
  ['OV05 two lots of a project', win(win(bid, 'P', { lot: '1' }), 'P', { lot: '2' }), 'OV05', is(2)],
  ['OV05 24 months ago to the day', win(bid, 'P', { wonOn: day('2024-06-30') }), 'OV05', is(0)],
  ['OV05 a day later', win(bid, 'P', { wonOn: day('2024-07-01') }), 'OV05', is(1)],
  ['OV05 won after the day', win(bid, 'P', { wonOn: day('2026-07-01') }), 'OV05', is(0)],
  ['OV05 cancelled', win(bid, 'P', { cancelled: true }), 'OV05', is(0)],
  ['OV05 cancelled on the day', win(bid, 'P', { cancelled: true, cancelledOn: day(AS_OF) }), 'OV05', is(0)],
  [
    'OV05 cancelled after the day is not cancelled yet',
    win(bid, 'P', { cancelled: true, cancelledOn: day('2026-07-01') }),
    'OV05',
    is(1),
  ],
  ['OV05 a private buyer', win(bid, 'P', { buyerType: 'private' }), 'OV05', is(0)],
  ['OV05 a state-owned buyer', win(bid, 'P', { buyerType: 'stateOwned' }), 'OV05', is(1)],
  ['OV05 the buyer is not classed', win(bid, 'P', without('buyerType')), 'OV05', is(1)],
  ['OV05 the firm buys from itself', win(bid, 'P', { buyerUscc: '91440300DMA000001X' }), 'OV05', is(0)],
  ['OV05 date not stated', win(bid, 'P', without('wonOn')), 'OV05', gone('NOT_STATED')],
  ['OV05 another is dated', win(win(bid, 'P', without('wonOn')), 'Q'), 'OV05', is(1)],
  ['OV05 listed: its records speak', win(old.listed('BID'), 'P', { wonOn: day('2026-06-01') }), 'OV05', is(1)],
  [
    'OV05 listed, nothing in the window',
    win(old.listed('BID'), 'P', { cancelled: true, wonOn: day('2026-06-01') }),
    'OV05',
    gone('NOT_COVERED'),
  ],
  ['OV05 listed with nothing', old.listed('BID'), 'OV05', gone('NOT_COVERED')],
  ['OV05 covered since the window began', old.covers('BID', AS_OF, '2024-06-30'), 'OV05', is(0)],
  ['OV05 covered too late', old.covers('BID', AS_OF, '2024-07-01'), 'OV05', gone('NOT_COVERED')],
  [
    'OV05 covered since the firm stands',
    DossierBuilder.firm().registered('2025-05-05').covers('BID', AS_OF, '2025-05-05'),
    'OV05',
    is(0),
  ],
  ['OV05 not connected', old, 'OV05', gone('NOT_CONNECTED')],
  ['OV05 stale', old.covers('BID', '2026-02-15'), 'OV05', gone('STALE')],
  ['OV05 half stale', old.covers('BID', '2026-04-01'), 'OV05', { ...is(0), freshness: { num: 1, den: 2 } }],
  ['OV06 none', bid, 'OV06', is(0)],
  ['OV06 one 分', win(bid, 'P', { amount: fen(1) }), 'OV06', is({ num: 1, den: 1_000_000 })],
  ['OV06 fifty', wins(5), 'OV06', is(50)],
  ['OV06 two hundred', wins(2, 100), 'OV06', is(200)],
  ['OV06 a thousand', wins(1, 1000), 'OV06', is(1000)],
  [
    'OV06 own share',
    win(bid, 'P', { role: 'lead', shareBp: 3333, members: 3, amount: ten(1) }),
    'OV06',
    is({ num: 3333, den: 10_000 }),
  ],
  ['OV06 equal parts', win(bid, 'P', { role: 'member', members: 3, amount: ten(9) }), 'OV06', is(3)],
  [
    'OV06 a share is whole 分, rounded down',
    win(bid, 'P', { members: 3, amount: fen(100) }),
    'OV06',
    is({ num: 33, den: 1_000_000 }),
  ],
  ['OV06 share not stated', win(bid, 'P', { role: 'member' }), 'OV06', gone('NOT_STATED')],
  ['OV06 amount not stated', win(wins(2), 'P', without('amount')), 'OV06', gone('NOT_STATED')],
  [
    'OV06 a framework repeats its sum in each lot',
    win(win(bid, 'P', { lot: '1', framework: true }), 'P', { lot: '2', framework: true }),
    'OV06',
    is(10),
  ],
  [
    'OV06 lots of a framework with sums of their own',
    win(win(bid, 'P', { lot: '1', framework: true }), 'P', { lot: '2', framework: true, amount: ten(7) }),
    'OV06',
    is(17),
  ],
  ['OV06 two frameworks', win(win(bid, 'P', { framework: true }), 'Q', { framework: true }), 'OV06', is(20)],
  ['OV06 equal lots of no framework', win(win(bid, 'P', { lot: '1' }), 'P', { lot: '2' }), 'OV06', is(20)],
  ['OV06 cancelled', win(bid, 'P', { cancelled: true }), 'OV06', is(0)],
  ['OV06 not connected', old, 'OV06', gone('NOT_CONNECTED')],
];

describe('characteristics of procurement', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('name the awards, the coverage, and the filter that is off', () => {
    const scored = scoreFirmRich(win(wins(1), 'old', { wonOn: day('2020-02-02') }).build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const { records, coverage, flags } = scored.evidence[model.position.get('OV06')!]!;
    expect(records.map((ref) => ref.recordKey)).toEqual(['P0']);
    expect(coverage).toHaveLength(1);
    expect(flags).toEqual(['RELATED_UNCHECKED']);
  });
});
