import { localDate } from '#lib/kernel';
import { shippedLists } from '#lib/whitelist';
import { programmeSet } from './checked-programme.ts';
import { isAlternative, parameterOn, type Programme } from './programme.ts';
import { programmesAt, shippedProgramme, shippedProgrammes } from './shipped-programmes.ts';

const codesAt = (day: string): string =>
  programmesAt(localDate(day))
    .map(({ programme }) => programme.code)
    .join(' ');

describe('shipped programmes', () => {
  it('are one for each row of the rules, and all sound', () => {
    const codes = shippedProgrammes().map(({ programme }) => programme.code);
    expect(codes.join(' ')).toBe('CKT GDZ INS KCZ KHT KYD LEA RLN SD1 TDD TFD WHB YSD ZSC ZZD');
    for (const { hash } of shippedProgrammes()) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are in force between their days', () => {
    expect(codesAt('2026-06-30')).toBe('CKT GDZ INS KCZ KHT KYD LEA RLN TDD TFD WHB YSD ZSC ZZD');
    expect(codesAt('2022-01-01')).toBe('SD1');
    expect(codesAt('2022-12-31')).toBe('SD1');
    expect(codesAt('2023-01-01')).toBe('');
  });

  it('name only lists that there are', () => {
    const lists = shippedLists().map(({ rules }) => `standing:${rules.code}`);
    const asked = shippedProgrammes().flatMap(({ programme }) =>
      programme.conditions.flatMap((condition) => (isAlternative(condition) ? [] : [condition.fact])),
    );
    expect(asked.filter((fact) => fact.startsWith('standing:'))).toEqual(lists);
  });

  it('say of relending what held on each day, and nothing before', () => {
    const { programme } = shippedProgramme('RLN');
    const at = (code: string, day: string) => parameterOn(programme, code, localDate(day));
    expect(at('PBC_TO_BANK_RATE_BP', '2024-03-31')).toBeUndefined();
    expect(at('PBC_TO_BANK_RATE_BP', '2024-04-01')).toMatchObject({ value: 175, status: 'stated' });
    expect(at('PBC_TO_BANK_RATE_BP', '2026-01-18')).toMatchObject({ value: 150, status: 'unverified' });
    expect(at('PBC_TO_BANK_RATE_BP', '2026-01-19')).toMatchObject({ value: 125, status: 'stated' });
    expect(at('QUOTA', '2024-12-31')?.value).toBe(50_000_000_000_000);
    expect(at('QUOTA', '2026-06-30')?.value).toBe(120_000_000_000_000);
    expect(at('NOTHING', '2026-06-30')).toBeUndefined();
  });

  it('say nothing of a day after the last of a row', () => {
    const { programme } = shippedProgramme('RLN');
    const row = { from: localDate('2024-01-01'), until: localDate('2024-06-30'), value: 1, status: 'stated' } as const;
    const parameters = [{ code: 'RATE', zh: '利率', en: 'rate', unit: 'bp', rows: [row] }] as const;
    const at = (day: string) => parameterOn({ ...programme, parameters }, 'RATE', localDate(day));
    expect([at('2024-06-30'), at('2024-07-01')]).toEqual([row, undefined]);
  });

  it('state the least equity of a joint line once for eligibility and once for the case, the same', () => {
    const { programme } = shippedProgramme('TDD');
    const { value } = parameterOn(programme, 'MIN_EQUITY', localDate('2026-06-30'))!;
    const equity = programme.conditions.find(({ id }) => id === 'equity')!;
    expect(isAlternative(equity) && equity.anyOf.map(({ all }) => all[0])).toMatchObject([
      { value },
      { value },
      { value },
    ]);
  });

  it('keep the numbers of the sources', () => {
    const amounts = Object.fromEntries(shippedProgrammes().map(({ programme }) => [programme.code, programme.amount]));
    expect(amounts).toMatchObject({
      KYD: { rule: 'cap', capFen: 500_000_000, status: 'proposal' },
      ZZD: { rule: 'cap', capFen: 300_000_000, status: 'proposal' },
      SD1: { rule: 'subsidy', rateBp: 200, capFen: 20_000_000, status: 'stated' },
      ZSC: { rule: 'appraisal', fromBp: 2000, toBp: 5000, status: 'stated' },
      LEA: { rule: 'price', toBp: 8000, status: 'proposal' },
      TDD: { rule: 'composition', reading: 'A', status: 'stated' },
    });
  });

  it('refuse a code that did not come with the program', () => {
    expect(() => shippedProgramme('QQQ')).toThrow(RangeError);
  });
});

describe('versions of one programme', () => {
  const { programme, hash } = shippedProgramme('CKT');
  const version = (of: string, validFrom: string, validTo?: string) => {
    const { validTo: _, ...rest } = programme;
    const dates = {
      validFrom: localDate(validFrom),
      ...(validTo === undefined ? {} : { validTo: localDate(validTo) }),
    };
    return { programme: { ...rest, version: of, ...dates } satisfies Programme, hash };
  };
  const one = version('1', '2025-01-01', '2025-12-31');

  it('follow one another', () => {
    const set = [one, version('2', '2026-01-01')];
    expect(programmeSet(set)).toBe(set);
  });

  it.each([
    ['the last day is shared', [one, version('2', '2025-12-31')], '/1/validFrom'],
    ['the later lies inside', [one, version('2', '2025-03-01', '2025-03-02')], '/1/validFrom'],
    ['neither ends', [version('1', '2025-01-01'), version('2', '2026-01-01')], '/1/validFrom'],
    ['the order is another', [version('2', '2026-01-01'), version('1', '2025-01-01')], '/1/validFrom'],
    ['the version is taken', [one, version('1', '2026-01-01')], '/1/version'],
  ])('are refused where %s', (_title, set, pointer) => {
    expect(() => programmeSet(set)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'programme-invalid', errors: [expect.objectContaining({ pointer })] }),
      }),
    );
  });
});
