import fc from 'fast-check';
import { ProblemError, type LocalDate } from '#lib/kernel';
import {
  advanceRules,
  comesIntoForce,
  RULES_EVENTS,
  RULES_STATES,
  type RulesCommand,
  type RulesEvent,
  type RulesLife,
  type RulesState,
} from './rule-change.ts';

const ON = { runId: 'june', baseHash: 'base' };
const life = (state: RulesState, over: Partial<RulesLife> = {}): RulesLife => ({
  state,
  submittedBy: 'author',
  firstApprover: ['ENDORSED', 'APPROVED', 'IN_FORCE'].includes(state) ? 'first' : null,
  secondApprover: ['APPROVED', 'IN_FORCE'].includes(state) ? 'second' : null,
  ...over,
});
const command = (event: RulesEvent, person: string, more: Partial<RulesCommand> = {}): RulesCommand => ({
  event,
  person,
  role: event === 'enforce' || event === 'replace' ? 'SYSTEM' : 'PERSON',
  approval: { simulatedOn: ON, newest: ON },
  ...more,
});

/** Where each pair leads when every other condition holds; what is not here is refused. */
const LEADS: Readonly<Record<string, RulesState>> = {
  'DRAFT simulate': 'SIMULATED',
  'DRAFT reject': 'RETIRED',
  'DRAFT withdraw': 'RETIRED',
  'SIMULATED simulate': 'SIMULATED',
  'SIMULATED approve': 'ENDORSED',
  'SIMULATED return': 'DRAFT',
  'SIMULATED reject': 'RETIRED',
  'SIMULATED withdraw': 'RETIRED',
  'ENDORSED simulate': 'SIMULATED',
  'ENDORSED approve': 'APPROVED',
  'ENDORSED return': 'DRAFT',
  'ENDORSED reject': 'RETIRED',
  'ENDORSED withdraw': 'RETIRED',
  'APPROVED simulate': 'SIMULATED',
  'APPROVED return': 'DRAFT',
  'APPROVED reject': 'RETIRED',
  'APPROVED withdraw': 'RETIRED',
  'APPROVED enforce': 'IN_FORCE',
  'IN_FORCE replace': 'RETIRED',
};

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return 'done';
};

describe('the life of the rules of a list', () => {
  it.each(RULES_STATES.flatMap((state) => RULES_EVENTS.map((event) => [state, event] as const)))(
    '%s %s leads where the table says or is refused',
    (state, event) => {
      const person = event === 'withdraw' ? 'author' : 'third';
      const act = (): RulesLife => advanceRules(life(state), command(event, person));
      const leads = LEADS[`${state} ${event}`];
      if (leads === undefined) expect(codeOf(act)).toBe('transition-refused');
      else expect(act().state).toBe(leads);
    },
  );

  it('needs two approvals of two persons, neither of whom submitted them', () => {
    const by = (person: string, from: RulesLife): string =>
      codeOf(() => advanceRules(from, command('approve', person)));
    expect([by('author', life('SIMULATED')), by('first', life('ENDORSED')), by('author', life('ENDORSED'))]).toEqual(
      Array(3).fill('list-rules-four-eyes'),
    );
    expect(advanceRules(life('ENDORSED'), command('approve', 'second'))).toEqual(life('APPROVED'));
  });

  it('who submitted withdraws and others reject; nobody puts rules in force by hand', () => {
    const by = (event: RulesEvent, person: string): string =>
      codeOf(() => advanceRules(life('APPROVED'), command(event, person, { role: 'PERSON' })));
    expect([by('withdraw', 'author'), by('withdraw', 'other'), by('reject', 'author'), by('reject', 'other')]).toEqual([
      'done',
      'role-refused',
      'role-refused',
      'done',
    ]);
    expect([by('enforce', 'author'), by('enforce', 'other')]).toEqual(['role-refused', 'role-refused']);
  });

  it('approves what was simulated on the newest month end against the rules in force, and nothing older', () => {
    const on = (simulatedOn: typeof ON | null, state: RulesState = 'SIMULATED'): string =>
      codeOf(() => advanceRules(life(state), command('approve', 'third', { approval: { simulatedOn, newest: ON } })));
    const stale = 'list-rules-simulation-stale';
    expect([
      on(ON),
      on(null),
      on({ ...ON, runId: 'may' }),
      on({ ...ON, baseHash: 'older' }),
      on({ ...ON, runId: 'may' }, 'ENDORSED'),
    ]).toEqual(['done', stale, stale, stale, stale]);
  });

  it('a simulation done anew and a return take approvals back; an end keeps them on record', () => {
    expect(advanceRules(life('APPROVED'), command('simulate', 'author'))).toEqual(life('SIMULATED'));
    expect(advanceRules(life('ENDORSED'), command('return', 'x'))).toEqual(life('DRAFT'));
    expect(advanceRules(life('APPROVED'), command('reject', 'x'))).toEqual({ ...life('APPROVED'), state: 'RETIRED' });
  });

  it('comes into force with a later month end than was simulated, once it is valid', () => {
    const rules = { validFrom: '2026-07-01' as LocalDate, simulatedAsOf: '2026-05-31' as LocalDate };
    expect(['2026-05-31', '2026-06-30', '2026-07-31'].map((asOf) => comesIntoForce(rules, asOf as LocalDate))).toEqual([
      false,
      false,
      true,
    ]);
    expect(comesIntoForce({ ...rules, validFrom: rules.simulatedAsOf }, rules.simulatedAsOf)).toBe(false);
  });

  it('no sequence of commands brings rules in force without two approvals by others of one simulation', () => {
    const commands = fc.record({
      event: fc.constantFrom<RulesEvent>(...RULES_EVENTS),
      person: fc.constantFrom('author', 'a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 30 }), (given) => {
        let now = life('DRAFT');
        let since: string[] = []; // who approved since the last simulation
        for (const { event, person } of given) {
          try {
            now = advanceRules(now, command(event, person));
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
            continue;
          }
          if (event === 'simulate' || event === 'return') since = [];
          if (event === 'approve') since.push(person);
          if (!['APPROVED', 'IN_FORCE'].includes(now.state)) continue;
          expect(since).toEqual([now.firstApprover, now.secondApprover]);
          expect(new Set(['author', ...since]).size).toBe(3);
        }
      }),
    );
  });
});
