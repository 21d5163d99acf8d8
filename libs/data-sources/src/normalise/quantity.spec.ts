import type { Issue } from '../issue.ts';
import { readPercent, readQuantity } from './quantity.ts';

const quantity = (raw: string | undefined): unknown[] => {
  const issues: Issue[] = [];
  return [readQuantity(raw, 2, 'USE_QTY', issues), issues.map((issue) => issue.code)];
};
const percent = (raw: string | undefined): unknown[] => {
  const issues: Issue[] = [];
  return [readPercent(raw, '份额', issues), issues.map((issue) => issue.code)];
};

describe('readQuantity', () => {
  it.each([
    ['12.5', 1250, []],
    ['1,200.00', 120_000, []],
    ['.5', 50, []],
    ['0', 0, []],
    ['0.005', 1, []],
    ['－', undefined, []],
    ['', undefined, []],
    ['-3', undefined, ['DQ15']],
    ['12吨', undefined, ['DQ15']],
  ])('reads «%s»', (raw, value, codes) => expect(quantity(raw)).toEqual([value, codes]));

  it('says nothing of a column that is not there', () => expect(quantity(undefined)).toEqual([undefined, []]));
});

describe('readPercent', () => {
  it.each([
    ['35', 3500, []],
    ['35.5%', 3550, []],
    ['３５％', 3500, []],
    ['100', 10_000, []],
    ['100.01', undefined, ['DQ15']],
    ['一半', undefined, ['DQ15']],
    ['/', undefined, []],
  ])('reads «%s»', (raw, value, codes) => expect(percent(raw)).toEqual([value, codes]));
});
