import { fen, localDate } from '#lib/kernel';
import { checkCase, type SharedCase } from './check-case.ts';
import { classOf, shippedScheme } from './shipped-schemes.ts';

const DAY = localDate('2026-06-30');
const good: SharedCase = {
  principal: fen(500_000_000),
  firmInForce: fen(0),
  guaranteeFeeBp: 100,
  reGuaranteeFeeBp: 30,
  otherFees: [],
  lenderPassesOn: false,
};
const failing = (code: string, shareClass: string, shared: Partial<SharedCase>): string[] => {
  const scheme = shippedScheme(code, DAY);
  const { ok, checks } = checkCase(scheme.scheme, classOf(scheme, shareClass), { ...good, ...shared });
  const failed = checks.filter(({ state }) => state !== 'pass').map(({ rule, state }) => `${rule} ${state}`);
  expect(ok).toBe(failed.length === 0);
  return failed;
};

describe('a case under its scheme', () => {
  it.each<[string, string, Partial<SharedCase>, string[]]>([
    ['KJDB', 'A', {}, []],
    ['KJDB', 'A', { firmInForce: fen(2_500_000_000) }, []],
    ['KJDB', 'A', { firmInForce: fen(2_500_000_001) }, ['SINGLE_FIRM fail']],
    ['KJDB', 'A', { firmInForce: null }, ['SINGLE_FIRM unknown']],
    ['KJDB', 'A', { reGuaranteeFeeBp: 31 }, ['RE_GUARANTEE_FEE fail']],
    ['KJDB', 'A', { reGuaranteeFeeBp: 50, principal: fen(500_000_001) }, []],
    ['KJDB', 'A', { reGuaranteeFeeBp: 51, principal: fen(500_000_001) }, ['RE_GUARANTEE_FEE fail']],
    ['KJDB', 'A', { reGuaranteeFeeBp: null }, []],
    ['KJDB', 'A', { reGuaranteeFeeBp: null, reGuaranteed: true }, ['RE_GUARANTEE_FEE unknown']],
    ['KJDB', 'A', { reGuaranteed: true }, []],
    ['ZZD', 'B20', { reGuaranteeFeeBp: null, reGuaranteed: true }, []],
    ['KJDB', 'A', { otherFees: ['保证金', '咨询费'] }, ['OTHER_FEES fail']],
    ['KJDB', 'C', { tree: classOf(shippedScheme('KJDB', DAY), 'B').tree }, ['SHARES fail']],
    ['KJDB', 'A', { tree: classOf(shippedScheme('KJDB', DAY), 'C').tree }, []],
    ['ZDZ', 'ALL', { lenderPassesOn: true }, ['LENDER_KEEPS_SHARE fail']],
    ['ZDZ', 'ALL', { guaranteeFeeBp: 101, reGuaranteeFeeBp: 31 }, ['GUARANTEE_FEE fail', 'RE_GUARANTEE_FEE fail']],
    ['SCZD', 'ALL', { reGuaranteeFeeBp: 7 }, ['RE_GUARANTEE_FEE fail']],
    ['SCZD', 'ALL', { reGuaranteeFeeBp: 10, principal: fen(500_000_001) }, []],
    ['LFF', 'ALL', { firmInForce: null, guaranteeFeeBp: 900, lenderPassesOn: true, otherFees: ['咨询费'] }, []],
  ])('%s %s with %j fails in %j', (code, shareClass, shared, failed) => {
    expect(failing(code, shareClass, shared)).toEqual(failed);
  });

  it('says why in both languages', () => {
    const { scheme } = shippedScheme('KJDB', DAY);
    const { checks } = checkCase(scheme, scheme.classes[0]!, { ...good, firmInForce: fen(2_500_000_001) });
    expect(checks.find(({ rule }) => rule === 'SINGLE_FIRM')).toEqual({
      rule: 'SINGLE_FIRM',
      state: 'fail',
      zh: '单户在保余额30,000,000.01元，上限30,000,000.00元',
      en: 'in force for the firm 30,000,000.01 yuan, at most 30,000,000.00 yuan',
    });
  });
});
