import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { parseFinancingAmount } from './financing-amount.ts';

const brief = (text: string): string => {
  const parsed = parseFinancingAmount(text);
  if (parsed.kind === 'refused') return parsed.code;
  const { amount, currencyAssumed } = parsed;
  const words =
    'minor' in amount ? `${amount.minor}${amount.approx ? ' about' : ''}` : `[${amount.lo}, ${amount.hi ?? '∞'})`;
  return `${words} ${amount.currency}${currencyAssumed ? ' assumed' : ''}`;
};

describe('parseFinancingAmount', () => {
  it.each([
    ['630万人民币', '630000000 CNY'],
    ['5亿人民币', '50000000000 CNY'],
    ['１.5亿美元', '15000000000 USD'],
    ['340万欧元', '340000000 EUR'],
    ['292亿人民币', '2920000000000 CNY'],
    ['5亿', '50000000000 CNY assumed'],
    ['500万元', '500000000 CNY'],
    ['3千万元', '3000000000 CNY'],
    ['五百万美元', '500000000 USD'],
    ['两千万人民币', '2000000000 CNY'],
    ['十五亿元', '150000000000 CNY'],
    ['1,000.00万人民币', '1000000000 CNY'],
    ['800000元', '80000000 CNY'],
    ['$5M', '500000000 USD'],
    ['US$ 5.5 million', '550000000 USD'],
    ['RMB 500万', '500000000 CNY'],
    ['USD 1.2bn', '120000000000 USD'],
    ['100万日元', '1000000 JPY'],
    ['数千万人民币', '[1000000000, 10000000000) CNY'],
    ['数千万元', '[1000000000, 10000000000) CNY'],
    ['几百万美元', '[100000000, 1000000000) USD'],
    ['数十万人民币', '[10000000, 100000000) CNY'],
    ['数亿美元', '[10000000000, 100000000000) USD'],
    ['千万级人民币', '[1000000000, 10000000000) CNY'],
    ['亿元级', '[10000000000, 100000000000) CNY'],
    ['亿元', '[10000000000, 100000000000) CNY'],
    ['近亿元', '[5000000000, 10000000000) CNY'],
    ['近5000万元', '[2500000000, 5000000000) CNY'],
    ['超亿元', '[10000000000, ∞) CNY'],
    ['过亿人民币', '[10000000000, ∞) CNY'],
    ['1亿元以上', '[10000000000, ∞) CNY'],
    ['3000余万元', '[3000000000, ∞) CNY'],
    ['500-1000万人民币', '[500000000, 1000000000) CNY'],
    ['500万~0.1亿元', '[500000000, 1000000000) CNY'],
    ['1000万-1000万元', '1000000000 CNY'],
    ['约3000万元', '3000000000 about CNY'],
    ['3000万元左右', '3000000000 about CNY'],
    ['未透露人民币', 'UNDISCLOSED'],
    ['未披露', 'UNDISCLOSED'],
    ['', 'UNDISCLOSED'],
    ['5000', 'UNIT_MISSING'],
    ['50万贝币', 'DQ09'],
    ['人民币', 'DQ09'],
    ['很多钱', 'DQ09'],
    ['1000-500万元', 'DQ09'],
    ['1.2E+7元', 'DQ09'],
    ['0万元', 'DQ09'],
  ])('%j → %s', (text, outcome) => expect(brief(text)).toBe(outcome));

  it('never throws, and whatever it reads is a positive safe integer with lo < hi', () => {
    const word = fc.constantFrom(
      '数',
      '近',
      '超',
      '5',
      '1.5',
      ',',
      '千',
      '万',
      '亿',
      '元',
      '美元',
      '人民币',
      '-',
      '$',
      'm',
      '级',
      '约',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (words) => {
        const parsed = parseFinancingAmount(words.join(''));
        if (parsed.kind === 'refused') return;
        const { amount } = parsed;
        const low = 'minor' in amount ? amount.minor : amount.lo;
        expect(Number.isSafeInteger(low) && low > 0).toBe(true);
        if ('lo' in amount && amount.hi !== undefined) expect(amount.hi).toBeGreaterThan(amount.lo);
      }),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 4000 : 200 },
    );
  });
});

const folder = '../shared/data/cn-startup-finance';
const there = existsSync(folder);
const read = (file: string): Record<string, string>[] =>
  parse(gunzipSync(readFileSync(`${folder}/${file}.csv.gz`)), { columns: true });
const kinds = (texts: readonly string[]): Record<string, number> => {
  const seen: Record<string, number> = {};
  for (const text of texts) {
    const parsed = parseFinancingAmount(text);
    const what =
      parsed.kind === 'refused'
        ? parsed.code
        : `${'minor' in parsed.amount ? 'exact' : 'range'}${parsed.currencyAssumed ? ' assumed' : ''}`;
    seen[what] = (seen[what] ?? 0) + 1;
  }
  return seen;
};

(there ? describe : describe.skip)(`amounts of a real database${there ? '' : ' (skipped: no shared data)'}`, () => {
  it('of 1,153 rounds are exact, a range, or refused by name', () => {
    const amounts = read('ai-financing-events-2018').map((row) => row['融资金额']!);
    expect(kinds(amounts)).toEqual({ exact: 533, range: 424, UNDISCLOSED: 196 });
  });

  it('of 820 firms too: what they raised in all, and what they were valued at', () => {
    const firms = read('ai-companies-2018');
    expect(kinds(firms.map((row) => row['融资总额']!))).toEqual({ 'exact assumed': 478, UNDISCLOSED: 342 });
    expect(kinds(firms.map((row) => row['估值']!))).toEqual({ exact: 181, UNDISCLOSED: 639 });
  });
});
