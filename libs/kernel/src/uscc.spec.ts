import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  USCC_ALPHABET,
  hasValidCheckDigit,
  isDemoUscc,
  isOldRegistrationNumber,
  isOrganisationCode,
  isUscc,
  organisationCodeCheckDigit,
  parseUscc,
  usccCheckDigit,
} from './index.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 6000 : 300;
const body = fc
  .array(fc.constantFrom(...USCC_ALPHABET), { minLength: 17, maxLength: 17 })
  .map((symbols) => symbols.join(''));

describe('USCC check digit (GB 32100-2015)', () => {
  // The standard's own example and the further worked ones.
  it.each(['91350100M000100Y43', '91110108551385082Q', '91230184MA1BUFLT44', '92371000MA3MXH0E3W'])(
    '%s is valid',
    (code) => {
      expect(hasValidCheckDigit(code)).toBe(true);
      expect(parseUscc(code)).toMatchObject({ ok: true, value: { uscc: code } });
      expect(parseUscc(code)).not.toHaveProperty('value.checkDigitExpected');
    },
  );

  it.each([
    ['91350100M000100Y4Z', undefined], // Z is no symbol of the alphabet: malformed
    ['91310115MA1H8R7C6D', '7'],
    // Early pilot codes: legal, though they fail the check.
    ['91350100M0001TGQXM', '1'],
    ['91350211M0000XUF46', 'R'],
    ['91350203M0001FUE2P', 'J'],
  ])('%s fails, and the computed digit is named: %s', (code, expected) => {
    expect(hasValidCheckDigit(code)).toBe(false);
    if (expected === undefined)
      expect(parseUscc(code)).toMatchObject({ ok: false, problem: { code: 'uscc-malformed' } });
    else expect(parseUscc(code)).toMatchObject({ ok: true, value: { uscc: code, checkDigitExpected: expected } });
  });

  it('is 0, not 31, when the weighted sum divides by 31', () => {
    expect(usccCheckDigit('00000000000000000')).toBe('0');
    expect(usccCheckDigit(`1${'0'.repeat(14)}10`)).toBe('0'); // 1 × 1 + 1 × 30 = 31
  });

  it('takes values from the alphabet: J is 18, because I is not in it', () => {
    // One symbol with weight 1: the check digit is the symbol of (31 − value) mod 31.
    for (const [value, symbol] of [...USCC_ALPHABET].entries()) {
      expect(usccCheckDigit(symbol + '0'.repeat(16))).toBe(USCC_ALPHABET[(31 - value) % 31]);
    }
    expect(USCC_ALPHABET.indexOf('J')).toBe(18);
    expect(USCC_ALPHABET.indexOf('Y')).toBe(30);
  });

  it('makes exactly one of 31 endings valid, and notices every single wrong symbol', () => {
    fc.assert(
      fc.property(body, fc.nat({ max: 17 }), fc.constantFrom(...USCC_ALPHABET), (first, at, symbol) => {
        const valid = [...USCC_ALPHABET].filter((last) => hasValidCheckDigit(first + last));
        expect(valid).toEqual([usccCheckDigit(first)]);
        const code = first + valid[0]!;
        const changed = code.slice(0, at) + symbol + code.slice(at + 1);
        expect(hasValidCheckDigit(changed)).toBe(changed === code);
      }),
      { numRuns },
    );
  });

  it('refuses to compute from anything but 17 symbols', () => {
    expect(() => usccCheckDigit('91350100M000100')).toThrow(RangeError);
    expect(() => usccCheckDigit('91350100I000100Y4')).toThrow(RangeError);
  });
});

describe('parseUscc', () => {
  it('takes the code apart', () => {
    expect(parseUscc('91350100M000100Y43')).toEqual({
      ok: true,
      value: {
        uscc: '91350100M000100Y43',
        authority: '9',
        kind: '1',
        region: '350100',
        organisationCode: 'M000100Y4',
        checkDigit: '3',
      },
    });
  });

  it.each([
    ['', '应为18位，实为0位'],
    ['91350100M000100Y4', '应为18位，实为17位'],
    ['91350100m000100Y43', '含有不允许的字符「m」'],
    ['91350100I000100Y43', '含有不允许的字符「I」'],
    ['91350100M000100Y43\n', '应为18位，实为19位'],
    ['９1350100M000100Y43', '含有不允许的字符「９」'],
    ['9.13501E+17', '应为18位，实为11位'],
  ])('refuses %j and says why', (text, why) => {
    const outcome = parseUscc(text);
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'uscc-malformed', status: 422 } });
    expect(outcome).toHaveProperty('problem.zh', expect.stringContaining(why));
    expect(isUscc(text)).toBe(false);
  });

  it('knows the codes of made-up firms', () => {
    expect(isDemoUscc('91440300DM00000000')).toBe(true);
    expect(isDemoUscc('91350100M000100Y43')).toBe(false);
    expect(isDemoUscc('DM350100M000100Y43')).toBe(false);
  });
});

describe('organisation code (GB 11714)', () => {
  it.each(['M000100Y4', '551385082', 'MA1BUFLT4', 'MA3MXH0E3'])('%s is valid', (code) => {
    expect(isOrganisationCode(code)).toBe(true);
  });

  it('has exactly one valid ending, X for 10 and 0 for 11', () => {
    const chars = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...chars), { minLength: 8, maxLength: 8 }), (symbols) => {
        const first = symbols.join('');
        expect([...'0123456789X'].filter((last) => isOrganisationCode(first + last))).toEqual([
          organisationCodeCheckDigit(first),
        ]);
      }),
      { numRuns },
    );
    expect(organisationCodeCheckDigit('00000000')).toBe('0'); // 11 − 0
    expect(organisationCodeCheckDigit('00000060')).toBe('9'); // 11 − 24 mod 11
    expect(organisationCodeCheckDigit('00000030')).toBe('X'); // 11 − 12 mod 11
  });

  it.each(['', 'M000100Y', 'M000100Y-4', 'm000100y4', 'M000100Y5', 'M000100YX'])('refuses «%s»', (text) => {
    expect(isOrganisationCode(text)).toBe(false);
  });

  it('refuses to compute from anything but 8 characters', () => {
    expect(() => organisationCodeCheckDigit('M000100')).toThrow(RangeError);
    expect(() => organisationCodeCheckDigit('M000100-')).toThrow(RangeError);
  });
});

describe('old registration number (GS15-2006)', () => {
  it('accepts the worked example and notices every single wrong digit', () => {
    const number = '110108012660422';
    expect(isOldRegistrationNumber(number)).toBe(true);
    for (let at = 0; at < 15; at++)
      for (const digit of '0123456789') {
        const changed = number.slice(0, at) + digit + number.slice(at + 1);
        expect(isOldRegistrationNumber(changed)).toBe(changed === number);
      }
  });

  it('has exactly one valid last digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{14}$/), (first) => {
        expect([...'0123456789'].filter((last) => isOldRegistrationNumber(first + last))).toHaveLength(1);
      }),
      { numRuns },
    );
  });

  it.each(['', '11010801266042', '1101080126604220', '91350100M000100Y43', '１10108012660422'])(
    'refuses «%s»',
    (text) => {
      expect(isOldRegistrationNumber(text)).toBe(false);
    },
  );
});

const VECTORS = join(__dirname, '../../../../shared/data/cn-registry/uscc-vectors.csv');
(existsSync(VECTORS) ? describe : describe.skip)('real codes (skipped where ../shared/data is absent)', () => {
  const rows = (): string[][] =>
    readFileSync(VECTORS, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it('agree in every row', () => {
    const all = rows();
    expect(all).toHaveLength(1488);
    for (const [code, valid] of all) expect([code, hasValidCheckDigit(code!)]).toEqual([code, valid === 'true']);
  });

  it('with a lower-case x are malformed, for parsing is strict', () => {
    const lower = rows().filter(([code]) => code!.includes('x'));
    expect(lower.length).toBeGreaterThan(0);
    for (const [code] of lower) expect(parseUscc(code!).ok).toBe(false);
  });

  it('that are no USCC at all are refused by length', () => {
    const others = rows().filter(([, valid]) => valid === 'not-uscc');
    expect(others).toHaveLength(3);
    for (const [code] of others) expect(parseUscc(code!).ok).toBe(false);
    expect(others.filter(([code]) => isOldRegistrationNumber(code!))).toHaveLength(2);
  });
});
