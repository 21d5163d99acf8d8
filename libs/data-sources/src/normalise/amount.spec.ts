import fc from 'fast-check';
import type { Issue } from '../issue.ts';
import { parseAmount, readAmount } from './amount.ts';

const runs = { numRuns: process.env['FIRSTMILE_LONG'] ? 2000 : 100 };
const read = (raw: string, unit: '元' | '万元' | '亿元' = '元'): [number | undefined, string[]] => {
  const issues: Issue[] = [];
  return [readAmount(raw, unit, 'a', issues), issues.map((i) => i.code)];
};

describe('amounts', () => {
  it.each([
    ['125000.00', '元', 12_500_000],
    ['125000', '元', 12_500_000],
    ['1,250.5', '元', 125_050],
    ['１，２５０．５０', '元', 125_050],
    ['0', '万元', 0],
    ['0.000001', '万元', 1],
    ['0.0000005', '万元', 1],
    ['0.00000049', '万元', 0],
    ['185000万元', '元', 185_000_000_000],
    ['50（万元）', '元', 50_000_000],
    ['1.5亿元', '万元', 15_000_000_000],
    ['300元', '万元', 30_000],
  ] as const)('%s, declared %s', (raw, unit, fen) => expect(read(raw, unit)).toEqual([fen, []]));
  it.each(['约100', '-5', '50万美元', '1.2.3', '1,23', '99999999999999999', '.5', '5.'])(
    '%j is refused by name',
    (raw) => expect(read(raw)).toEqual([undefined, ['DQ09']]),
  );
  it('says nothing for a null word', () => expect(read('N/A')).toEqual([undefined, []]));

  it('is exact for every number of fen, on the fast path and off it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (fen) => {
        const digits = String(fen).padStart(3, '0');
        const yuan = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(read(yuan)).toEqual([fen, []]);
        expect(parseAmount(`${yuan}00`, '元')).toBe(fen);
        const wan = digits.padStart(7, '0');
        expect(parseAmount(`${wan.slice(0, -6)}.${wan.slice(-6)}`, '万元')).toBe(fen);
      }),
      runs,
    );
  });
});
