import { bandOfRank } from './bands.ts';

describe('the band of a bin', () => {
  const bands = (ranks: number): string =>
    Array.from({ length: ranks }, (_, rank) => bandOfRank(rank, ranks).zh).join('');
  it('is its rank among four, half up: the best is 优, the lowest 弱', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(bands)).toEqual([
      '中',
      '弱优',
      '弱良优',
      '弱中良优',
      '弱中良良优',
      '弱中中良良优',
      '弱中中良良优优',
    ]);
  });
  it('never falls while the rank rises', () => {
    for (let ranks = 2; ranks <= 40; ranks++) {
      const order = Array.from({ length: ranks }, (_, rank) => '弱中良优'.indexOf(bandOfRank(rank, ranks).zh));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect([order[0], order.at(-1)]).toEqual([0, 3]);
    }
  });
});
