import fc from 'fast-check';
import { addDays, fen, localDate } from '#lib/kernel';
import { annualisedReleased, claimFuse, poolFuse } from './claim-rate.ts';
import { compareExact, exact, exactFen } from './exact.ts';
import { averageFeeBp, feeOf } from './fees.ts';
import { shippedScheme } from './shipped-schemes.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 5000 : 200;
const DAY = localDate('2026-06-30');
const money = fc.nat({ max: 10 ** 13 }).map(fen);

describe('a fee', () => {
  const year = { from: localDate('2024-01-01'), to: localDate('2025-01-01') };

  it('counts 366 of 365 days in a leap year and says so', () => {
    expect(feeOf({ principal: fen(123_456_789), bp: 85, ...year })).toEqual({
      amount: 1_052_258,
      days: 366,
      zh: '担保费：1,234,567.89 × 0.85% × 366/365 = 10,522.58 元',
      en: 'guarantee fee: 1,234,567.89 × 0.85% × 366/365 = 10,522.58 yuan',
    });
  });

  it('of a re-guarantor is on the part that it bears, rounded once', () => {
    const fee = { principal: fen(400_000_000), bp: 30, from: localDate('2025-01-01'), to: localDate('2026-01-01') };
    const { amount, zh } = feeOf(fee, exact(40, 100));
    expect(amount).toBe(480_000);
    expect(zh).toBe('再担保费（按分担部分）：4,000,000.00 × 40.00% × 0.30% × 365/365 = 4,800.00 元');
  });

  it('is the nearest fen, half up, and exact up to 10¹³ fen', () => {
    fc.assert(
      fc.property(money, fc.nat({ max: 2_000 }), fc.nat({ max: 3_660 }), (principal, bp, days) => {
        const { amount } = feeOf({ principal, bp, from: year.from, to: addDays(year.from, days) });
        const twice = 2n * BigInt(principal) * BigInt(bp) * BigInt(days);
        const den = 3_650_000n;
        expect(2n * BigInt(amount) * den - twice <= den && 2n * BigInt(amount) * den - twice > -den).toBe(true);
      }),
      { numRuns },
    );
  });

  it('is refused for an end before its start', () => {
    expect(() => feeOf({ principal: fen(1), bp: 1, from: year.to, to: year.from })).toThrow(RangeError);
  });

  it('averages by principal and days; over nothing there is no average', () => {
    const half = { from: year.from, to: addDays(year.from, 183) };
    expect(averageFeeBp([])).toBeUndefined();
    expect(averageFeeBp([{ principal: fen(100), bp: 90, from: year.from, to: year.from }])).toBeUndefined();
    expect(
      averageFeeBp([
        { principal: fen(100), bp: 90, ...year },
        { principal: fen(200), bp: 120, ...half },
      ]),
    ).toBe(105);
    // 99.5 bp is shown from above.
    expect(
      averageFeeBp([
        { principal: fen(100), bp: 99, ...year },
        { principal: fen(100), bp: 100, ...year },
      ]),
    ).toBe(100);
  });
});

describe('the released principal of a year', () => {
  const release = (principal: number, from: string, releasedOn: string) => ({
    principal: fen(principal),
    from: localDate(from),
    releasedOn: localDate(releasedOn),
  });

  it('weighs with the days in force what was released in the calendar year', () => {
    const releases = [
      release(365_000, '2025-07-01', '2026-07-01'),
      release(365_000, '2026-01-01', '2026-12-31'),
      release(365_000, '2025-01-01', '2025-12-31'),
      release(365_000, '2026-06-01', '2027-01-01'),
    ];
    expect(compareExact(annualisedReleased(releases, 2026), exact(365_000 + 364_000))).toBe(0);
    expect(compareExact(annualisedReleased([], 2026), exact(0))).toBe(0);
    expect(() => annualisedReleased([release(1, '2026-02-01', '2026-01-01')], 2026)).toThrow(RangeError);
  });
});

describe('the fuse', () => {
  const ceiling = { claimCeilingBp: 300, claimBasePercent: 80 };

  it('compares claims·10⁶ ≥ ceiling·released·80 exactly, also where the shown rate is rounded', () => {
    fc.assert(
      fc.property(money, money, fc.integer({ min: 1, max: 10_000 }), (claims, released, claimCeilingBp) => {
        fc.pre(released > 0);
        const { state, rateBp } = claimFuse(claims, exactFen(released), { claimCeilingBp, claimBasePercent: 80 });
        const trips = BigInt(claims) * 1_000_000n >= BigInt(claimCeilingBp) * BigInt(released) * 80n;
        expect(state).toBe(trips ? 'STOPPED' : 'BELOW');
        expect(rateBp! >= claimCeilingBp).toBe(trips);
      }),
      { numRuns },
    );
  });

  it('of the total-to-total business trips at 3 % and says what stops', () => {
    expect(claimFuse(fen(120_000_000), exactFen(fen(5_000_000_000)), shippedScheme('ZDZ', DAY).scheme)).toEqual({
      state: 'STOPPED',
      rateBp: 300,
      shown: '3.00%',
      newBusiness: 'STOPPED',
      zh: '代偿率3.00%，达到上限3.00%，停止新增业务，存量不变',
      en: 'claim rate 3.00%: the ceiling 3.00% is reached; new business stops, what exists stands',
    });
    expect(claimFuse(fen(119_999_999), exactFen(fen(5_000_000_000)), ceiling)).toMatchObject({
      state: 'BELOW',
      shown: '2.99%',
    });
  });

  it('of the plan trips at 5 %', () => {
    const { scheme } = shippedScheme('KJDB', DAY);
    expect(claimFuse(fen(200), exactFen(fen(5_000)), scheme).state).toBe('STOPPED');
    expect(claimFuse(fen(199), exactFen(fen(5_000)), scheme).state).toBe('BELOW');
  });

  it('shows «—» without anything, leaves a loss without measure to a person, and names a missing ceiling', () => {
    expect(claimFuse(fen(0), exact(0, 365), ceiling)).toMatchObject({ state: 'NONE', shown: '—', newBusiness: 'OPEN' });
    expect(claimFuse(fen(1), exact(0, 365), ceiling)).toMatchObject({ state: 'PERSON', newBusiness: 'PERSON_DECIDES' });
    const seed = shippedScheme('ZZD', DAY).scheme;
    expect(claimFuse(fen(9), exactFen(fen(10)), seed)).toMatchObject({ state: 'NO_CEILING', newBusiness: 'OPEN' });
  });

  it.each([
    [499, 'BELOW', 'OPEN'],
    [500, 'WARNING', 'OPEN'],
    [799, 'WARNING', 'OPEN'],
    [800, 'STOPPED', 'STOPPED'],
  ])('of the Hubei pool: %d of 10,000 is %s', (bad, state, newBusiness) => {
    const fuse = shippedScheme('HBZJ', DAY).scheme.poolFuse!;
    expect(poolFuse(fen(bad), fen(10_000), fuse)).toMatchObject({ state, newBusiness });
    expect(poolFuse(fen(bad), fen(0), fuse).state).toBe('PERSON');
    expect(poolFuse(fen(0), fen(0), fuse).shown).toBe('—');
  });
});
