import fc from 'fast-check';
import { BookComparison, type ComparedScore } from './book-comparison.ts';

const score = (scoreTenths: number, published: string, more: Partial<ComparedScore> = {}): ComparedScore => ({
  scoreTenths,
  score: Math.floor((scoreTenths + 5) / 10),
  low: Math.floor(scoreTenths / 10) - 40,
  grade: published === 'BB' || published === 'B' ? published : null,
  published,
  ...more,
});

const compared = (
  ...pairs: readonly (readonly [ComparedScore, ComparedScore])[]
): ReturnType<BookComparison['result']> => {
  const comparison = new BookComparison(600);
  for (const [before, after] of pairs) comparison.add(before, after);
  return comparison.result();
};

describe('the comparison of two books', () => {
  it('counts who moved, by how much, between which grades, and whom a list gains and loses', () => {
    expect(
      compared(
        [score(6100, 'BB'), score(5990, 'B')],
        [score(5990, 'B'), score(6050, 'BB')],
        [score(4000, 'REFERENCE'), score(4000, 'REFERENCE')],
        [score(6200, 'BB'), score(6200, 'BB', { low: 539 })],
      ),
    ).toEqual({
      firms: 4,
      moved: 2,
      meanTenths: -13, // −12.5, half away from zero
      largestRiseTenths: 60,
      largestFallTenths: 110,
      transitions: [
        { from: 'B', to: 'BB', firms: 1 },
        { from: 'BB', to: 'B', firms: 1 },
      ],
      histogram: [
        { from: -20, firms: 1 },
        { from: 0, firms: 3 },
      ],
      list: { cut: 600, before: 2, after: 1, enter: 1, leave: 2 },
    });
  });

  it('a tenth that moves no whole point is a move, as is another word for the same score', () => {
    expect(compared([score(6101, 'BB'), score(6102, 'BB')]).moved).toBe(1);
    expect(compared([score(6101, 'BB'), score(6101, 'EXCLUDED')]).moved).toBe(1);
    expect(compared().meanTenths).toBe(0);
  });

  it('of two books is the other way round when they change places', () => {
    const any = fc.record({ tenths: fc.nat(9999), word: fc.constantFrom('BB', 'B', 'REFERENCE') });
    fc.assert(
      fc.property(fc.array(fc.tuple(any, any), { maxLength: 30 }), (book) => {
        const pairs = book.map(([a, b]) => [score(a.tenths, a.word), score(b.tenths, b.word)] as const);
        const [there, back] = [compared(...pairs), compared(...pairs.map(([a, b]) => [b, a] as const))];
        expect([back.moved, back.meanTenths, back.largestRiseTenths, back.list.enter]).toEqual([
          there.moved,
          0 - there.meanTenths,
          there.largestFallTenths,
          there.list.leave,
        ]);
        expect(there.histogram.reduce((sum, { firms }) => sum + firms, 0)).toBe(book.length);
      }),
    );
  });
});
