import fc from 'fast-check';
import { productOf } from './product.ts';

describe('the product behind a software title', () => {
  it.each([
    '样例质检管理系统',
    '样例质检管理系统V1.0',
    '样例质检管理系统 v2.1.3',
    '样例质检管理系统[简称:质检]V3.0',
    '样例质检管理系统(安卓版)V1.0',
    '样例质检管理系统软件V1.0.2(Build 7)',
    '样例质检管理系统2.0版',
    '样例质检管理系统第二版',
    '样例质检管理系统-升级版',
    '样例质检管理系统 二期',
    '样例质检管理系统iOS端',
    '样例质检管理系统 Ver.4',
  ])('%s is one product', (title) => expect(productOf(title)).toBe('样例质检管理系统'));

  it.each([
    ['样例365', '样例365'],
    ['样例ERP 2000', '样例erp2000'],
    ['样例质检软件', '样例质检软件'],
    ['样例质检平台软件', '样例质检平台'],
    ['V1.0', 'v10'],
    ['(样例)', '(样例)'],
  ])('%s stays %s', (title, product) => expect(productOf(title)).toBe(product));

  it('is the product of itself with any version', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[样例质检管理]{3,8}$/), fc.nat(20), fc.nat(20), (name, a, b) => {
        expect(productOf(`${name}V${a}.${b}`)).toBe(productOf(name));
      }),
    );
  });
});
