import type { Issue } from '../issue.ts';
import { readUscc } from './uscc.ts';

const read = (raw: string | undefined): [string | undefined, Issue[]] => {
  const issues: Issue[] = [];
  return [readUscc(raw, '代码', issues), issues];
};

describe('readUscc', () => {
  it('upper-cases, trims and narrows', () =>
    expect(read(' ９１350100m000100y43\t')).toEqual(['91350100M000100Y43', []]));
  it('warns of a failing check digit and names the computed one', () =>
    expect(read('91350100M0001TGQXM')).toEqual([
      '91350100M0001TGQXM',
      [{ code: 'DQ02', column: '代码', raw: '91350100M0001TGQXM', suggestion: '91350100M0001TGQX1' }],
    ]));
  it('suggests O→0 and I→1, never applies them', () =>
    expect(read('9135O1OOMOOOIOOY43')).toEqual([
      undefined,
      [{ code: 'DQ01', column: '代码', raw: '9135O1OOMOOOIOOY43', suggestion: '91350100M000100Y43' }],
    ]));
  it('refuses what a spreadsheet made of it', () =>
    expect(read('9.13501E+17')).toEqual([undefined, [{ code: 'DQ01', column: '代码', raw: '9.13501E+17' }]]));
  it('names an old registration number', () =>
    expect(read('110108012660422')).toEqual([undefined, [{ code: 'DQ04', column: '代码', raw: '110108012660422' }]]));
  it.each([undefined, '', 'N/A'])('%j is a missing code', (raw) =>
    expect(read(raw)).toEqual([undefined, [{ code: 'DQ14', column: '代码' }]]),
  );
});
