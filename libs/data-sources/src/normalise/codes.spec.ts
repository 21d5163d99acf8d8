import { readFileSync } from 'node:fs';
import type { Issue } from '../issue.ts';
import { referenceTables } from '../reference-tables.ts';
import { readIndustry, readRegion } from './code.ts';
import { flagWords, readEnum, readFlag, readOperation } from './enumeration.ts';

const json = (name: string): unknown => JSON.parse(readFileSync(`models/reference/${name}.v1.json`, 'utf8'));
const tables = referenceTables(json('gb2260'), json('gbt4754-2017'));
const codes = (read: (issues: Issue[]) => unknown): [unknown, string[]] => {
  const issues: Issue[] = [];
  return [read(issues), issues.map((i) => i.code)];
};

describe('code tables', () => {
  it('hold the standards whole', () => {
    expect(tables.regions.size).toBe(6781);
    expect(tables.regions.get('110103')).toEqual(['198012', '200912']);
    expect(tables.industries.size).toBe(1971);
    expect(tables.divisionLetters.size).toBe(97);
    expect(tables.divisionLetters.get('65')).toBe('I');
  });
  it('refuse another shape', () => {
    expect(() => referenceTables({}, {})).toThrow(TypeError);
    expect(() => referenceTables({ codes: { '44': ['a', 'b'] } }, { codes: {} })).toThrow(TypeError);
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
