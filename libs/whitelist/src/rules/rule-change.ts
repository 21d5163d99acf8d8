import { ProblemError, step, workflow, type LocalDate } from '#lib/kernel';

/** 名单规则状态. At most one of a list is APPROVED and waits, at most one is IN_FORCE. */
export const RULES_STATES = ['DRAFT', 'SIMULATED', 'ENDORSED', 'APPROVED', 'IN_FORCE', 'RETIRED'] as const;
export type RulesState = (typeof RULES_STATES)[number];

/** `enforce` and `replace` happen with the version of a month end, to the new rules and to those before; nobody raises them. */
export const RULES_EVENTS = ['simulate', 'approve', 'return', 'reject', 'withdraw', 'enforce', 'replace'] as const;
export type RulesEvent = (typeof RULES_EVENTS)[number];

/** What began a history: rules that came with the program, or that somebody submitted. */
export type RulesOrigin = 'ship' | 'submit';

/** Who submitted rules is their author; everybody else who keeps lists may decide about them. */
export type RulesRole = 'AUTHOR' | 'OTHER';

const ANYBODY: readonly RulesRole[] = ['AUTHOR', 'OTHER'];
const ENDS = { reject: { to: 'RETIRED', by: ['OTHER'] }, withdraw: { to: 'RETIRED', by: ['AUTHOR'] } } as const;
const SIMULATE = { simulate: { to: 'SIMULATED', by: ANYBODY } } as const;
const RETURN = { return: { to: 'DRAFT', by: ANYBODY } } as const;

/** ENDORSED: one of the two approvals is there. A simulation done anew takes approvals back: they were given to the one before. */
export const RULES_LIFE = workflow<RulesState, RulesEvent, RulesRole>({
  name: 'list-rules',
  initial: 'DRAFT',
  states: {
    DRAFT: { zh: '草稿', en: 'draft', on: { ...SIMULATE, ...ENDS } },
    SIMULATED: {
      zh: '已试算',
      en: 'simulated',
      on: { ...SIMULATE, ...RETURN, ...ENDS, approve: { to: 'ENDORSED', by: ANYBODY } },
    },
    ENDORSED: {
      zh: '一人已批',
      en: 'approved by one',
      on: { ...SIMULATE, ...RETURN, ...ENDS, approve: { to: 'APPROVED', by: ANYBODY } },
    },
    APPROVED: {
      zh: '已批准，待月末生效',
      en: 'approved, in force with the next month end',
      on: { ...SIMULATE, ...RETURN, ...ENDS, enforce: { to: 'IN_FORCE' } },
    },
    IN_FORCE: { zh: '现行', en: 'in force', on: { replace: { to: 'RETIRED' } } },
    RETIRED: { zh: '已停用', en: 'retired' },
  },
});

/** The life of rules as far as decisions need it. People by id. */
export interface RulesLife {
  readonly state: RulesState;
  readonly submittedBy: string;
  readonly firstApprover: string | null;
  readonly secondApprover: string | null;
}

/** What a simulation was about: the run, and the rules that were in force. */
export interface SimulatedOn {
  readonly runId: string;
  readonly baseHash: string;
}

export interface RulesCommand {
  readonly event: RulesEvent;
  /** `SYSTEM`: the version of a month end. */
  readonly person: string;
  readonly role: 'PERSON' | 'SYSTEM';
  /** For an approval: what the rules were simulated on, and what a simulation would be about now; both must be alike. */
  readonly approval?: { readonly simulatedOn: SimulatedOn | null; readonly newest: SimulatedOn };
}

/**
 * The life after the command. Pure. Throws ProblemError `transition-refused` 409 where the state knows no such event,
 * `role-refused` 403 (who submitted withdraws, others reject), `list-rules-four-eyes` 409 where one person would do what
 * needs two, `list-rules-simulation-stale` 409 where what was simulated is not what is approved.
 */
export function advanceRules(life: RulesLife, command: RulesCommand): RulesLife {
  const { event, person, approval } = command;
  const role = command.role === 'SYSTEM' ? 'SYSTEM' : person === life.submittedBy ? 'AUTHOR' : 'OTHER';
  const next = step(RULES_LIFE, { state: life.state, event, role });
  if (!next.ok) throw new ProblemError(next.problem);
  const state = next.value;
  if (event !== 'approve') return { ...life, state, ...(KEEPS_APPROVALS.includes(event) ? {} : NOBODY) };
  if (person === life.submittedBy || person === life.firstApprover)
    throw refused(
      'list-rules-four-eyes',
      '批准人须为提交人之外的两个不同的人',
      'rules of a list are approved by two persons, neither of whom submitted them',
    );
  const simulated = approval?.simulatedOn;
  if (!simulated || simulated.runId !== approval.newest.runId || simulated.baseHash !== approval.newest.baseHash)
    throw refused(
      'list-rules-simulation-stale',
      '试算之后已有新的月末批次或新规则生效，请重新试算',
      'the simulation is older than the newest month end or the rules in force: simulate again',
    );
  return life.firstApprover === null
    ? { ...life, state, firstApprover: person }
    : { ...life, state, secondApprover: person };
}

/** An end keeps who had approved on record. Whoever approved, approved what was there: what is simulated anew starts anew. */
const KEEPS_APPROVALS: readonly RulesEvent[] = ['reject', 'withdraw', 'enforce', 'replace'];
const NOBODY = { firstApprover: null, secondApprover: null } as const;

/** Approved rules come into force with the version of this month end: a later one than was simulated, once they are valid. */
export const comesIntoForce = (
  rules: { readonly validFrom: LocalDate; readonly simulatedAsOf: LocalDate },
  asOf: LocalDate,
): boolean => asOf >= rules.validFrom && asOf > rules.simulatedAsOf;

const refused = (code: string, zh: string, en: string): ProblemError => new ProblemError({ code, status: 409, zh, en });
