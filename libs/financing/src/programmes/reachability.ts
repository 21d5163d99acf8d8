import { holds, type Test } from './condition-test.ts';
import type { FactValue } from './fact-types.ts';
import { factDefinition } from './facts.ts';
import { isAlternative, type Programme, type SingleCondition } from './programme.ts';

/** A condition that no firm, or every firm, meets; or one that leaves another of the same fact nothing to meet. */
export interface UselessCondition {
  readonly pointer: string;
  readonly why: 'never-passes' | 'never-fails' | 'contradicts';
}

const MOST_SUBSETS = 12;

/** Values of the fact that tell all the tests apart: every word, every set of words, both sides of every bound. */
export function samplesOf(fact: string, tests: readonly Test[]): readonly FactValue[] {
  const domain = factDefinition(fact)!.domain;
  switch (domain.type) {
    case 'choice':
    case 'order':
      return Object.keys(domain.values);
    case 'flag':
      return [true, false];
    case 'set': {
      const words = Object.keys(domain.values);
      if (words.length > MOST_SUBSETS) throw new RangeError(`${fact} has too many words to try every set of them`);
      return Array.from({ length: 2 ** words.length }, (_, bits) => words.filter((_word, i) => (bits >> i) & 1));
    }
    case 'number': {
      const near = tests.flatMap(({ value }: Test & { value?: unknown }) =>
        typeof value === 'number' ? [value - 1, value, value + 1] : [],
      );
      return [domain.from, domain.to, ...near.filter((n) => n >= domain.from && n <= domain.to)];
    }
    case 'region':
      return [...prefixesOf(tests).map((prefix) => prefix.padEnd(6, '0')), '999999'];
  }
}

const prefixesOf = (tests: readonly Test[]): readonly string[] =>
  tests.flatMap((test) => (test.op === 'within' ? test.values : []));

type Placed = readonly [pointer: string, condition: SingleCondition];

/**
 * What a programme asks in vain (可达性). Facts are independent, so the conditions of each fact are looked at by
 * themselves: those of the whole programme together, and those of each route together with them.
 */
export function uselessConditions({ conditions }: Pick<Programme, 'conditions'>): readonly UselessCondition[] {
  const found: UselessCondition[] = [];
  const always: Placed[] = [];
  for (const [i, condition] of conditions.entries())
    if (!isAlternative(condition)) addTo(always, found, [`/conditions/${i}`, condition]);
  for (const [i, condition] of conditions.entries())
    if (isAlternative(condition))
      for (const [r, { all }] of condition.anyOf.entries()) {
        const route = [...always];
        for (const [k, single] of all.entries()) addTo(route, found, [`/conditions/${i}/anyOf/${r}/all/${k}`, single]);
      }
  return found;
}

function addTo(before: Placed[], found: UselessCondition[], placed: Placed): void {
  const [pointer, test] = placed;
  const others = before.flatMap(([, other]) => (other.fact === test.fact ? [other] : []));
  const samples = samplesOf(test.fact, [...others, test]);
  const passing = samples.filter((value) => holds(test, value));
  if (passing.length === 0) found.push({ pointer, why: 'never-passes' });
  else if (passing.length === samples.length) found.push({ pointer, why: 'never-fails' });
  else if (!passing.some((value) => others.every((other) => holds(other, value))))
    found.push({ pointer, why: 'contradicts' });
  before.push(placed);
}
