import { addDays, dateAt, type LocalDate } from './local-date.ts';
import { done, refused, type Outcome } from './outcome.ts';
import type { Problem } from './problem.ts';
import { addWorkingDays, type WorkingCalendar } from './working-days.ts';

/** A period that runs while a workflow is in a state (期限). `event: 'alarm'` warns and moves nothing. */
export interface Timer<E extends string> {
  readonly days?: number;
  /** 工作日. */
  readonly workingDays?: number;
  readonly event: E | 'alarm';
}

/** Where an event leads and which roles may raise it; no roles: the system alone. */
export interface Rule<S extends string, R extends string> {
  readonly to: S | readonly S[];
  readonly by?: readonly R[];
}

/** What one state allows. A state without `on` is final. */
export interface StateRules<S extends string, E extends string, R extends string> {
  readonly zh: string;
  readonly en: string;
  readonly on?: Partial<Record<E, Rule<S, R>>>;
  readonly timers?: readonly Timer<E>[];
}

/** 状态机: a transition table as data. An event with several targets is decided by a guard of the feature. */
export interface Workflow<S extends string, E extends string, R extends string = string> {
  readonly name: string;
  readonly initial: S;
  readonly states: Readonly<Record<S, StateRules<S, E, R>>>;
}

/**
 * Checks a table when the program starts. Throws TypeError naming what is wrong: an unknown target, a state that cannot
 * be reached, a state from which none is final (unless `endless`), a timer whose event the state does not know.
 */
export function workflow<S extends string, E extends string, R extends string>(
  table: Workflow<S, E, R>,
  options: { readonly endless?: boolean } = {},
): Workflow<S, E, R> {
  const names = Object.keys(table.states) as S[];
  const targets = (state: S): S[] =>
    Object.values(onOf(table, state) as Record<string, Rule<S, R>>).flatMap(({ to }) =>
      typeof to === 'string' ? [to] : [...to],
    );
  for (const state of names) {
    for (const to of targets(state))
      if (!names.includes(to)) throw new TypeError(`${table.name}: ${state} leads to ${to}, which is no state`);
    for (const { event } of table.states[state].timers ?? [])
      if (event !== 'alarm' && !(event in onOf(table, state)))
        throw new TypeError(`${table.name}: a timer of ${state} raises ${event}, which the state does not know`);
  }
  const reached = closure(table.initial, targets);
  for (const state of names) if (!reached.has(state)) throw new TypeError(`${table.name}: ${state} cannot be reached`);
  const isFinal = (state: S): boolean => targets(state).length === 0;
  if (!options.endless)
    for (const state of names)
      if (![...closure(state, targets)].some(isFinal)) throw new TypeError(`${table.name}: no way out of ${state}`);
  return table;
}

const onOf = <S extends string, E extends string, R extends string>(
  table: Workflow<S, E, R>,
  state: S,
): Partial<Record<E, Rule<S, R>>> => table.states[state].on ?? {};

function closure<S>(from: S, targets: (state: S) => readonly S[]): Set<S> {
  const found = new Set([from]);
  for (const state of found) for (const next of targets(state)) found.add(next);
  return found;
}

export interface Step<S extends string, E extends string, R extends string> {
  readonly state: S;
  readonly event: E;
  readonly role: R | 'SYSTEM';
  /** For an event with several targets: the one that the guard chose. */
  readonly to?: S;
}

/**
 * The state after an event. Refuses with `transition-refused` 409 an event that the state does not know, and with
 * `role-refused` 403 a role that may not raise it.
 */
export function step<S extends string, E extends string, R extends string>(
  table: Workflow<S, E, R>,
  { state, event, role, to }: Step<S, E, R>,
): Outcome<S> {
  const rule = onOf(table, state)[event];
  const words = table.states[state];
  if (rule === undefined)
    return refused(
      problem('transition-refused', 409, `状态「${words.zh}」不允许「${event}」`, `${state} knows no ${event}`, {
        workflow: table.name,
        state,
        event,
      }),
    );
  const allowed: readonly string[] = rule.by ?? [];
  if (role !== 'SYSTEM' && !allowed.includes(role))
    return refused(
      problem('role-refused', 403, `角色${role}不能执行「${event}」`, `${role} may not raise ${event}`, {
        workflow: table.name,
        state,
        event,
      }),
    );
  if (typeof rule.to === 'string') return done(rule.to);
  if (to === undefined || !rule.to.includes(to))
    throw new RangeError(`${table.name}: ${event} of ${state} leads to one of ${rule.to.join(', ')}, not to ${to}`);
  return done(to);
}

const problem = (
  code: string,
  status: number,
  zh: string,
  en: string,
  extra: Readonly<Record<string, unknown>>,
): Problem => ({ code, status, zh, en, extra });

/** The last day of a timer that began at this instant: the event is due when that day is over (Asia/Shanghai). */
export function dueOn(
  timer: Pick<Timer<string>, 'days' | 'workingDays'>,
  since: Date,
  calendar: WorkingCalendar,
): LocalDate {
  const first = dateAt(since);
  if (timer.workingDays !== undefined) return addWorkingDays(first, timer.workingDays, calendar);
  if (timer.days !== undefined) return addDays(first, timer.days);
  throw new TypeError('a timer has days or workingDays');
}
