import fc from 'fast-check';
import { cleanText, isNullWord, normaliseName, valueOf } from './text.ts';

const runs = { numRuns: process.env['FIRSTMILE_LONG'] ? 2000 : 100 };

describe('text', () => {
  it.each([
    ['９１４４０３', '914403'],
    ['\uFEFF91\u00A0 4403\t', '91 4403'],
    ['深圳（前海）科技有限公司', '深圳(前海)科技有限公司'],
    ['a\r\n b', 'a b'],
    ['a\u200Bb', 'ab'],
    ['a\ud800b', 'a\uFFFDb'],
    ['', ''],
    [' ', ''],
    ['软件开发。', '软件开发。'],
  ])('%j → %j', (raw, clean) => expect(cleanText(raw)).toBe(clean));

  it('is idempotent, and its fast path agrees with the slow one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (raw) => {
        const clean = cleanText(raw);
        expect(cleanText(clean)).toBe(clean);
      }),
      runs,
    );
    fc.assert(
      fc.property(fc.string(), (raw) =>
        expect(cleanText(raw)).toBe(
          raw
            .normalize('NFKC')
            .replace(/[\s\p{Cc}]+/gu, ' ')
            .trim(),
        ),
      ),
      runs,
    );
  });

  it.each(['', '-', '/', '无', 'N/A', 'null', 'NULL', '不详', '0000-00-00'])('%j says nothing', (word) =>
    expect(isNullWord(word)).toBe(true),
  );
  it('zero is a value', () => expect(valueOf(' ０ ')).toBe('0'));
  it('a null word in full width says nothing', () => expect(valueOf('Ｎ／Ａ')).toBeUndefined());
  it('keeps the two kinds of limited company apart', () => {
    expect(normaliseName('甲 （乙） 科技有限责任公司')).toBe('甲(乙)科技有限责任公司');
    expect(normaliseName('ABC  Lab 有限公司')).toBe('ABC Lab 有限公司');
  });
});
