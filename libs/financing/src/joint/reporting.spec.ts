import { addDays, dateAt, localDate, ProblemError, workingCalendar, type Fen, type LocalDate } from '#lib/kernel';
import { deadlinesOf } from '../deals/deal.ts';
import {
  after,
  MILLION,
  onPart,
  partner,
  pay,
  time,
  toActive,
  toBalanced,
  toSigned,
  type Told,
} from './fixtures/joint-story.ts';
import { LATER } from './fixtures/joint-story.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointDeal } from './joint-body.ts';
import { equityOf } from './joint-equity.ts';
import { ledgerOf } from './joint-ledger.ts';
import { REPORT_DAYS } from './reporting.ts';

const CALENDAR = workingCalendar({ daysOff: [], workdays: [], through: '2028-12-31' });
const at = (day: string): Date => new Date(`${day}T02:00:00Z`);
const on = (day: LocalDate, [change, raiser]: Told, value?: LocalDate): Told => [
  { ...change, ...(value === undefined ? {} : { on: value }) },
  { ...raiser, at: at(day) },
];
const problemOf = (deal: JointDeal, told: Told): unknown => {
  try {
    after(deal, told);
  } catch (error) {
    if (error instanceof ProblemError)
      return [error.problem.code, error.problem.errors!.map((one) => one.pointer ?? one.code)];
    throw error;
  }
  return 'done';
};
const deadline = (deal: JointDeal, event: string) =>
  deadlinesOf(JOINT_CASE, deal, CALENDAR).find((one) => one.event === event)?.lastDay;
const bank = (event: 'draw' | 'repay', amount: number): Told => onPart(event, 'loan', 'bank', amount);

const paid = after(toActive(), pay(10 * MILLION));
const next = addDays(LATER, 1);

describe('the day on which money of a joint case moved (T+1)', () => {
  it('is told afterwards: a draw on the last day is reported on the next, and the case waits for it', () => {
    expect(deadline(paid, 'end-availability')).toBe(addDays(LATER, REPORT_DAYS));
    const drawn = after(paid, on(next, bank('draw', MILLION), LATER));
    expect(drawn.body.entries.at(-1)).toMatchObject({ on: LATER, reportedOn: next, amount: MILLION });
    expect(ledgerOf(drawn).rows.at(-1)).toMatchObject({ on: LATER, event: 'draw' });
    // What may be drawn no more is not reviewed while its last draws are waited for.
    expect(deadline(paid, 'review')).toBe('2027-01-06');
    const reviewOn = addDays(LATER, 3);
    expect(deadline({ ...paid, body: { ...paid.body, reviewOn } }, 'review')).toBeUndefined();
    // Without a day it is of the day on which it is told.
    expect(problemOf(paid, on(next, bank('draw', MILLION)))).toEqual(['joint-draw-refused', ['availability-over']]);
    expect(problemOf(paid, on(next, bank('draw', MILLION), next))).toEqual([
      'joint-draw-refused',
      ['availability-over'],
    ]);
    const today = after(paid, on(LATER, bank('draw', MILLION), LATER)).body.entries.at(-1)!;
    expect([today.on, 'reportedOn' in today]).toEqual([LATER, false]);
  });

  it('lies neither ahead nor too far back, nor before the case was active', () => {
    const back = (days: number) => problemOf(paid, on(LATER, bank('draw', MILLION), addDays(LATER, -days)));
    expect([back(-1), back(0), back(REPORT_DAYS), back(REPORT_DAYS + 1)]).toEqual([
      ['date-invalid', ['/on']],
      'done',
      'done',
      ['date-invalid', ['/on']],
    ]);
    const activated = after(
      toSigned(toBalanced()),
      on(localDate('2026-07-10'), [{ event: 'activate' }, partner('bank')]),
    );
    const day = localDate('2026-07-11');
    expect(problemOf(activated, on(day, pay(MILLION), localDate('2026-07-09')))).toEqual(['date-invalid', ['/on']]);
    expect(problemOf(activated, on(day, pay(MILLION), localDate('2026-07-10')))).toBe('done');
  });

  it('is that of each movement, also where it is corrected, and equity is dated by it', () => {
    const [day, before] = [localDate('2026-08-11'), localDate('2026-08-10')];
    const staged = after(toActive(), on(day, pay(4 * MILLION)), on(day, pay(6 * MILLION), before));
    expect(equityOf(staged, () => '')[0]!.paidOn).toEqual({ first: before, last: day });
    const lent = after(staged, on(day, bank('draw', 2 * MILLION), before));
    const { version } = lent;
    const right: Told = [
      { event: 'correct', corrects: version, amount: MILLION as Fen, reason: '录入有误' },
      partner('bank', at(day)),
    ];
    const corrected = after(lent, right);
    expect(corrected.body.entries.slice(-2)).toMatchObject([
      { on: before, reportedOn: day },
      { on: day, corrects: version },
    ]);
    expect('reportedOn' in corrected.body.entries.at(-1)!).toBe(false);
    const over = after(lent, [{ event: 'end-availability' }, time(at(next))]);
    for (const told of [
      bank('repay', MILLION),
      [{ event: 'claim', amount: 1 as Fen }, partner('guarantor')] as Told,
      [{ event: 'back', amount: 1 as Fen, reason: '' }, partner('investor')] as Told,
    ])
      expect(problemOf(over, on(next, told, addDays(next, 1)))).toEqual(['date-invalid', ['/on']]);
    expect(after(over, on(next, bank('repay', MILLION), LATER)).body.entries.at(-1)!.on).toBe(LATER);
  });
});

describe('a case in run-off that is settled', () => {
  it('waits for a correction from the day on which it was settled, and goes on where one comes', () => {
    const over = after(paid, bank('draw', 2 * MILLION), [{ event: 'end-availability' }, time(at(next))]);
    const late = localDate('2027-12-15');
    const settled = after(over, on(late, bank('repay', 2 * MILLION), localDate('2027-12-10')));
    expect([dateAt(settled.stateSince), deadline(settled, 'close')]).toEqual([next, addDays(late, REPORT_DAYS)]);
    const right: Told = [
      { event: 'correct', corrects: settled.version, amount: MILLION as Fen, reason: '录入有误' },
      partner('bank', at('2027-12-16')),
    ];
    const owes = after(settled, right);
    expect([owes.state, owes.body.positions[1]!.outstanding, deadline(owes, 'close')]).toEqual([
      'RUN_OFF',
      MILLION,
      undefined,
    ]);
    // What was never drawn waits from the end of its availability.
    const never = after(paid, [{ event: 'end-availability' }, time(at(next))]);
    expect(deadline(never, 'close')).toBe(addDays(next, REPORT_DAYS));
  });
});
