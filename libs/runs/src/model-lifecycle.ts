import { ProblemError, type Problem } from '#lib/kernel';

/** 模型状态. The champion scores; a challenger scores in its shadow; at most one of each. */
export const MODEL_STATES = [
  'DRAFT',
  'VALIDATED',
  'ENDORSED',
  'APPROVED',
  'CHALLENGER',
  'CHAMPION',
  'RETIRED',
] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** What a person may do with a model. `replace` happens to a champion when its challenger is promoted. */
export const MODEL_EVENTS = [
  'validate',
  'approve',
  'return',
  'challenge',
  'withdraw',
  'promote',
  'replace',
  'retire',
] as const;
export type ModelEvent = (typeof MODEL_EVENTS)[number];

/** ENDORSED: one of the two approvals is there. */
const TRANSITIONS: Readonly<Record<ModelState, Partial<Record<ModelEvent, ModelState>>>> = {
  DRAFT: { validate: 'VALIDATED', retire: 'RETIRED' },
  VALIDATED: { approve: 'ENDORSED', return: 'DRAFT', retire: 'RETIRED' },
  ENDORSED: { approve: 'APPROVED', return: 'DRAFT', retire: 'RETIRED' },
  APPROVED: { challenge: 'CHALLENGER', retire: 'RETIRED' },
  CHALLENGER: { promote: 'CHAMPION', withdraw: 'APPROVED', retire: 'RETIRED' },
  CHAMPION: { replace: 'RETIRED' },
  RETIRED: {},
};

/** The life of a model as far as the rules need it. People by id. */
export interface ModelLife {
  readonly state: ModelState;
  readonly submittedBy: string | null;
  readonly firstApprover: string | null;
  readonly secondApprover: string | null;
}

export interface ModelCommand {
  readonly event: ModelEvent;
  readonly person: string;
  /** Published runs of a month end beside which the model has been scored (影子运行). */
  readonly shadowMonths: number;
}

/**
 * The life after the command. Pure. Throws ProblemError `model-transition` 409 where the state knows no such event,
 * `model-four-eyes` 409 where one person would do what needs two, `model-shadow-missing` 409 before a shadow month.
 */
export function advance(life: ModelLife, { event, person, shadowMonths }: ModelCommand): ModelLife {
  const state = TRANSITIONS[life.state][event];
  if (state === undefined)
    throw refused(
      'model-transition',
      `模型处于${life.state}，不能${event}`,
      `a model that is ${life.state} knows no ${event}`,
    );
  if (event === 'approve') {
    if (person === life.submittedBy || person === life.firstApprover)
      throw refused(
        'model-four-eyes',
        '批准人须为提交人之外的两个不同的人',
        'a model is approved by two persons, neither of whom submitted it',
      );
    return life.firstApprover === null
      ? { ...life, state, firstApprover: person }
      : { ...life, state, secondApprover: person };
  }
  if (event === 'promote' && shadowMonths < 1)
    throw refused(
      'model-shadow-missing',
      '挑战者须先随一个月末批次影子运行',
      'a challenger is promoted after a shadow run beside the published run of a month end',
    );
  // Whoever approved, approved what was there: a returned draft starts anew.
  if (event === 'return') return { ...life, state, firstApprover: null, secondApprover: null };
  return { ...life, state };
}

const refused = (code: string, zh: string, en: string): ProblemError =>
  new ProblemError({ code, status: 409, zh, en } satisfies Problem);
