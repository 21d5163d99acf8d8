import type { Problem } from './problem.ts';

/** Either a value or a named refusal. Used where a refusal is an expected answer; broken invariants still throw. */
export type Outcome<T, P = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: P };

export const done = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const refused = <P>(problem: P): { readonly ok: false; readonly problem: P } => ({ ok: false, problem });
