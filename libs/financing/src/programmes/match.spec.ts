import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { localDate, type LocalDate } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import type { Fact } from '#lib/whitelist';
import { holds, type Test } from './condition-test.ts';
import { isInDomain, type FactValue, type Profile } from './fact-types.ts';
import { factDefinition, FACTS } from './facts.ts';
import { matchAll, matchProgramme, type ConditionResult, type ProgrammeMatch } from './match.ts';
import { isAlternative, type HashedProgramme, type Programme, type SingleCondition } from './programme.ts';
import { samplesOf } from './reachability.ts';
import { shippedProgramme, shippedProgrammes } from './shipped-programmes.ts';

const runs = { numRuns: process.env['FIRSTMILE_LONG'] ? 3000 : 150 };
const JUNE = localDate('2026-06-30');
const known = (value: FactValue): Fact<FactValue> => ({ known: true, value, date: JUNE });

const singles = ({ conditions }: Programme): readonly SingleCondition[] =>
  conditions.flatMap((c) => (isAlternative(c) ? c.anyOf.flatMap(({ all }) => all) : [c]));
const ALL_TESTS: readonly SingleCondition[] = shippedProgrammes().flatMap(({ programme }) => singles(programme));
const NAMES = [...Object.keys(FACTS), 'standing:CKT'];
const testsOf = (name: string): readonly Test[] =>
  name === 'region'
    ? [{ fact: name, op: 'within', values: ['4403', '44'] }]
    : ALL_TESTS.filter(({ fact }) => fact === name);
const SAMPLES: Readonly<Record<string, readonly FactValue[]>> = Object.fromEntries(
  NAMES.map((name) => [name, samplesOf(name, testsOf(name))]),
);

/** Each fact unknown, left out, or one of the values that tell the conditions apart; numbers also as fractions and `none`. */
const anyProfile: fc.Arbitrary<Profile> = fc.record(
  Object.fromEntries(
    NAMES.map((name) => {
      const number = factDefinition(name)!.domain.type === 'number';
      const values = fc.constantFrom(...SAMPLES[name]!);
      const more = number
        ? [fc.constant('none'), fc.integer({ min: 0, max: 500 }).map((num) => ({ num, den: 7 }))]
        : [];
      // Money is whole.
      const money = number && (factDefinition(name)!.domain as { unit: string }).unit === 'fen';
      return [
        name,
        fc.oneof(fc.constant<Fact<FactValue>>({ known: false, why: { zh: '未接入', en: 'not connected' } }), {
          weight: 3,
          arbitrary: fc.oneof(values, ...(money ? [] : more)).map((value) => known(value)),
        }),
      ];
    }),
  ),
  { requiredKeys: [] },
);
const anyProgramme = fc.constantFrom(...shippedProgrammes());
const anyDay = fc.constantFrom('2022-06-01', '2025-06-01', '2026-06-30', '2027-10-01').map(localDate);

const leaves = ({ conditions }: ProgrammeMatch): readonly ConditionResult[] =>
  conditions.flatMap((c) => (c.routes === undefined ? [c] : c.routes.flatMap((route) => route.conditions)));
const factOfId = ({ programme }: HashedProgramme): ReadonlyMap<string, string> =>
  new Map([['territory', 'region'], ...singles(programme).map(({ id, fact }): [string, string] => [id, fact])]);

interface Golden {
  readonly profiles: Readonly<Record<string, Readonly<Record<string, FactValue>>>>;
  readonly cases: readonly { readonly profile: string; readonly date: string; readonly results: object }[];
}
const golden = JSON.parse(readFileSync(path.join(packageRoot(), 'models/programmes/golden.json'), 'utf8')) as Golden;

describe('golden cases', () => {
  it.each(golden.cases)('$profile on $date', ({ profile, date, results }) => {
    const on = localDate(date);
    const facts = Object.entries(golden.profiles[profile]!).map(([name, value]) => [name, known(value)]);
    const found = matchAll(on, Object.fromEntries(facts) as Profile).map((match) => {
      const ids = (list: readonly { readonly id: string }[]): string => list.map(({ id }) => id).join(' ');
      return [match.code, [match.overall, ids(match.whyNot), ids(match.missing), match.amount.atMostFen]];
    });
    expect(Object.fromEntries(found)).toEqual(results);
  });

  it('speak only of facts that there are, and of values that they can have', () => {
    const odd = Object.values(golden.profiles).flatMap((facts) =>
      Object.entries(facts).filter(([name, value]) => {
        const domain = factDefinition(name)?.domain;
        const computed = domain?.type === 'number' && (value === 'none' || typeof value === 'object');
        return domain === undefined || (!computed && !isInDomain(domain, value));
      }),
    );
    expect(odd).toEqual([]);
  });
});

describe('matching', () => {
  it('does not mind the order of facts, and gives one answer', () =>
    fc.assert(
      fc.property(anyProfile, anyProgramme, anyDay, (profile, programme, day) => {
        const turned = Object.fromEntries(Object.entries(profile).reverse());
        expect(matchProgramme(programme, turned, day)).toEqual(matchProgramme(programme, profile, day));
      }),
      runs,
    ));

  it('takes unknown neither for a pass nor for a fail', () =>
    fc.assert(
      fc.property(anyProfile, anyProgramme, anyDay, (profile, programme, day) => {
        const facts = factOfId(programme);
        for (const leaf of leaves(matchProgramme(programme, profile, day))) {
          const name = facts.get(leaf.id);
          if (name !== undefined) expect(leaf.state === 'unknown').toBe(profile[name]?.known !== true);
        }
      }),
      runs,
    ));

  it('moves only the conditions of a fact that becomes known, and never a decision that stood', () =>
    fc.assert(
      fc.property(anyProfile, anyProgramme, anyDay, fc.nat(), fc.nat(), (profile, programme, day, which, pick) => {
        const facts = factOfId(programme);
        const open = [...new Set(facts.values())].filter((name) => profile[name]?.known !== true);
        fc.pre(open.length > 0);
        const name = open[which % open.length]!;
        const learned = { ...profile, [name]: known(SAMPLES[name]![pick % SAMPLES[name]!.length]!) };
        const before = matchProgramme(programme, profile, day);
        const after = matchProgramme(programme, learned, day);
        const moved = leaves(before).filter((leaf, i) => leaves(after)[i]!.state !== leaf.state);
        for (const leaf of moved) expect([facts.get(leaf.id), leaf.state]).toEqual([name, 'unknown']);
        if (before.overall !== 'unknown') expect(after.overall).toBe(before.overall);
      }),
      runs,
    ));

  it('never holds more of a number, or a higher rank, against a firm where at least so much is asked', () => {
    const bounded = ALL_TESTS.filter(({ op }) => op === 'atLeast' || op === 'atMost');
    fc.assert(
      fc.property(fc.constantFrom(...bounded), fc.nat(), fc.nat(), (condition, i, k) => {
        const { domain } = factDefinition(condition.fact)!;
        const values = SAMPLES[condition.fact]!;
        const rank = (value: FactValue): number =>
          domain.type === 'order' ? Object.keys(domain.values).indexOf(value as string) : (value as number);
        const [low, high] = [values[i % values.length]!, values[k % values.length]!].sort((a, b) => rank(a) - rank(b));
        const [worse, better] = condition.op === 'atLeast' ? [low!, high!] : [high!, low!];
        expect(holds(condition, worse) && !holds(condition, better)).toBe(false);
      }),
      runs,
    );
  });

  it('is eligible if all pass, not eligible if one fails, and names each that does', () =>
    fc.assert(
      fc.property(anyProfile, anyProgramme, anyDay, (profile, programme, day) => {
        const { conditions, overall, whyNot, missing, kind } = matchProgramme(programme, profile, day);
        const states = conditions.map(({ state }) => state);
        const expected = states.includes('fail') ? 'not-eligible' : states.includes('unknown') ? 'unknown' : 'eligible';
        expect(overall).toBe(kind === 'information' ? 'information' : expected);
        const failing = conditions.filter(({ state }) => state === 'fail').map(({ id }) => id);
        expect(whyNot.map(({ id }) => id)).toEqual(kind === 'information' ? ['whyNever', ...failing] : failing);
        if (kind !== 'information') expect(missing.length > 0).toBe(states.includes('unknown'));
        for (const { fact } of missing) expect(profile[fact]?.known).not.toBe(true);
      }),
      runs,
    ));
});

/** A value for each fact so that everything passes, alternatives by the route that is wanted. */
function fitting({ programme }: HashedProgramme, routes: Readonly<Record<string, number>> = {}): Profile {
  const asked = programme.conditions.flatMap((c) => (isAlternative(c) ? c.anyOf[routes[c.id] ?? 0]!.all : [c]));
  const names = new Set(asked.map(({ fact }) => fact));
  const facts = [...names].map((name) => {
    const tests = asked.filter(({ fact }) => fact === name);
    return [name, known(samplesOf(name, tests).find((value) => tests.every((test) => holds(test, value)))!)];
  });
  const [prefix = '110101'] = programme.territory;
  return { region: known(prefix.padEnd(6, '0')), ...Object.fromEntries(facts) } as Profile;
}

const day = ({ programme }: HashedProgramme): LocalDate =>
  programme.validTo === undefined ? JUNE : programme.validFrom;
const applied = shippedProgrammes().filter(({ programme }) => programme.kind !== 'information');
const named = applied.map((programme): [string, HashedProgramme] => [programme.programme.code, programme]);

describe.each(named)('%s', (_code, hashed) => {
  const { programme } = hashed;

  it('can be met, by each of its routes', () => {
    const ways = programme.conditions.flatMap((c) => (isAlternative(c) ? c.anyOf.map((_, r) => ({ [c.id]: r })) : []));
    for (const way of ways.length === 0 ? [{}] : ways)
      expect(matchProgramme(hashed, fitting(hashed, way), day(hashed))).toMatchObject({
        overall: 'eligible',
        whyNot: [],
      });
  });

  it('can fail by each of its conditions alone', () => {
    for (const condition of programme.conditions) {
      const wanted = isAlternative(condition) ? condition.anyOf.flatMap(({ all }) => all) : [condition];
      const wrong = wanted.map((test) => [
        test.fact,
        known(
          samplesOf(
            test.fact,
            wanted.filter(({ fact }) => fact === test.fact),
          ).find((value) => wanted.every((other) => other.fact !== test.fact || !holds(other, value)))!,
        ),
      ]);
      const profile = { ...fitting(hashed), ...Object.fromEntries(wrong) } as Profile;
      const { overall, whyNot } = matchProgramme(hashed, profile, day(hashed));
      expect([overall, whyNot.map(({ id }) => id)]).toEqual(['not-eligible', [condition.id]]);
    }
  });

  it('fails outside its territory and its days', () => {
    if (programme.territory.length > 0)
      expect(matchProgramme(hashed, { ...fitting(hashed), region: known('310101') }, day(hashed)).whyNot).toMatchObject(
        [{ id: 'territory' }],
      );
    expect(matchProgramme(hashed, fitting(hashed), localDate('2021-12-31')).whyNot[0]).toMatchObject({
      id: 'validity',
    });
  });

  it('never shows a starting value of its own as official', () => {
    const { amount, term, conditions } = matchProgramme(hashed, fitting(hashed), day(hashed));
    for (const { status, zh, en } of [
      amount,
      ...conditions,
      ...conditions.flatMap(({ routes = [] }) => routes.flatMap((r) => r.conditions)),
    ]) {
      expect(zh.includes('平台建议值')).toBe(status === 'proposal');
      expect(en.includes('not official')).toBe(status === 'proposal');
      expect(zh.includes('未核实')).toBe(status === 'unverified');
    }
    expect(term?.zh.includes('平台建议值') ?? false).toBe(programme.term?.status === 'proposal');
  });
});

describe('information', () => {
  it.each(['KHT', 'KCZ'])('%s is never for a firm, whatever is known', (code) =>
    fc.assert(
      fc.property(anyProfile, (profile) => {
        const match = matchProgramme(shippedProgramme(code), profile, JUNE);
        expect([match.overall, match.whyNot[0]!.id, match.missing]).toEqual(['information', 'whyNever', []]);
      }),
      runs,
    ),
  );
});

describe('routes', () => {
  const firm: Profile = {
    ownership: known('private'),
    sizeClass: known('small'),
    highResearch: known(true),
    relendingBank: known(true),
    techSme: known(false),
    listedProject: known(false),
  };
  const on = (code: string, profile: Profile, date: string) =>
    matchProgramme(shippedProgramme(code), profile, localDate(date));

  it('open and close on their days', () => {
    expect(on('RLN', firm, '2025-12-31').overall).toBe('not-eligible');
    expect(on('RLN', firm, '2026-01-01').overall).toBe('eligible');
    const medium = { ...fitting(shippedProgramme('WHB')), sizeClass: known('medium') };
    expect(on('WHB', medium, '2027-09-30').overall).toBe('eligible');
    expect(on('WHB', medium, '2027-10-01')).toMatchObject({ overall: 'not-eligible', whyNot: [{ id: 'size' }] });
  });

  it('ask only for what could still decide', () => {
    const { highResearch: _, ...open } = firm;
    expect(on('RLN', open, '2026-06-30').missing.map(({ fact }) => fact)).toEqual(['highResearch']);
    expect(on('RLN', { ...open, listedProject: known(true) }, '2026-06-30')).toMatchObject({
      overall: 'eligible',
      missing: [],
    });
  });
});

describe('a number that is none', () => {
  it('meets no bound, from above or from below', () => {
    const bound = { fact: 'valuationEventMonths', value: 24 } as const;
    expect([holds({ ...bound, op: 'atMost' }, 'none'), holds({ ...bound, op: 'atLeast' }, 'none')]).toEqual([
      false,
      false,
    ]);
    expect([
      holds({ ...bound, op: 'atMost' }, { num: 49, den: 2 }),
      holds({ ...bound, op: 'atLeast' }, { num: 49, den: 2 }),
    ]).toEqual([false, true]);
  });
});

describe('words', () => {
  it('give the value, its date, and what is required', () => {
    const { conditions } = matchProgramme(shippedProgramme('ZZD'), { ageMonths: known({ num: 73, den: 2 }) }, JUNE);
    expect(conditions.find(({ id }) => id === 'age')).toMatchObject({
      state: 'fail',
      value: '36.50',
      sourceDate: JUNE,
      why: { zh: '企业年龄：36.50个月，要求不高于36个月（平台建议值，非官方）' },
    });
  });

  it('say what would make a fact known', () => {
    const { missing } = matchProgramme(shippedProgramme('KYD'), {}, JUNE);
    expect(missing.find(({ fact }) => fact === 'noLoanRecord')).toMatchObject({
      id: 'noLoanRecord',
      provider: { zh: '接入或授权征信查询' },
    });
  });

  it('work out an amount where its base is known, rounded down', () => {
    const amount = (code: string, profile: Profile) => matchProgramme(shippedProgramme(code), profile, JUNE).amount;
    expect(amount('LEA', { equipmentPrice: known(101) })).toMatchObject({ atMostFen: 80, status: 'proposal' });
    expect(amount('ZSC', { appraisedValue: known(10_000_000) })).toMatchObject({
      atMostFen: 5_000_000,
      zh: '评估价值的20 %–50 %，即不超过5万元',
      en: '20 %–50 % of the appraised value, here at most 50,000 yuan',
    });
    expect(amount('ZSC', {}).atMostFen).toBeNull();
    expect(amount('KYD', {})).toMatchObject({ atMostFen: 500_000_000, zh: '每户不超过500万元（平台建议值，非官方）' });
  });

  it('name the rate of relending as the bank’s, with the day', () => {
    const { parameters } = matchProgramme(shippedProgramme('RLN'), {}, JUNE);
    expect(parameters.map(({ zh }) => zh)).toEqual([
      '人民银行对银行的再贷款利率（不是企业贷款利率）：1.25 %',
      '再贷款额度：12000亿元',
      '其中曾专用于首贷的额度：1000亿元',
    ]);
  });
});

describe('all programmes', () => {
  it('are those in force, each with its answer', () => {
    expect(matchAll(localDate('2022-06-01'), {}).map(({ code, overall }) => `${code} ${overall}`)).toEqual([
      'SD1 unknown',
    ]);
    expect(
      matchAll(JUNE, {})
        .map(({ overall }) => overall)
        .sort()
        .join(' '),
    ).toMatch(/^information information( unknown){12}$/);
  });
});
