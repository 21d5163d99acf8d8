import { addDays, addMonths, dateAt, ProblemError, step, type LocalDate } from '#lib/kernel';
import type { RaisedEvent } from './judge.ts';
import type { ListRules } from './list-rules.ts';
import { MEMBERSHIP, type MemberRole, type MemberState } from './membership.ts';

/** A firm's standing with a list, as stored; its events rebuild it. */
export interface MembershipRow {
  readonly uscc: string;
  readonly state: MemberState;
  readonly version: number;
  readonly formerState: 'ACTIVE' | 'WATCH' | null;
  readonly badRuns: number;
  readonly thinRuns: number;
  readonly enteredOn: LocalDate | null;
  readonly validUntil: LocalDate | null;
  readonly stateSince: Date;
  readonly exceptionUntil: LocalDate | null;
}

export interface MembershipEvent extends Omit<RaisedEvent, 'event'> {
  readonly version: number;
  /** `found` begins a history. */
  readonly event: RaisedEvent['event'] | 'found';
  readonly fromState: MemberState | null;
  readonly toState: MemberState;
  readonly at: Date;
}

/** What decides the dates of an event. */
export interface EventContext {
  readonly at: Date;
  /** The month end of the run, or the day of a decision. */
  readonly asOf: LocalDate;
  readonly rules: Pick<ListRules, 'validityMonths' | 'exceptionDays'>;
  readonly role: MemberRole | 'SYSTEM';
  /** The decision goes against the result of the rules (人工例外). */
  readonly exception?: boolean;
}

const STAYS: readonly MemberState[] = ['ACTIVE', 'WATCH', 'SUSPENDED'];

/** A firm that passes for the first time. */
export function found(uscc: string, { at }: Pick<EventContext, 'at'>): { row: MembershipRow; event: MembershipEvent } {
  const row: MembershipRow = {
    uscc,
    state: 'CANDIDATE',
    version: 1,
    formerState: null,
    badRuns: 0,
    thinRuns: 0,
    enteredOn: null,
    validUntil: null,
    stateSince: at,
    exceptionUntil: null,
  };
  const words = { reason: 'FOUND', zh: '首次符合入库条件', en: 'passes all conditions for the first time' };
  return { row, event: { ...words, version: 1, event: 'found', fromState: null, toState: 'CANDIDATE', at } };
}

/** Begins with an entry against the rules, ends with the membership. */
function exceptionOf(row: MembershipRow, state: MemberState, { at, rules, exception }: EventContext): LocalDate | null {
  if (!STAYS.includes(state)) return null;
  return exception ? addDays(dateAt(at), rules.exceptionDays) : row.exceptionUntil;
}

/**
 * The row after one event, and the event as recorded: exactly one version more. Throws ProblemError transition-refused 409
 * or role-refused 403.
 */
export function applyEvent(
  row: MembershipRow,
  raised: RaisedEvent,
  context: EventContext,
): { row: MembershipRow; event: MembershipEvent } {
  const { at, asOf, rules } = context;
  const to = row.formerState ?? 'ACTIVE';
  const stepped = step(MEMBERSHIP, { state: row.state, event: raised.event, role: context.role, to });
  if (!stepped.ok) throw new ProblemError(stepped.problem);
  const state = stepped.value;
  const enters = STAYS.includes(state) && !STAYS.includes(row.state);
  const renewed = enters || raised.event === 'renew';
  const version = row.version + 1;
  return {
    row: {
      ...row,
      state,
      version,
      formerState: state === 'SUSPENDED' ? (row.state as 'ACTIVE' | 'WATCH') : null,
      badRuns: STAYS.includes(state) ? row.badRuns : 0,
      thinRuns: STAYS.includes(state) ? row.thinRuns : 0,
      enteredOn: enters ? asOf : row.enteredOn,
      validUntil: renewed ? addMonths(asOf, rules.validityMonths) : row.validUntil,
      stateSince: state === row.state ? row.stateSince : at,
      exceptionUntil: exceptionOf(row, state, context),
    },
    event: { ...raised, version, fromState: row.state, toState: state, at },
  };
}
