import fc from 'fast-check';
import { ProblemError } from '#lib/kernel';
import {
  advance,
  MODEL_EVENTS,
  MODEL_STATES,
  type ModelEvent,
  type ModelLife,
  type ModelState,
} from './model-lifecycle.ts';

const life = (state: ModelState, over: Partial<ModelLife> = {}): ModelLife => ({
  state,
  submittedBy: 'author',
  firstApprover: ['ENDORSED', 'APPROVED', 'CHALLENGER', 'CHAMPION'].includes(state) ? 'first' : null,
  secondApprover: ['APPROVED', 'CHALLENGER', 'CHAMPION'].includes(state) ? 'second' : null,
  ...over,
});

/** Where each pair leads when every other condition holds; what is not here is refused. */
const LEADS: Readonly<Record<string, ModelState>> = {
  'DRAFT validate': 'VALIDATED',
  'DRAFT retire': 'RETIRED',
  'VALIDATED approve': 'ENDORSED',
  'VALIDATED return': 'DRAFT',
  'VALIDATED retire': 'RETIRED',
  'ENDORSED approve': 'APPROVED',
  'ENDORSED return': 'DRAFT',
  'ENDORSED retire': 'RETIRED',
  'APPROVED challenge': 'CHALLENGER',
  'APPROVED retire': 'RETIRED',
  'CHALLENGER promote': 'CHAMPION',
  'CHALLENGER withdraw': 'APPROVED',
  'CHALLENGER retire': 'RETIRED',
  'CHAMPION replace': 'RETIRED',
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

describe('the life of a model', () => {
  it.each(MODEL_STATES.flatMap((state) => MODEL_EVENTS.map((event) => [state, event] as const)))(
    '%s %s leads where the table says or is refused',
    (state, event) => {
      const act = (): ModelLife => advance(life(state), { event, person: 'third', tried: true, shadowMonths: 1 });
      const leads = LEADS[`${state} ${event}`];
      if (leads === undefined) expect(codeOf(act)).toBe('transition-refused');
      else expect(act().state).toBe(leads);
    },
  );

  it('needs two approvals of two persons, neither of whom submitted it', () => {
    const by = (person: string, from: ModelLife): string =>
      codeOf(() => advance(from, { event: 'approve', person, tried: true, shadowMonths: 0 }));
    expect([by('author', life('VALIDATED')), by('first', life('ENDORSED')), by('author', life('ENDORSED'))]).toEqual([
      'model-four-eyes',
      'model-four-eyes',
      'model-four-eyes',
    ]);
    expect(advance(life('ENDORSED'), { event: 'approve', person: 'second', tried: true, shadowMonths: 0 })).toEqual(
      life('APPROVED'),
    );
  });

  it('nothing is validated before its effect on the book is known', () => {
    const validate = (tried: boolean): string =>
      codeOf(() => advance(life('DRAFT'), { event: 'validate', person: 'author', tried, shadowMonths: 0 }));
    expect([validate(false), validate(true)]).toEqual(['model-preview-missing', 'done']);
  });

  it('a returned draft loses its approval; nothing is promoted before a shadow month', () => {
    expect(advance(life('ENDORSED'), { event: 'return', person: 'x', tried: true, shadowMonths: 0 })).toEqual(
      life('DRAFT'),
    );
    expect(
      codeOf(() => advance(life('CHALLENGER'), { event: 'promote', person: 'x', tried: true, shadowMonths: 0 })),
    ).toBe('model-shadow-missing');
  });

  it('no sequence of commands makes a champion without two approvals by others', () => {
    const command = fc.record({
      event: fc.constantFrom<ModelEvent>(...MODEL_EVENTS),
      person: fc.constantFrom('author', 'a', 'b'),
      tried: fc.boolean(),
      shadowMonths: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let now = life('DRAFT');
        for (const next of commands) {
          try {
            now = advance(now, next);
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
          }
          if (!['APPROVED', 'CHALLENGER', 'CHAMPION'].includes(now.state)) continue;
          expect(new Set([now.submittedBy, now.firstApprover, now.secondApprover]).size).toBe(3);
          expect(now.secondApprover).not.toBeNull();
        }
      }),
    );
  });
});
