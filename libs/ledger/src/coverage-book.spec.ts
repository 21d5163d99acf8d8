import type { CoverageEntry } from '#lib/data-sources';
import { localDate } from '#lib/kernel';
import { CoverageBook } from './coverage-book.ts';

const entry = (
  more: Partial<Omit<CoverageEntry, 'from' | 'through'>> & { from?: string; through: string },
): CoverageEntry => {
  const { from, through, ...rest } = more;
  return {
    feed: 'SOC',
    source: 'social-security',
    deliveryId: `delivery-${through}`,
    territory: ['4403'],
    population: 'all',
    knownFrom: '2026-03-01T00:00:00.000Z',
    ...rest,
    ...(from === undefined ? {} : { from: localDate(from) }),
    through: localDate(through),
  };
};
const periods = (entries: readonly CoverageEntry[], region = '440305'): unknown =>
  new CoverageBook(entries).of(region, 'SOC')?.periods;

describe('coverage', () => {
  it('of an empty book is nothing', () => {
    const book = new CoverageBook([]);
    expect([book.connected('SOC'), book.of('440305', 'SOC')]).toEqual([false, undefined]);
  });

  it('of a delivery that only lists connects its feed and covers nobody', () => {
    const book = new CoverageBook([entry({ population: 'listed', territory: ['CN'], through: '2026-01-31' })]);
    expect([book.connected('SOC'), book.of('440305', 'SOC')]).toEqual([true, undefined]);
    expect(book.connected('SOC.arrears')).toBe(false);
  });

  it.each([
    [['CN'], '440305', true],
    [['CN'], '310115', true],
    [['44'], '440305', true],
    [['4403'], '440305', true],
    [['440305'], '440305', true],
    [['440306'], '440305', false],
    [['4401'], '440305', false],
    [['31', '4403'], '440305', true],
    [[], '440305', false],
  ])('of territory %j holds region %s: %s', (territory, region, holds) => {
    const book = new CoverageBook([entry({ territory, through: '2026-01-31' })]);
    expect(book.of(region, 'SOC') !== undefined).toBe(holds);
  });

  it('merges periods that touch or overlap, whatever their order, and leaves gaps open', () => {
    const january = entry({ from: '2026-01-01', through: '2026-01-31' });
    const february = entry({ from: '2026-02-01', through: '2026-02-28' });
    const april = entry({ from: '2026-04-01', through: '2026-04-30' });
    const inside = entry({ from: '2026-01-10', through: '2026-01-20' });
    expect(periods([april, inside, february, january])).toEqual([
      { from: '2026-01-01', to: '2026-02-28' },
      { from: '2026-04-01', to: '2026-04-30' },
    ]);
    expect(periods([january, inside])).toEqual([{ from: '2026-01-01', to: '2026-01-31' }]);
  });

  it('starts in 1900 where no first day is stated, and ends with the newest last day', () => {
    const book = new CoverageBook([
      entry({ through: '2026-02-28' }),
      entry({ from: '2026-01-01', through: '2026-01-31' }),
    ]);
    expect(book.of('440305', 'SOC')).toMatchObject({
      feed: 'SOC',
      through: '2026-02-28',
      periods: [{ from: '1900-01-01', to: '2026-02-28' }],
      entries: [{ deliveryId: 'delivery-2026-02-28' }, { deliveryId: 'delivery-2026-01-31' }],
    });
  });

  it('keeps feeds apart and takes only the entries that hold the firm', () => {
    const book = new CoverageBook([
      entry({ through: '2026-01-31' }),
      entry({ through: '2026-06-30', territory: ['31'] }),
      entry({ through: '2026-05-31', feed: 'SUB', source: 'subsidies' }),
      entry({ through: '2026-07-31', population: 'listed' }),
    ]);
    expect(book.of('440305', 'SOC')).toMatchObject({ through: '2026-01-31', entries: [{ through: '2026-01-31' }] });
    expect(book.of('440305', 'SUB')?.through).toBe('2026-05-31');
    expect(book.of('310115', 'SOC')?.through).toBe('2026-06-30');
  });
});
