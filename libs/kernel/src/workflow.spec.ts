import { readFileSync } from 'node:fs';
import { dueOn, step, workflow, type Workflow } from './workflow.ts';
import { workingCalendar } from './working-days.ts';

type S = 'OPEN' | 'BUSY' | 'DONE' | 'LOST';
type E = 'take' | 'end' | 'lose';
type R = 'BANK';

const TABLE: Workflow<S, E, R> = {
  name: 'example',
  initial: 'OPEN',
  states: {
    OPEN: {
      zh: '待办',
      en: 'open',
      on: { take: { to: 'BUSY', by: ['BANK'] } },
      timers: [{ workingDays: 2, event: 'alarm' }],
    },
    BUSY: {
      zh: '办理中',
      en: 'busy',
      on: { end: { to: ['DONE', 'OPEN'], by: ['BANK'] }, lose: { to: 'LOST' } },
      timers: [{ days: 7, event: 'lose' }],
    },
    DONE: { zh: '完成', en: 'done' },
    LOST: { zh: '失效', en: 'lost' },
  },
};

const withState = (state: S, rules: object): Workflow<S, E, R> => ({
  ...TABLE,
  states: { ...TABLE.states, [state]: { zh: '', en: '', ...rules } },
});

describe('a workflow', () => {
  it('is a table that holds together', () => {
    expect(workflow(TABLE)).toBe(TABLE);
    expect(() => workflow(withState('OPEN', { on: { take: { to: 'GONE' } } }))).toThrow(/OPEN leads to GONE/);
    expect(() => workflow(withState('BUSY', { on: { end: { to: 'OPEN' } } }))).toThrow(/DONE cannot be reached/);
    const round = withState('DONE', { on: { take: { to: 'DONE' } } });
    expect(() => workflow(round)).toThrow(/no way out of DONE/);
    expect(workflow(round, { endless: true })).toBe(round);
    expect(() =>
      workflow(withState('OPEN', { on: { take: { to: 'BUSY' } }, timers: [{ days: 1, event: 'lose' }] })),
    ).toThrow(/a timer of OPEN raises lose/);
  });

  it('moves by events that the state knows, raised by who may', () => {
    const code = (state: S, event: E, role: R | 'SYSTEM', to?: S): unknown => {
      const outcome = step(TABLE, { state, event, role, ...(to && { to }) });
      return outcome.ok ? outcome.value : outcome.problem.code;
    };
    expect(code('OPEN', 'take', 'BANK')).toBe('BUSY');
    expect(code('OPEN', 'take', 'SYSTEM')).toBe('BUSY');
    expect(code('OPEN', 'end', 'BANK')).toBe('transition-refused');
    expect(code('DONE', 'take', 'BANK')).toBe('transition-refused');
    expect(code('BUSY', 'lose', 'BANK')).toBe('role-refused');
    expect(code('BUSY', 'lose', 'SYSTEM')).toBe('LOST');
    expect(code('BUSY', 'end', 'BANK', 'OPEN')).toBe('OPEN');
    expect(() => code('BUSY', 'end', 'BANK')).toThrow(RangeError);
    expect(() => code('BUSY', 'end', 'BANK', 'LOST')).toThrow(RangeError);
  });

  it('has timers that end with a day, in calendar or working days', () => {
    const calendar = workingCalendar(JSON.parse(readFileSync('models/calendar/working-days.v1.json', 'utf8')));
    const evening = new Date('2026-09-30T15:59:00Z'); // still 30 September in Shanghai
    expect(dueOn({ days: 7 }, evening, calendar)).toBe('2026-10-07');
    expect(dueOn({ workingDays: 2 }, evening, calendar)).toBe('2026-10-09');
    expect(dueOn({ days: 7 }, new Date('2026-09-30T16:00:00Z'), calendar)).toBe('2026-10-08');
    expect(() => dueOn({}, evening, calendar)).toThrow(TypeError);
  });
});
