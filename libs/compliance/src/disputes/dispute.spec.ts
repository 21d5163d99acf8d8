import { step } from '#lib/kernel';
import { DISPUTE, DISPUTE_EVENTS, DISPUTE_STATES } from './dispute.ts';

describe('the table of disputes', () => {
  it('answers every pair of state and event: a state of the table, or a refusal by name', () => {
    let allowed = 0;
    for (const state of DISPUTE_STATES)
      for (const event of DISPUTE_EVENTS) {
        const rule = DISPUTE.states[state].on?.[event];
        const made = step(DISPUTE, { state, event, role: rule?.by?.[0] ?? 'SYSTEM', to: state });
        expect([state, event, made.ok]).toEqual([state, event, rule !== undefined]);
        if (made.ok) allowed += 1;
        else expect(made.problem.code).toBe('transition-refused');
        if (!rule?.by) continue;
        const other = step(DISPUTE, { state, event, role: rule.by[0] === 'FIRM' ? 'DESK' : 'FIRM', to: state });
        expect(other).toMatchObject({ ok: false, problem: { code: 'role-refused' } });
      }
    expect(allowed).toBe(26);
  });

  it('a statement leaves the state as it is', () => {
    for (const state of ['REJECTED', 'UNRESOLVED'] as const)
      expect(step(DISPUTE, { state, event: 'state', role: 'FIRM', to: state })).toEqual({ ok: true, value: state });
  });
});
