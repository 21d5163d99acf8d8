import type { LocalDate } from '#lib/kernel';
import { coverageOf, shareOf, type CoverageFirm } from './coverage.ts';

const ASOF = '2025-12-31' as LocalDate;
const firm = (n: number, more: Partial<CoverageFirm> = {}): CoverageFirm => ({
  uscc: `firm-${String(n).padStart(3, '0')}`,
  district: '440305',
  industry: 'I',
  score: 500,
  picked: false,
  alreadyListed: false,
  listedOn: null,
  ...more,
});
const MAY = '2026-05-15' as LocalDate;

describe('a share', () => {
  it('has the interval of Wilson', () => {
    // Newcombe 1998, table I: 81 of 263 → 0.2553 to 0.3662.
    expect(shareOf(81, 263)).toEqual({ hits: 81, of: 263, bp: 3080, lowBp: 2553, highBp: 3662 });
    expect(shareOf(0, 20)).toMatchObject({ bp: 0, lowBp: 0, highBp: 1611 });
    expect(shareOf(1, 29)).toMatchObject({ bp: 345, lowBp: 61, highBp: 1718 });
    expect(shareOf(0, 0)).toMatchObject({ bp: null, lowBp: null, highBp: null });
    expect(() => shareOf(2, 1)).toThrow(RangeError);
    for (let of = 1; of < 60; of += 1)
      for (let hits = 0; hits <= of; hits += 1) {
        const { bp, lowBp, highBp } = shareOf(hits, of);
        expect(lowBp! <= bp! && bp! <= highBp!).toBe(true);
      }
  });
});

describe('the coverage of official lists', () => {
  it('counts what was found before the lists, and apart from it whom no list had named yet', () => {
    const firms = [
      firm(1, { picked: true, score: 700, listedOn: MAY }),
      firm(2, { picked: true, score: 690, listedOn: '2026-01-02' as LocalDate }),
      firm(3, { picked: true, score: 650 }),
      firm(4, { score: 610, listedOn: MAY }),
      firm(5, { score: 400 }),
      firm(6, { picked: true, score: 900, alreadyListed: true, listedOn: MAY }),
    ];
    const found = coverageOf(firms, ASOF);
    expect(found).toMatchObject({ firms: 6, nurtured: 4, picked: 4, leadMonths: 4 });
    expect([found.recall.hits, found.recall.of, found.recall.bp]).toEqual([3, 4, 7500]);
    expect([found.recallNew.hits, found.recallNew.of]).toEqual([2, 3]);
    // Of the four best (900, 700, 690, 650) three came on a list.
    expect(found.precisionAtK).toMatchObject({ k: 4, hits: 3 });
    expect(found.offList).toMatchObject({ hits: 1, of: 4 });
  });

  it('does not depend on the order of the firms', () => {
    const firms = Array.from({ length: 60 }, (_, n) =>
      firm(n, { picked: n % 3 === 0, score: 400 + ((n * 37) % 300), listedOn: n % 4 === 0 ? MAY : null }),
    );
    expect(coverageOf(firms.toReversed(), ASOF)).toEqual(coverageOf(firms, ASOF));
  });

  it('shows no slice in which a firm could be told', () => {
    const firms = [
      ...Array.from({ length: 5 }, (_, n) => firm(n, { listedOn: MAY, picked: n < 2 })),
      ...Array.from({ length: 4 }, (_, n) => firm(10 + n, { district: '440306', industry: 'C', listedOn: MAY })),
    ];
    const { districts, industries, suppressed } = coverageOf(firms, ASOF);
    expect(districts).toEqual([{ code: '440305', recall: expect.objectContaining({ hits: 2, of: 5 }) }]);
    expect([industries.map(({ code }) => code), suppressed]).toEqual([['I'], 4]);
  });

  it('is nothing where nothing came on a list', () => {
    const none = coverageOf([firm(1, { picked: true })], ASOF);
    expect([none.recall.bp, none.leadMonths, none.offList.bp]).toEqual([null, null, 10_000]);
    expect(coverageOf([], ASOF)).toMatchObject({ firms: 0, nurtured: 0, precisionAtK: { k: 0, bp: null } });
  });
});
