import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { parseCapital } from './capital.ts';

const brief = (text: string): string => {
  const parsed = parseCapital(text);
  if (parsed.kind !== 'money') return parsed.kind === 'null' ? 'null' : parsed.code;
  const { amount, unit, money, currencyAssumed } = parsed;
  return `${amount} ${unit} ${money.minor} ${money.currency}${currencyAssumed ? ' assumed' : ''}`;
};

describe('parseCapital', () => {
  it.each([
    ['1,000.00万人民币', '1000.00 万元 1000000000 CNY'],
    ['39,076.8700(万元人民币)', '39076.8700 万元 39076870000 CNY'],
    ['600（万元）', '600 万元 600000000 CNY'],
    ['100(万)', '100 万元 100000000 CNY assumed'],
    ['100万', '100 万元 100000000 CNY assumed'],
    ['0（万元）', '0 万元 0 CNY'],
    ['50万美元', '50 万元 50000000 USD'],
    ['50(万元(美元))', '50 万元 50000000 USD'],
    ['50((万美元))', '50 万元 50000000 USD'],
    ['50(万美)', '50 万元 50000000 USD'],
    ['50( 万人民币元)', '50 万元 50000000 CNY'],
    ['1000(万日元)', '1000 万元 10000000 JPY'],
    ['12.5(万德国马克)', '12.5 万元 12500000 DEM'],
    ['2亿元', '2 亿元 20000000000 CNY'],
    ['5000(人民币元)', '5000 元 500000 CNY'],
    ['5000元', '5000 元 500000 CNY'],
    ['50(元/万元)', 'UNIT_MISSING'],
    ['50()', 'UNIT_MISSING'],
    ['50', 'UNIT_MISSING'],
    ['1.2E-5万人民币', 'DQ09'],
    ['万人民币', 'DQ09'],
    ['50万贝币', 'DQ09'],
    ['某人', 'DQ09'],
    ['', 'null'],
    ['N/A', 'null'],
    ['-', 'null'],
  ])('%j → %s', (text, outcome) => expect(brief(text)).toBe(outcome));
});

const file = '../shared/data/cn-registry/capital-formats.csv.gz';
const there = existsSync(file);
(there ? describe : describe.skip)(
  `capital texts of the national register${there ? '' : ' (skipped: no shared data)'}`,
  () => {
    it('parses or refuses by name each of the 136 texts, and parses whatever is money', () => {
      const rows: string[][] = parse(gunzipSync(readFileSync(file)), { fromLine: 2, relaxColumnCount: true });
      expect(rows).toHaveLength(136);
      const seen = { money: 0, assumed: 0, null: 0, DQ09: 0, UNIT_MISSING: 0 };
      const refusedMoney: string[] = [];
      for (const [format] of rows) {
        const parsed = parseCapital(format!.replaceAll('#', '1,234.5600'));
        if (parsed.kind === 'money') {
          seen.money += 1;
          if (parsed.currencyAssumed) seen.assumed += 1;
          expect(parsed.amount).toBe('1234.5600');
        } else {
          seen[parsed.kind === 'null' ? 'null' : parsed.code] += 1;
          if (parsed.kind === 'refused' && format!.startsWith('#')) refusedMoney.push(format!);
        }
      }
      expect(refusedMoney.sort()).toEqual(['#', '#()', '#(元/万元)', '#E-#万人民币']);
      expect(seen).toEqual({ money: 64, assumed: 2, null: 3, DQ09: 66, UNIT_MISSING: 3 });
    });
  },
);
