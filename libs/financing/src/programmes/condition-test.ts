import { compareExact, type Measured, type Text } from '#lib/scoring';
import { showMeasured } from '#lib/whitelist';
import type { Domain, FactValue, Unit } from './fact-types.ts';
import { factDefinition } from './facts.ts';
import { joined, percentOfBp, yuanWords } from './words.ts';

/** What a condition asks of one fact. `count`: at least so many of `values`. The bound of an order is one of its words. */
export type Test = { readonly fact: string } & (
  | { readonly op: 'in'; readonly values: readonly string[] }
  | { readonly op: 'is'; readonly value: boolean }
  | { readonly op: 'atLeast' | 'atMost'; readonly value: number | string }
  | { readonly op: 'within'; readonly values: readonly string[] }
  | { readonly op: 'includes'; readonly values: readonly string[]; readonly count: number }
);

/** The operators that suit a domain. */
export const OPERATORS: Readonly<Record<Domain['type'], readonly Test['op'][]>> = {
  choice: ['in'],
  order: ['in', 'atLeast', 'atMost'],
  set: ['includes'],
  number: ['atLeast', 'atMost'],
  flag: ['is'],
  region: ['within'],
};

/** Whether the value meets the test. Of a number that is `none` no bound holds: there is nothing to compare. */
export function holds(test: Test, value: FactValue): boolean {
  switch (test.op) {
    case 'in':
      return test.values.includes(value as string);
    case 'is':
      return value === test.value;
    case 'within':
      return test.values.some((prefix) => (value as string).startsWith(prefix));
    case 'includes':
      return test.values.filter((word) => (value as readonly string[]).includes(word)).length >= test.count;
    case 'atLeast':
      return distance(test, value) >= 0;
    case 'atMost':
      return distance(test, value) <= 0;
  }
}

/** Sign of value − bound, in the order of the fact; NaN where the two cannot be compared. */
function distance(test: Test & { readonly value: number | string }, value: FactValue): number {
  const domain = factDefinition(test.fact)?.domain;
  if (domain?.type === 'order') {
    const ranks = Object.keys(domain.values);
    return ranks.indexOf(value as string) - ranks.indexOf(test.value as string);
  }
  return typeof value === 'string'
    ? Number.NaN
    : compareExact(value as Exclude<Measured, string>, test.value as number);
}

const UNITS: Readonly<Record<Unit, (value: Measured) => Text>> = {
  fen: (value) => yuanWords(value as number),
  months: (value) => ({ zh: `${showMeasured(value)}个月`, en: `${showMeasured(value)} months` }),
  days: (value) => ({ zh: `${showMeasured(value)}天`, en: `${showMeasured(value)} days` }),
  bp: (value) => same(percentOfBp(value as number)),
  percent: (value) => same(`${showMeasured(value)} %`),
  // Marks are kept in hundredths, so that a mean of experts is exact.
  hundredths: (value) =>
    same(showMeasured(typeof value === 'object' ? mean(value) : { num: value as number, den: 100 })),
  mark: (value) => same(`${showMeasured(value)}/5`),
  count: (value) => same(showMeasured(value)),
};
const same = (word: string): Text => ({ zh: word, en: word });
const mean = ({ num, den }: { readonly num: number; readonly den: number }) => ({ num, den: den * 100 });
const NONE: Text = { zh: '无', en: 'none' };

/** A value in words. */
export function valueWords(fact: string, value: FactValue): Text {
  const domain = factDefinition(fact)?.domain;
  switch (domain?.type) {
    case 'choice':
    case 'order':
      return domain.values[value as string] ?? same(value as string);
    case 'set': {
      const words = (value as readonly string[]).map((word) => domain.values[word] ?? same(word));
      return words.length === 0 ? NONE : joined(words, '、', ', ');
    }
    case 'number':
      return typeof value === 'string' ? NONE : UNITS[domain.unit](value as Measured);
    case 'flag':
      return value === true ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' };
    case 'region':
    case undefined:
      return same(value as string);
  }
}

/** What the test asks for, in words. */
export function requirementWords(test: Test): Text {
  const words = (values: readonly string[]): readonly Text[] =>
    values.map((value) => valueWords(test.fact, test.op === 'includes' ? [value] : value));
  switch (test.op) {
    case 'in':
      return joined(words(test.values), '、', ' or ');
    case 'is':
      return valueWords(test.fact, test.value);
    case 'within':
      return {
        zh: `区划代码以${test.values.join('、')}开头`,
        en: `a region code that starts with ${test.values.join(' or ')}`,
      };
    case 'includes': {
      const list = joined(words(test.values), '、', ', ');
      return test.count === test.values.length
        ? { zh: `包括${list.zh}`, en: `all of ${list.en}` }
        : { zh: `${list.zh}中至少${test.count}项`, en: `at least ${test.count} of ${list.en}` };
    }
    case 'atLeast': {
      const { zh, en } = valueWords(test.fact, test.value);
      return { zh: `不低于${zh}`, en: `at least ${en}` };
    }
    case 'atMost': {
      const { zh, en } = valueWords(test.fact, test.value);
      return { zh: `不高于${zh}`, en: `at most ${en}` };
    }
  }
}
