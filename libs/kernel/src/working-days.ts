import { addDays, epochDay, type LocalDate } from './local-date.ts';

/** 工作日历: weekends are off but for make-up workdays, weekdays are worked but for holidays. */
export interface WorkingCalendar {
  readonly isWorkingDay: (date: LocalDate) => boolean;
  /** Past this day nothing has been announced: weekends only, provisional (待公布). */
  readonly through: LocalDate;
}

/** From the contents of models/calendar/working-days.v1.json. Throws TypeError for another shape. */
export function workingCalendar(table: unknown): WorkingCalendar {
  const { daysOff, workdays, through } = table as Readonly<Record<string, unknown>>;
  if (!Array.isArray(daysOff) || !Array.isArray(workdays) || typeof through !== 'string')
    throw new TypeError('a working calendar has daysOff, workdays and through');
  const off = new Set(daysOff as string[]);
  const worked = new Set(workdays as string[]);
  return {
    isWorkingDay: (date) => (isWeekend(date) ? worked.has(date) : !off.has(date)),
    through: through as LocalDate,
  };
}

/** 1970-01-01 was a Thursday. */
const isWeekend = (date: LocalDate): boolean => (((epochDay(date) + 3) % 7) + 7) % 7 >= 5;

/**
 * The n-th working day after `date`; `date` itself does not count (民法典 art. 201: the day on which a period begins does
 * not). n ≥ 0; 0 is `date`. Throws RangeError for anything else.
 */
export function addWorkingDays(date: LocalDate, n: number, calendar: WorkingCalendar): LocalDate {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`not a number of working days: ${n}`);
  let day = date;
  for (let left = n; left > 0;) {
    day = addDays(day, 1);
    if (calendar.isWorkingDay(day)) left -= 1;
  }
  return day;
}
