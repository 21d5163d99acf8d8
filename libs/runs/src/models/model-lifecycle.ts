import { ProblemError, step, workflow, type Problem } from '#lib/kernel';

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

/** ENDORSED: one of the two approvals is there. Whoever may decide about models may raise any event. */
export const MODEL_LIFE = workflow<ModelState, ModelEvent, never>({
  name: 'model',
  initial: 'DRAFT',
  states: {
    DRAFT: { zh: '草稿', en: 'draft', on: { validate: { to: 'VALIDATED' }, retire: { to: 'RETIRED' } } },
    VALIDATED: {
      zh: '已验证',
      en: 'validated',
      on: { approve: { to: 'ENDORSED' }, return: { to: 'DRAFT' }, retire: { to: 'RETIRED' } },
    },
    ENDORSED: {
      zh: '一人已批',
      en: 'approved by one',
      on: { approve: { to: 'APPROVED' }, return: { to: 'DRAFT' }, retire: { to: 'RETIRED' } },
    },
    APPROVED: { zh: '已批准', en: 'approved', on: { challenge: { to: 'CHALLENGER' }, retire: { to: 'RETIRED' } } },
    CHALLENGER: {
      zh: '挑战者',
      en: 'challenger',
      on: { promote: { to: 'CHAMPION' }, withdraw: { to: 'APPROVED' }, retire: { to: 'RETIRED' } },
    },
    CHAMPION: { zh: '现行', en: 'champion', on: { replace: { to: 'RETIRED' } } },
    RETIRED: { zh: '已退役', en: 'retired' },
  },
});

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
  /** It has been scored on the whole book of a published run (模型预演), or nothing is published yet. */
  readonly tried: boolean;
  /** Published runs of a month end beside which the model has been scored (影子运行). */
  readonly shadowMonths: number;
}

/**
 * The life after the command. Pure. Throws ProblemError `transition-refused` 409 where the state knows no such event,
 * `model-preview-missing` 409 before its effect on the book is known, `model-four-eyes` 409 where one person would do what needs two, `model-shadow-missing` 409 before a shadow month.
 */
export function advance(life: ModelLife, { event, person, tried, shadowMonths }: ModelCommand): ModelLife {
  const next = step(MODEL_LIFE, { state: life.state, event, role: 'SYSTEM' });
  if (!next.ok) throw new ProblemError(next.problem);
  const state = next.value;
  if (event === 'validate' && !tried)
    throw refused(
      'model-preview-missing',
      '验证前须先以已发布批次预演该模型',
      'a model is validated after a preview on the book of a published run',
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
