import type { Issue } from '../issue.ts';
import { parseDecimal, scaled } from './decimal.ts';
import { readCount } from './number.ts';

const count = (raw: string): [number | undefined, string[]] => {
  const issues: Issue[] = [];
  return [readCount(raw, 'n', issues), issues.map((i) => i.code)];
};

describe('numbers', () => {
  it.each([
    ['0', 0],
    ['12', 12],
    ['１２', 12],
    [' 12 ', 12],
    ['1,234', 1234],
    ['１，２３４', 1234],
    ['12.0', 12],
    ['12.00', 12],
  ])('%j is %d', (raw, value) => expect(count(raw)).toEqual([value, []]));
  it.each(['12.5', '-3', '1,23', '12人', '1e3', '99999999999999999999', '.5'])('%j is no count', (raw) =>
    expect(count(raw)).toEqual([undefined, ['DQ15']]),
  );
  it.each(['', '-', '无'])('%j says nothing', (raw) => expect(count(raw)).toEqual([undefined, []]));
  it('scales exactly, halves up', () => {
    expect(scaled(parseDecimal('1,234.5600')!, 6)).toBe(1_234_560_000);
    expect(scaled(parseDecimal('0.285')!, 2)).toBe(29);
    expect(scaled(parseDecimal('0.2849999999999999999999')!, 2)).toBe(28);
    expect(scaled(parseDecimal('9007199254740992')!, 0)).toBeUndefined();
  });
});
