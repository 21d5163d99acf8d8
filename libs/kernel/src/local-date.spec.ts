import fc from 'fast-check';
import {
  addDays,
  addMonths,
  addMonthsToMonth,
  dateAt,
  dateOf,
  daysBetween,
  daysInMonth,
  epochDay,
  firstDay,
  fromEpochDay,
  fromMonthIndex,
  instantText,
  isLeapYear,
  lastDay,
  localDate,
  localMonth,
  monthIndex,
  monthOf,
  monthOfDate,
  parseLocalDate,
  parseLocalMonth,
  monthsByDayReached,
  wholeMonthsBetween,
  type LocalDate,
} from './index.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 6000 : 300;
const FIRST = epochDay(localDate('1900-01-01'));
const LAST = epochDay(localDate('9999-12-31'));
const anyDate = fc.integer({ min: FIRST, max: LAST }).map(fromEpochDay);
/** Dates that leave room for arithmetic on both sides. */
const date = fc
  .integer({ min: epochDay(localDate('1950-01-01')), max: epochDay(localDate('2100-12-31')) })
  .map(fromEpochDay);
const months = fc.integer({ min: -500, max: 500 });
const dayOf = (d: LocalDate): number => Number(d.slice(8));

describe('LocalDate', () => {
  it('goes to days and back, and text order is day order', () => {
    fc.assert(
      fc.property(anyDate, anyDate, (a, b) => {
        expect(fromEpochDay(epochDay(a))).toBe(a);
        expect(parseLocalDate(a)).toBe(a);
        expect(dateOf(Number(a.slice(0, 4)), Number(a.slice(5, 7)), dayOf(a))).toBe(a);
        expect(Math.sign(daysBetween(a, b))).toBe(a < b ? 1 : a > b ? -1 : 0);
      }),
      { numRuns },
    );
  });

  it('counts days one by one from 1900 to 2100, as the calendar does', () => {
    let day = epochDay(localDate('1900-01-01'));
    const wrong: string[] = [];
    for (let year = 1900; year <= 2100; year++)
      for (let month = 1; month <= 12; month++)
        for (let d = 1; d <= daysInMonth(year, month); d++) {
          const at = dateOf(year, month, d)!;
          if (epochDay(at) !== day++) wrong.push(at);
        }
    expect(wrong).toEqual([]);
    expect(day - epochDay(localDate('1900-01-01'))).toBe(201 * 365 + 49);
  });

  it.each([
    [1900, false],
    [2000, true],
    [2023, false],
    [2024, true],
    [2100, false],
  ])('%s is a leap year: %s', (year, leap) => {
    expect(isLeapYear(year)).toBe(leap);
    expect(parseLocalDate(`${year}-02-29`) !== undefined).toBe(leap);
  });

  it.each(['', '2024-1-05', '2024-13-01', '2024-00-10', '2024-04-31', '2024-01-00', '1899-12-31', '2024-01-05 '])(
    'refuses «%s»',
    (text) => {
      expect(parseLocalDate(text)).toBeUndefined();
      expect(() => localDate(text)).toThrow(RangeError);
    },
  );

  it('refuses to leave the years 1900–9999 or to hold a part of a day', () => {
    expect(() => addDays(localDate('9999-12-31'), 1)).toThrow(RangeError);
    expect(() => addDays(localDate('1900-01-01'), -1)).toThrow(RangeError);
    expect(() => fromEpochDay(0.5)).toThrow(RangeError);
    expect(dateOf(2024, 1.5, 1)).toBeUndefined();
  });

  it('adds days and takes them off again', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -9000, max: 9000 }), (a, n) => {
        expect(daysBetween(a, addDays(a, n))).toBe(n);
        expect(addDays(addDays(a, n), -n)).toBe(a);
      }),
      { numRuns },
    );
    expect(addDays(localDate('1900-01-01'), 45_290)).toBe('2024-01-01'); // Excel's 45292, counted from 1899-12-30
  });
});

describe('addMonths', () => {
  it('lands in the right month on the same day, or on the last day of a shorter month', () => {
    fc.assert(
      fc.property(date, months, (a, n) => {
        const b = addMonths(a, n);
        expect(monthIndex(b) - monthIndex(a)).toBe(n);
        expect(dayOf(b)).toBe(Math.min(dayOf(a), dayOf(lastDay(monthOfDate(b)))));
      }),
      { numRuns },
    );
  });

  it.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2024-12-15', 1, '2025-01-15'],
    ['2024-01-15', -1, '2023-12-15'],
  ])('%s + %s months = %s', (from, n, to) => {
    expect(addMonths(localDate(from), n)).toBe(to);
  });
});

describe('monthsByDayReached', () => {
  it.each([
    ['2018-12-31', '2019-06-30', 5],
    ['2018-12-30', '2019-06-30', 6],
    ['2019-05-01', '2019-06-30', 1],
    ['2018-06-30', '2019-06-30', 12],
    ['2019-07-01', '2019-06-30', -1],
  ])('%s to %s is %i', (from, to, n) => {
    expect(monthsByDayReached(localDate(from), localDate(to))).toBe(n);
  });
});

describe('wholeMonthsBetween', () => {
  it('is the largest number of months whose day is reached (forwards)', () => {
    fc.assert(
      fc.property(date, fc.nat({ max: 20_000 }), (a, days) => {
        const b = addDays(a, days);
        const n = wholeMonthsBetween(a, b);
        expect(addMonths(a, n) <= b).toBe(true);
        expect(addMonths(a, n + 1) > b).toBe(true);
      }),
      { numRuns },
    );
  });

  it('is the same rule backwards', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 10_000 }), (a, days) => {
        const b = addDays(a, -days);
        const n = wholeMonthsBetween(a, b);
        expect(n <= 0 && addMonths(a, n) >= b).toBe(true);
        expect(addMonths(a, n - 1) < b).toBe(true);
      }),
      { numRuns },
    );
  });

  it.each([
    ['2018-01-31', '2018-02-28', 1],
    ['2018-01-31', '2018-02-27', 0],
    ['2018-02-28', '2018-03-31', 1],
    ['2018-06-30', '2019-06-30', 12],
    ['2018-07-01', '2019-06-30', 11],
    ['2024-02-29', '2025-02-28', 12],
    ['2024-05-10', '2024-05-10', 0],
    ['2024-03-31', '2024-02-29', -1],
    ['2024-03-10', '2024-02-11', 0],
  ])('%s to %s is %s', (from, to, n) => {
    expect(wholeMonthsBetween(localDate(from), localDate(to))).toBe(n);
  });
});

describe('LocalMonth', () => {
  it('goes to its index and back, and adds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1950 * 12, max: 2100 * 12 }), months, (index, n) => {
        const month = fromMonthIndex(index);
        expect(monthIndex(month)).toBe(index);
        expect(parseLocalMonth(month)).toBe(month);
        expect(monthIndex(addMonthsToMonth(month, n))).toBe(index + n);
        expect(monthOfDate(firstDay(month))).toBe(month);
        expect(addDays(lastDay(month), 1)).toBe(firstDay(addMonthsToMonth(month, 1)));
      }),
      { numRuns },
    );
  });

  it.each(['', '2024-13', '2024-00', '2024-1', '1899-12', '2024-01-01'])('refuses «%s»', (text) => {
    expect(parseLocalMonth(text)).toBeUndefined();
    expect(() => localMonth(text)).toThrow(RangeError);
  });

  it('refuses to leave the years 1900–9999', () => {
    expect(() => addMonthsToMonth(localMonth('9999-12'), 1)).toThrow(RangeError);
    expect(() => addMonths(localDate('1900-01-15'), -1)).toThrow(RangeError);
    expect(() => fromMonthIndex(24_000.5)).toThrow(RangeError);
    expect(monthOf(2024, 2)).toBe('2024-02');
    expect(monthOf(2024, 0)).toBeUndefined();
  });
});

describe('instants in Shanghai', () => {
  it('turn to the next day at 16:00 UTC', () => {
    expect(dateAt(new Date('2024-02-28T15:59:59.999Z'))).toBe('2024-02-28');
    expect(dateAt(new Date('2024-02-28T16:00:00.000Z'))).toBe('2024-02-29');
  });

  it('are written with milliseconds and offset, and read back as the same instant', () => {
    expect(instantText(new Date('2026-06-30T16:00:00Z'))).toBe('2026-07-01T00:00:00.000+08:00');
    fc.assert(
      fc.property(fc.date({ min: new Date('1995-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (at) => {
        expect(new Date(instantText(at)).getTime()).toBe(at.getTime());
        expect(instantText(at).slice(0, 10)).toBe(dateAt(at));
      }),
      { numRuns },
    );
  });
});
