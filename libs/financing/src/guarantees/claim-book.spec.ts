import fc from 'fast-check';
import { addDays, addFen, daysBetween, fen, localDate, type LocalDate } from '#lib/kernel';
import { annualisedReleased, claimFuse } from '../sharing/claim-rate.ts';
import { compareExact, exact } from '../sharing/exact.ts';
import { shippedScheme } from '../sharing/shipped-schemes.ts';
import { claimsPaidIn, fuseOf, releasesOf, type BookedGuarantee } from './claim-book.ts';
import { guaranteedOf, type GuaranteeEntry } from './guarantee-entries.ts';

const DAY = localDate('2026-11-30');
const { scheme: ZDZ } = shippedScheme('ZDZ', DAY);
const WHOLE = { guaranteedBp: 10_000 };
const MATURITY = localDate('2030-01-01');
const draw = (amount: number, on: LocalDate): GuaranteeEntry => ({
  kind: 'draw',
  version: 1,
  amount: fen(amount),
  on,
  maturity: MATURITY,
});
const repayment = (amount: number, on: LocalDate): GuaranteeEntry => ({
  kind: 'repayment',
  version: 2,
  amount: fen(amount),
  on,
});
const claim = (amount: number, on: LocalDate): GuaranteeEntry => ({
  kind: 'claim',
  version: 3,
  amount: fen(amount),
  on,
});
const booked = (entries: readonly GuaranteeEntry[], more: Partial<BookedGuarantee> = {}): BookedGuarantee => ({
  terms: WHOLE,
  entries,
  releasedOn: null,
  ...more,
});

const aDay = fc.integer({ min: 0, max: 800 }).map((days) => addDays(localDate('2025-01-01'), days));
/** A guarantee as it may be booked: never more repaid than drawn by then, dates as they come. */
const aGuarantee: fc.Arbitrary<BookedGuarantee> = fc
  .record({
    steps: fc.array(fc.record({ draws: fc.boolean(), amount: fc.integer({ min: 0, max: 12 }), on: aDay }), {
      maxLength: 8,
    }),
    claims: fc.array(fc.record({ amount: fc.integer({ min: 1, max: 50 }), on: aDay }), { maxLength: 2 }),
    guaranteedBp: fc.integer({ min: 1, max: 10_000 }),
    releasedOn: fc.option(aDay),
  })
  .map(({ steps, claims, guaranteedBp, releasedOn }) => {
    let outstanding = 0;
    const entries = steps.map(({ draws, amount, on }): GuaranteeEntry => {
      const most = draws ? amount : Math.min(amount, outstanding);
      outstanding += draws ? most : -most;
      return draws ? draw(most, on) : repayment(most, on);
    });
    return {
      terms: { guaranteedBp },
      entries: [...entries, ...claims.map(({ amount, on }) => claim(amount, on))],
      releasedOn,
    };
  });

/** Each fen by itself: what is lent first is repaid first. */
function fenByFen({ entries, releasedOn }: BookedGuarantee): { from: LocalDate; on: LocalDate }[] {
  const lent: LocalDate[] = [];
  const gone: { from: LocalDate; on: LocalDate }[] = [];
  const release = (many: number, on: LocalDate): void => {
    for (const from of lent.splice(0, many)) gone.push({ from, on: on < from ? from : on });
  };
  for (const entry of entries)
    if (entry.kind === 'draw') lent.push(...Array.from({ length: entry.amount }, () => entry.on));
    else if (entry.kind === 'repayment') release(entry.amount, entry.on);
  if (releasedOn !== null) release(lent.length, releasedOn);
  return gone;
}

describe('what a book of guarantees released and paid', () => {
  it('of one loan is its principal by its days, in parts and at the end', () => {
    const from = localDate('2026-01-10');
    const entries = [draw(400, from), repayment(150, localDate('2026-03-01')), repayment(50, localDate('2026-06-01'))];
    expect(releasesOf(booked(entries, { releasedOn: localDate('2026-09-01') }))).toEqual([
      { principal: 150, from, releasedOn: '2026-03-01' },
      { principal: 50, from, releasedOn: '2026-06-01' },
      { principal: 200, from, releasedOn: '2026-09-01' },
    ]);
    // What a claim paid off is released by nothing.
    expect(releasesOf(booked([...entries, claim(200, DAY)]))).toHaveLength(2);
  });

  it('a repayment releases the oldest draw first; one dated before it covered no day', () => {
    const [first, second] = [localDate('2026-02-01'), localDate('2026-05-01')];
    const early = localDate('2026-01-01');
    expect(releasesOf(booked([draw(3, first), draw(4, second), repayment(5, localDate('2026-04-01'))]))).toEqual([
      { principal: 3, from: first, releasedOn: '2026-04-01' },
      { principal: 2, from: second, releasedOn: second },
    ]);
    expect(annualisedReleased(releasesOf(booked([draw(3, first), repayment(3, early)])), 2026)).toEqual(exact(0, 365));
  });

  it('all parts come to what was guaranteed of what was repaid', () => {
    fc.assert(
      fc.property(aGuarantee, (guarantee) => {
        const releases = releasesOf(guarantee);
        const loan = fenByFen(guarantee).length;
        expect(addFen(...releases.map(({ principal }) => principal))).toBe(guaranteedOf(fen(loan), guarantee.terms));
        for (const { from, releasedOn } of releases) expect(releasedOn >= from).toBe(true);
      }),
    );
  });

  it('is fen × days of each fen by itself', () => {
    fc.assert(
      fc.property(aGuarantee, fc.constantFrom(2025, 2026, 2027), (guarantee, year) => {
        const whole = { ...guarantee, terms: WHOLE };
        const fenDays = fenByFen(whole)
          .filter(({ on }) => on.startsWith(String(year)))
          .reduce((sum, { from, on }) => sum + daysBetween(from, on), 0);
        expect(compareExact(annualisedReleased(releasesOf(whole), year), exact(fenDays, 365))).toBe(0);
      }),
    );
  });
});

describe('the fuse of a book', () => {
  it('is that of sums made by hand, whatever the order of the guarantees', () => {
    fc.assert(
      fc.property(fc.array(aGuarantee, { maxLength: 6 }), fc.constantFrom('ZDZ', 'KJDB', 'LFF'), (book, code) => {
        const { scheme } = shippedScheme(code, DAY);
        let [fenDays, claims] = [0n, 0];
        for (const guarantee of book) {
          for (const { principal, from, releasedOn } of releasesOf(guarantee))
            if (releasedOn.startsWith('2026')) fenDays += BigInt(principal) * BigInt(daysBetween(from, releasedOn));
          for (const entry of guarantee.entries)
            if (entry.kind === 'claim' && entry.on.startsWith('2026')) claims += entry.amount;
        }
        const reading = fuseOf(book, scheme, DAY);
        expect(reading).toEqual({
          scheme: code,
          year: 2026,
          claimsPaid: claims,
          annualisedReleased: Number(fenDays / 365n),
          ceilingBp: scheme.claimCeilingBp,
          ...claimFuse(fen(claims), exact(fenDays, 365), scheme),
        });
        expect(fuseOf([...book].reverse(), scheme, DAY)).toEqual(reading);
      }),
    );
  });

  it('trips at the ceiling and not one fen before it', () => {
    // 50 m over a year, 3 % of its 80 % are 1.2 m.
    const year = [draw(5_000_000_000, localDate('2025-06-01')), repayment(5_000_000_000, localDate('2026-06-01'))];
    const at = (claims: number) => fuseOf([booked(year), booked([claim(claims, DAY)])], ZDZ, DAY);
    expect(at(120_000_000)).toMatchObject({ state: 'STOPPED', rateBp: 300, annualisedReleased: 5_000_000_000 });
    expect(at(119_999_999)).toMatchObject({ state: 'BELOW', newBusiness: 'OPEN' });
    expect(claimsPaidIn([claim(7, localDate('2025-12-31')), claim(8, localDate('2026-01-01'))], 2026)).toBe(8);
  });

  it('a loss without a release is for a person, but where the scheme names no ceiling', () => {
    const lost = [booked([draw(100, localDate('2026-02-01')), claim(100, DAY)])];
    expect(fuseOf(lost, ZDZ, DAY)).toMatchObject({ state: 'PERSON', newBusiness: 'PERSON_DECIDES', rateBp: null });
    const { scheme } = shippedScheme('LFF', DAY);
    expect(fuseOf(lost, scheme, DAY)).toMatchObject({ state: 'NO_CEILING', newBusiness: 'OPEN', shown: '—' });
    expect(fuseOf([], ZDZ, DAY)).toMatchObject({ state: 'NONE', newBusiness: 'OPEN' });
  });
});
