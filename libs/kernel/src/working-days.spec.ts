import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { addDays, localDate, type LocalDate } from './local-date.ts';
import { addWorkingDays, workingCalendar } from './working-days.ts';

const calendar = workingCalendar(JSON.parse(readFileSync('models/calendar/working-days.v1.json', 'utf8')));
const after = (date: string, n: number): string => addWorkingDays(localDate(date), n, calendar);

describe('working days', () => {
  it('leave out weekends and holidays, and count make-up workdays', () => {
    // National Day 2026: 1 to 7 October off, Saturday 10 October worked.
    expect([after('2026-09-30', 1), after('2026-09-30', 3)]).toEqual(['2026-10-08', '2026-10-10']);
    expect([after('2026-06-12', 1), after('2026-06-12', 0)]).toEqual(['2026-06-15', '2026-06-12']);
    expect(calendar.isWorkingDay(localDate('2026-10-10'))).toBe(true);
    expect(calendar.isWorkingDay(localDate('2026-10-11'))).toBe(false);
  });

  it('past the end of the table are weekdays', () => {
    expect(after('2028-12-29', 1)).toBe('2029-01-01');
    expect(calendar.through).toBe('2026-10-10');
  });

  it('n + m of them are n and then m of them; there is exactly one more each step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7000 }), fc.nat(40), fc.nat(40), (start, n, m) => {
        const from = addDays('2008-01-01' as LocalDate, start);
        const there = addWorkingDays(from, n, calendar);
        expect(addWorkingDays(from, n + m, calendar)).toBe(addWorkingDays(there, m, calendar));
        if (n > 0) expect(calendar.isWorkingDay(there)).toBe(true);
      }),
    );
  });

  it('are whole and not negative; another table is refused', () => {
    expect(() => after('2026-06-12', -1)).toThrow(RangeError);
    expect(() => after('2026-06-12', 0.5)).toThrow(RangeError);
    expect(() => workingCalendar({ daysOff: [] })).toThrow(TypeError);
  });
});
