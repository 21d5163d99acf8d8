import { isIdNumber, looksPersonal } from './personal.ts';

/** The example printed in GB 11643 itself; nobody's number. */
const EXAMPLE_ID = '11010519491231002X';

describe('looksPersonal', () => {
  it.each([
    '身份证号',
    '法定代表人',
    '法人',
    '联系电话',
    '手 机'.replace(' ', ''),
    '经办人姓名',
    'Email',
    'legal_rep',
    '出生日期',
    'inventors',
  ])('header %s', (header) => expect(looksPersonal(header, [])).toMatch(/^header: /));
  it.each(['备注', '企业名称', '法人类型', '户数', '行业名称', 'remark', 'applicants'])('header %s is none', (header) =>
    expect(looksPersonal(header, ['1', '甲公司', '2024-01-01', '9144030000000000XX'])).toBeUndefined(),
  );
  it('finds one identity number in a thousand remarks', () => {
    expect(looksPersonal('备注', [...Array<string>(999).fill('无'), `见${EXAMPLE_ID}`])).toBe(
      'values: identity numbers',
    );
    expect(looksPersonal('备注', [EXAMPLE_ID.replace(/X$/, '1')])).toBeUndefined();
    expect(looksPersonal('备注', ['110105194913310021'])).toBeUndefined();
  });
  it('finds mobiles and e-mail addresses when they are no exception', () => {
    expect(looksPersonal('备注', ['13800138000'])).toBe('values: mobile telephone numbers');
    expect(looksPersonal('备注', ['+86 138-0013-8000', '', 'x'])).toBe('values: mobile telephone numbers');
    expect(looksPersonal('备注', ['a@example.com'])).toBe('values: e-mail addresses');
    expect(looksPersonal('备注', ['13800138000', ...Array<string>(9).fill('x')])).toBeUndefined();
  });
  it('checks birthday and check character', () => {
    expect(isIdNumber(EXAMPLE_ID)).toBe(true);
    expect(isIdNumber(EXAMPLE_ID.toLowerCase())).toBe(true);
    expect(isIdNumber('110105194912310020')).toBe(false);
  });
});
