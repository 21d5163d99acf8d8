import { fen, localDate } from '#lib/kernel';
import type { JointDeal, MoneyEntry } from './joint-body.ts';
import { equityOf } from './joint-equity.ts';

const position = (part: string, committed: number, paid = 0) => ({ part, institutionId: part, committed, paid });
const entry = (version: number, event: string, amount: number, on: string, corrects: number | null = null) =>
  ({
    version,
    event,
    partner: 'equity',
    part: 'equity',
    amount: fen(amount),
    on: localDate(on),
    corrects,
  }) as MoneyEntry;
const recognised = (reading: string, positions: object[], entries: MoneyEntry[] = []) =>
  equityOf({ terms: { reading }, body: { positions, entries } } as unknown as Pick<JointDeal, 'terms' | 'body'>, (id) =>
    id === 'equity' ? '样例创投' : '',
  );

describe('what a joint case recognises as equity', () => {
  it('is what its investor committed, then what was paid in, with the days of the payments that stand', () => {
    expect(recognised('A', [position('equity', 0), position('loan', 500)])).toEqual([]);
    const committed = { investor: '样例创投', amount: 1000, paid: 0, paidOn: null };
    expect(recognised('A', [position('equity', 1000), position('loan', 500)])).toEqual([committed]);
    const entries = [
      entry(5, 'pay', 300, '2026-07-02'),
      entry(6, 'pay', 0, '2026-07-03', 5),
      entry(7, 'pay', 400, '2026-07-10'),
      entry(8, 'pay', 200, '2026-08-01'),
      entry(9, 'back', 100, '2026-09-01'),
    ];
    const paidOn = { first: '2026-07-10', last: '2026-08-01' };
    expect(recognised('A', [position('equity', 1000, 500)], entries)).toEqual([{ ...committed, paid: 500, paidOn }]);
  });

  it('is nothing where desks are added up: no loan rests on its equity', () =>
    expect(recognised('sum', [position('equity', 1000, 500)])).toEqual([]));
});
