import { applicationCheckDigit, parseApplicationNumber } from './application-number.ts';

describe('patent application numbers', () => {
  it('check digits agree with published numbers', () => {
    expect(applicationCheckDigit('200710308494')).toBe('X');
    expect(applicationCheckDigit('201710601862')).toBe('3');
  });
  it.each([
    '200710308494.X',
    'CN200710308494.X',
    'ZL200710308494.x',
    'zl 2007 1 0308494.X',
    '２００７１０３０８４９４．Ｘ',
    '200710308494X',
  ])('%s is one application', (raw) =>
    expect(parseApplicationNumber(raw)).toEqual({
      ok: true,
      appNo: '200710308494.X',
      type: 'invention',
      restored: false,
    }),
  );
  it('restores a lost check digit', () =>
    expect(parseApplicationNumber('CN201710601862')).toEqual({
      ok: true,
      appNo: '201710601862.3',
      type: 'invention',
      restored: true,
    }));
  it('refuses a wrong one and names the computed', () =>
    expect(parseApplicationNumber('201710601862.4')).toEqual({
      ok: false,
      code: 'APPNO_CHECK',
      suggestion: '201710601862.3',
    }));
  it('reads the old form of eight digits', () => {
    const check = applicationCheckDigit('98201234');
    expect(parseApplicationNumber(`ZL98201234.${check}`)).toEqual({
      ok: true,
      appNo: `98201234.${check}`,
      type: 'utilityModel',
      restored: false,
    });
  });
  it.each(['2.0171E+11', '20171060186', '2017106018623', '201740601862.3', 'US10123456', ''])(
    '%j is refused or read',
    (raw) => {
      const parsed = parseApplicationNumber(raw);
      expect(parsed.ok ? parsed.appNo : parsed.code).toBe(raw === '2017106018623' ? '201710601862.3' : 'APPNO_FORM');
    },
  );
});
