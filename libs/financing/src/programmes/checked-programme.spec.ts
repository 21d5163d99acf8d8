import { ProblemError } from '#lib/kernel';
import { checkedProgramme } from './checked-programme.ts';

type Json = Record<string, unknown>;
const grade = { id: 'grade', zh: '等级', en: 'Grade', fact: 'grade', op: 'atLeast', value: 'B', status: 'stated' };
const heads = { id: 'age', zh: '年龄', en: 'Age', fact: 'ageMonths', op: 'atMost', value: 36, status: 'stated' };
const needs = {
  id: 'needs',
  zh: '需求',
  en: 'Needs',
  fact: 'needs',
  op: 'includes',
  values: ['loan', 'lease'],
  count: 1,
};
const region = {
  id: 'place',
  zh: '区划',
  en: 'Region',
  fact: 'region',
  op: 'within',
  values: ['44'],
  status: 'stated',
};
const stage = { id: 'stage', zh: '阶段', en: 'Stage', fact: 'stage', op: 'in', values: ['seed'], status: 'stated' };
const flag = { id: 'flag', zh: '无贷户', en: 'No loan', fact: 'noLoanRecord', op: 'is', value: true, status: 'stated' };
const either = (a: Json, b: Json, more: Json = {}): Json => ({
  id: 'either',
  zh: '任一',
  en: 'Either',
  status: 'stated',
  anyOf: [
    { zh: '一', en: 'one', all: [a], ...more },
    { zh: '二', en: 'two', all: [b] },
  ],
});
const good: Json = {
  code: 'XYZ',
  version: '1',
  zh: '方案',
  en: 'A programme',
  kind: 'product',
  validFrom: '2025-01-01',
  validityStatus: 'stated',
  territory: ['4403'],
  territoryStatus: 'stated',
  desks: ['BANK'],
  conditions: [grade, heads],
  amount: { rule: 'cap', capFen: 100, status: 'stated' },
  term: { fromMonths: 12, toMonths: 36, status: 'proposal' },
  guaranteed: { bp: 8000, status: 'proposal' },
  sharing: { scheme: 'ZZD', status: 'stated' },
  parameters: [
    {
      code: 'RATE',
      zh: '利率',
      en: 'Rate',
      unit: 'bp',
      rows: [
        { from: '2024-01-01', until: '2024-06-30', value: 1, status: 'stated' },
        { from: '2025-01-01', value: 2, status: 'stated' },
      ],
    },
  ],
  notes: [{ zh: '注', en: 'note', status: 'unverified' }],
};

/** A copy with one place changed; undefined takes it out. */
function changed(path: string, value: unknown): Json {
  const copy = structuredClone(good);
  const steps = path.slice(1).split('/');
  const last = steps.pop()!;
  const parent = steps.reduce<Json>((at, step) => at[step] as Json, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function faults(document: unknown): readonly string[] {
  try {
    checkedProgramme(document);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.errors!.map(({ pointer }) => pointer!);
    throw error;
  }
  return [];
}
const conditions = (...list: readonly unknown[]): Json => ({ ...good, conditions: list });

describe('a programme', () => {
  it('passes as it should be', () => {
    expect(faults(good)).toEqual([]);
    expect(
      faults(conditions(region, { ...needs, status: 'stated' }, either(grade, heads, { until: '2027-09-30' }))),
    ).toEqual([]);
  });

  it('has a hash of its content, whatever the order of its fields', () => {
    const { hash } = checkedProgramme(good);
    expect(checkedProgramme(Object.fromEntries(Object.entries(good).reverse())).hash).toBe(hash);
    expect(checkedProgramme(changed('/amount/capFen', 101)).hash).not.toBe(hash);
  });

  const places: readonly (readonly [path: string, value: unknown, pointer?: string])[] = [
    ['/code', 'xy'],
    ['/version', ''],
    ['/zh', undefined],
    ['/en', 5],
    ['/kind', 'loan'],
    ['/validFrom', '2025-02-30'],
    ['/validTo', '2024-12-31'],
    ['/validityStatus', 'official'],
    ['/territory', '4403'],
    ['/territory/0', 'SZ'],
    ['/territoryStatus', undefined],
    ['/desks/0', 'bank'],
    ['/conditions', []],
    ['/amount/rule', 'much'],
    ['/amount/capFen', 0.5],
    ['/amount/toBp', 1],
    ['/amount/status', undefined],
    ['/term/toMonths', 11, '/term'],
    ['/guaranteed/bp', 10_001],
    ['/sharing/scheme', '5:3:2'],
    ['/parameters/0/code', 'rate'],
    ['/parameters/0/unit', 'percent'],
    ['/parameters/0/rows', []],
    ['/parameters/0/rows/1/from', '2024-06-30'],
    ['/parameters/0/rows/0/until', '2023-12-31'],
    ['/parameters/0/rows/0/value', -1],
    ['/parameters/0/rows/0/status', 'sure'],
    [
      '/parameters/1',
      { code: 'RATE', zh: '甲', en: 'a', unit: 'bp', rows: [{ from: '2024-01-01', value: 1, status: 'stated' }] },
      '/parameters/1/code',
    ],
    ['/notes/0/status', undefined],
    ['/notes/0/said', 'x'],
    ['/whyNever', { zh: '不适用', en: 'never' }],
    ['/extra', 1],
  ];
  it.each(places.map(([path, value, pointer = path]) => ({ path, value, pointer })))(
    'is refused for $path',
    ({ path, value, pointer }) => expect(faults(changed(path, value))).toEqual([pointer]),
  );

  it('of information says why no firm is eligible', () => {
    expect(faults({ ...good, kind: 'information' })).toEqual(['/whyNever']);
    expect(faults({ ...good, kind: 'information', whyNever: { zh: '不适用' } })).toEqual(['/whyNever/en']);
  });

  it.each<[string, unknown, string]>([
    ['a fact that is none', { ...grade, fact: 'mood' }, '/conditions/0/fact'],
    ['a list whose code is none', { ...grade, fact: 'standing:ck' }, '/conditions/0/fact'],
    ['an operator of another domain', { ...grade, op: 'is' }, '/conditions/0/op'],
    ['a word of another domain', { ...grade, value: 'D' }, '/conditions/0/value'],
    ['a number past its domain', { ...heads, value: 1201 }, '/conditions/0/value'],
    ['a text for yes or no', { ...flag, value: 'yes' }, '/conditions/0/value'],
    ['no values', { ...stage, values: [] }, '/conditions/0/values'],
    ['a value twice', { ...needs, status: 'stated', values: ['loan', 'loan'] }, '/conditions/0/values'],
    ['a need that is none', { ...needs, status: 'stated', values: ['money', 'loan'] }, '/conditions/0/values/0'],
    ['more than it names', { ...needs, status: 'stated', count: 3 }, '/conditions/0/count'],
    ['a region that is none', { ...region, values: ['4'] }, '/conditions/0/values/0'],
    ['no authority', { ...grade, status: undefined }, '/conditions/0/status'],
    ['an id that every programme has', { ...grade, id: 'territory' }, '/conditions/0/id'],
    ['a field that is none', { ...grade, note: '' }, '/conditions/0/note'],
    ['one route only', { ...either(grade, heads), anyOf: [] }, '/conditions/0/anyOf'],
    ['a route without conditions', either(grade, heads, { all: [] }), '/conditions/0/anyOf/0/all'],
    [
      'a route that ends before it begins',
      either(grade, heads, { from: '2026-01-01', until: '2025-01-01' }),
      '/conditions/0/anyOf/0/until',
    ],
  ])('is refused for a condition with %s', (_title, condition, pointer) => {
    expect(faults(conditions(condition))).toContain(pointer);
  });

  it('is refused for an id that is used twice, in a route as well', () => {
    expect(faults(conditions(grade, { ...heads, id: 'grade' }))).toEqual(['/conditions/1/id']);
    expect(faults(conditions(grade, either(flag, { ...heads, id: 'grade' })))).toEqual([
      '/conditions/1/anyOf/1/all/0/id',
    ]);
  });
});

describe('what a programme asks in vain', () => {
  const why = (...list: readonly unknown[]): readonly string[] => {
    try {
      checkedProgramme(conditions(...list));
    } catch (error) {
      return (error as ProblemError).problem.errors!.map(({ pointer, en }) => `${pointer} ${en}`);
    }
    return [];
  };
  const also = (condition: Json, more: Json): Json => ({ ...condition, id: `${String(condition['id'])}2`, ...more });

  it.each<[string, readonly unknown[], string]>([
    ['the lowest grade', [{ ...grade, value: 'C' }], '/conditions/0 every firm meets it'],
    ['any age', [{ ...heads, value: 1200 }], '/conditions/0 every firm meets it'],
    ['every word', [{ ...stage, values: ['seed', 'startup', 'growth'] }], '/conditions/0 every firm meets it'],
    [
      'two ages apart',
      [heads, also(heads, { op: 'atLeast', value: 37 })],
      '/conditions/1 contradicts another condition on the same fact',
    ],
    [
      'two stages apart',
      [stage, also(stage, { values: ['growth'] })],
      '/conditions/1 contradicts another condition on the same fact',
    ],
    [
      'two grades apart',
      [grade, also(grade, { op: 'atMost', value: 'CCC' })],
      '/conditions/1 contradicts another condition on the same fact',
    ],
    [
      'yes and no',
      [flag, also(flag, { value: false })],
      '/conditions/1 contradicts another condition on the same fact',
    ],
    [
      'a route against the whole',
      [flag, either(also(flag, { value: false }), grade)],
      '/conditions/1/anyOf/0/all/0 contradicts another condition on the same fact',
    ],
  ])('is refused: %s', (_title, list, expected) => {
    expect(why(...list)).toContain(expected);
  });

  it('is not refused where two bounds meet in one value', () => {
    expect(why(heads, also(heads, { op: 'atLeast', value: 36 }))).toEqual([]);
  });
});
