import { readFileSync } from 'node:fs';
import type { Issue } from '../issue.ts';
import { referenceTables } from '../reference-tables.ts';
import { localDate } from '#lib/kernel';
import { readIndustry } from './code.ts';
import { flagWords, readEnum, readFlag, readOperation } from './enumeration.ts';
import { readRegion } from './region.ts';

const json = (name: string): unknown => JSON.parse(readFileSync(`models/reference/${name}.json`, 'utf8'));
const tables = referenceTables(json('gb2260.v2'), json('gbt4754-2017.v1'));
const codes = (read: (issues: Issue[]) => unknown): [unknown, string[]] => {
  const issues: Issue[] = [];
  return [read(issues), issues.map((i) => i.code)];
};

describe('code tables', () => {
  it('hold the standards whole', () => {
    expect(tables.regions.size).toBe(6781);
    expect(tables.regions.get('110103')).toEqual([['000000', '201012']]);
    expect(tables.territories.has('4403') && tables.territories.has('44') && !tables.territories.has('4499')).toBe(
      true,
    );
    expect(tables.industries.size).toBe(1971);
    expect(tables.divisionLetters.size).toBe(97);
    expect(tables.divisionLetters.get('65')).toBe('I');
  });
  it('refuse another shape', () => {
    expect(() => referenceTables({}, {})).toThrow(TypeError);
    const table = (spans: unknown): (() => unknown) => {
      return () => referenceTables({ revisions: ['198012', '198112'], codes: spans }, { codes: {} });
    };
    expect(table({ '198012-198112': '440305' })).not.toThrow();
    for (const span of ['44', '198112-198012', '198012-199012', '198012', ''])
      expect(table({ [span]: '440305' })).toThrow(TypeError);
  });
  it.each([
    ['440305', '440305', []],
    [' ４４０３０５ ', '440305', []],
    ['449999', '449999', ['REGION_UNKNOWN']],
    ['南山区', undefined, ['REGION_UNKNOWN']],
    ['', undefined, []],
  ])('region %j', (raw, value, issues) =>
    expect(codes((i) => readRegion(raw, 'r', tables, i))).toEqual([value, issues]),
  );
  it.each([
    ['440305', '1985-06-01', ['REGION_DATE']], // 南山区: in the revisions since 1990-12
    ['440305', '1990-01-01', []], // between two revisions nobody says
    ['440305', '2026-01-01', []],
    ['110103', '2010-11-30', []], // 崇文区: in the revisions to 2009-12; the next is of 2010-12
    ['110103', '2010-12-01', ['REGION_DATE']],
    ['330103', '2019-04-30', []], // 下城区: in the last revision, not in the current list
    ['330103', '2021-06-01', ['REGION_DATE']],
    ['330113', '2019-04-30', ['REGION_DATE']], // 临平区: in the current list only
    ['330113', '2021-06-01', []],
    ['210711', '1982-06-01', []], // a code given twice, with a gap
    ['210711', '1982-12-31', ['REGION_DATE']],
    ['210711', '1983-06-01', []],
    ['110100', '1985-01-01', []], // 市辖区 is a level: the revisions leave it out
    ['449999', '2020-01-01', ['REGION_UNKNOWN']],
  ])('region %s on %s: %j', (raw, day, issues) => {
    const on = localDate(day);
    expect(codes((i) => readRegion(raw, 'r', tables, i, { from: on, to: on }))).toEqual([raw, issues]);
  });
  it('a state may name what held at any time since it began', () => {
    const since = (from: string): unknown =>
      codes((i) => readRegion('110103', 'r', tables, i, { from: localDate(from), to: localDate('2026-01-01') }));
    expect(since('2010-11-30')).toEqual(['110103', []]);
    expect(since('2010-12-01')).toEqual(['110103', ['REGION_DATE']]);
  });
  it.each([
    ['光明新区', '2016-01-01', '440306'],
    ['深圳市光明新区', '2020-01-01', '440311'],
    ['坪山新区', '2016-09-30', '440307'],
    ['坪山新区', '2016-10-01', '440310'],
    ['大鹏新区', '2020-01-01', '440307'],
    ['前海深港现代服务业合作区', '2020-01-01', '440305'],
    ['深汕特别合作区', '2020-01-01', '440300'],
  ])('zone %s on %s is %s', (raw, day, code) => {
    const on = localDate(day);
    expect(codes((i) => readRegion(raw, 'r', tables, i, { from: on, to: on }))).toEqual([code, []]);
  });
  it.each([
    ['I6513', 'I6513', []],
    ['i6513', 'I6513', []],
    ['6513', 'I6513', []],
    ['65', 'I65', []],
    ['I', 'I', []],
    ['C6513', 'C6513', ['INDUSTRY_UNKNOWN']],
    ['9999', '9999', ['INDUSTRY_UNKNOWN']],
    ['软件开发', undefined, ['INDUSTRY_UNKNOWN']],
  ])('industry %j', (raw, value, issues) =>
    expect(codes((i) => readIndustry(raw, 'r', tables, i))).toEqual([value, issues]),
  );
  it('judge nothing when they are absent', () => {
    expect(codes((i) => readRegion('449999', 'r', undefined, i))).toEqual(['449999', []]);
    expect(codes((i) => readIndustry('6513', 'r', undefined, i))).toEqual(['6513', []]);
  });
});

describe('enumerations', () => {
  it('leave an unknown word out, and say nothing of a null word', () => {
    const words = new Map([['甲', 1]]);
    expect(codes((i) => readEnum(' 甲', 'e', words, i))).toEqual([1, []]);
    expect(codes((i) => readEnum('乙', 'e', words, i))).toEqual([undefined, ['DQ12']]);
    expect(codes((i) => readEnum('-', 'e', words, i))).toEqual([undefined, []]);
  });
  it('read flags, operations, and never guess an operation', () => {
    expect(codes((i) => [readFlag('是', 'f', i), readFlag('TRUE', 'f', i), readFlag('N', 'f', i)])).toEqual([
      [true, true, false],
      [],
    ]);
    expect(codes((i) => readFlag('已到账', 'f', i, flagWords(['已到账', true])))).toEqual([true, []]);
    expect(codes((i) => [undefined, '', ' ', '新增', 'U'].map((o) => readOperation(o, 'o', i)))).toEqual([
      ['U', 'U', 'U', 'U', 'U'],
      [],
    ]);
    expect(codes((i) => ['D', ' d', '删除', '撤回'].map((o) => readOperation(o, 'o', i)))).toEqual([
      ['D', 'D', 'D', 'D'],
      [],
    ]);
    expect(codes((i) => readOperation('X', 'o', i))).toEqual([undefined, ['DQ12']]);
  });
});
