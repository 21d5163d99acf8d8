import { isAlternative, type HashedProgramme, type ProgrammeCondition, type SingleCondition } from './programme.ts';

/**
 * The programme without the conditions on these facts, in every way of an alternative too: what a deal decides by itself is
 * no condition of its beginning. Pure.
 */
export function withoutPending({ programme, hash }: HashedProgramme, pending: readonly string[]): HashedProgramme {
  const isAsked = ({ fact }: SingleCondition): boolean => !pending.includes(fact);
  const conditions = programme.conditions.flatMap((condition): readonly ProgrammeCondition[] => {
    if (!isAlternative(condition)) return isAsked(condition) ? [condition] : [];
    return [{ ...condition, anyOf: condition.anyOf.map((route) => ({ ...route, all: route.all.filter(isAsked) })) }];
  });
  return { programme: { ...programme, conditions }, hash };
}
