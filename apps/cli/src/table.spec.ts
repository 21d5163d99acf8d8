import { tableOf, widthOf } from './table.ts';

describe('a table in a terminal', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['社保', 4],
    ['（A）', 5],
    ['ｆｕｌｌ', 8],
    ['𠮷', 2],
    ['e\u0301', 1],
    ['100.00 %', 8],
    ['–', 1],
  ])('%j is %i columns wide', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('has its columns under one another, and no blanks at the end of a line', () => {
    const lines = tableOf(['name 名', 'n'], [['社保', '1'], ['patents', '22'], ['x']]);
    expect(lines).toEqual(['name 名  n', '社保     1', 'patents  22', 'x']);
    expect(tableOf(['a'], [])).toEqual(['a']);
  });
});
