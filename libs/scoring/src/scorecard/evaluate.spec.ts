import fc from 'fast-check';
import { ProblemError } from '#lib/kernel';
import { anyValues as valuesOfModel, number } from '../../fixtures/any-values.ts';
import { goldenScores, goldenValues, startupPotential } from '../../fixtures/golden.ts';
import { BIN_MISSING, BIN_NA, type Values } from '../score.ts';
import { MISSING_CAUSES, type CharacteristicValue, type Measured } from '../value.ts';
import { evaluate, valuesOf } from './evaluate.ts';
import { compareExact, parseExact } from './exact.ts';
import { explain } from './explain.ts';
import { compileCharacteristic, intervalOf } from './compile.ts';
import { isCategorical, type CompiledCharacteristic } from './model.ts';

const model = startupPotential();
const numRuns = process.env['FIRSTMILE_LONG'] ? 2000 : 100;
const G0 = goldenScores()[0]!;
const golden = goldenValues(model, G0);

const anyValues = valuesOfModel(model);

const large = fc.oneof(
  fc.integer({ min: 2 ** 20 - 2, max: 2 ** 20 + 2 }),
  fc.integer({ min: -(2 ** 41), max: 2 ** 41 }),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, -(2 ** 31), -1, -0),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 40 })).map(([num, den]) => ({ num, den })),
);

/** IN01 with bins that begin at these bounds. */
function withBounds(los: readonly (number | string)[]): CompiledCharacteristic {
  const attributes = los.map((lo, i) => ({
    id: `b${i}`,
    predicate: { op: 'between' as const, lo, hi: los[i + 1] ?? null },
    partialScoreTenths: i,
  }));
  return compileCharacteristic({ ...model.characteristics[0]!.document, attributes });
}

const put = (values: Values, code: string, value: CharacteristicValue): Values =>
  values.map((old, i) => (model.characteristics[i]!.code === code ? value : old));

function refusal(act: () => unknown): { code: string; field: string | undefined; en: string } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, field: error.problem.errors?.[0]?.field, en: error.problem.en };
  }
  throw new Error('no refusal');
}

describe('evaluate', () => {
  it('parts, dimensions and groups add up to the score, and the range holds it', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const score = evaluate(model, values);
        const rich = explain(model, values, score);
        const total = (tenths: readonly number[]) => tenths.reduce((sum, t) => sum + t, 0);
        expect(total(rich.parts.map((part) => part.partialTenths))).toBe(score.scoreTenths);
        expect(total(score.dimensionTenths)).toBe(score.scoreTenths);
        expect(total(rich.threeScores.map((three) => three.tenths))).toBe(score.scoreTenths);
        expect(score.low).toBeLessThanOrEqual(score.score);
        expect(score.high).toBeGreaterThanOrEqual(score.score);
      }),
      { numRuns },
    );
  });

  it('a better value of a + characteristic never lowers the score, of a − one never raises it', () => {
    const monotone = model.characteristics.filter(
      (c) => c.document.dataType === 'number' && c.document.direction !== '∩',
    );
    fc.assert(
      fc.property(fc.constantFrom(...monotone), number, number, (c, a, b) => {
        const [less, more] = compareExact(a, b) <= 0 ? [a, b] : [b, a];
        const scoreOf = (value: Measured) =>
          evaluate(model, put(golden, c.code, { state: 'VALUE', value })).scoreTenths;
        const step = scoreOf(more) - scoreOf(less);
        expect(c.document.direction === '+' ? step >= 0 : step <= 0).toBe(true);
      }),
      { numRuns: numRuns * 3 },
    );
  });

  it('bins cover the line: each number from the least on lies in exactly the bin that evaluate finds', () => {
    const unusual = [
      ['-1/3', '0.7', 9],
      [-(2 ** 40), 2 ** 20, '900719925474099/7'],
      [2 ** 20 - 1, 2 ** 20, 2 ** 31],
    ].map((los) => withBounds(los));
    const numeric = model.characteristics.filter((c) => c.document.dataType === 'number');
    fc.assert(
      fc.property(fc.constantFrom(...numeric, ...unusual), fc.oneof(number, large), (c, value) => {
        const holding = c.document.attributes.flatMap(({ predicate }, i) => {
          if (isCategorical(predicate)) return [];
          const { lo, loOpen, hi, point } = intervalOf(predicate)!;
          const above = compareExact(value, lo) > (loOpen ? 0 : -1);
          const below = hi === undefined || compareExact(value, hi) < (point ? 1 : 0);
          return above && below ? [i] : [];
        });
        expect(c.attributeOf(value)).toBe(holding.length === 0 ? -1 : holding[0]);
        expect(holding.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: numRuns * 5 },
    );
  });

  it('compares fractions exactly at the edge', () => {
    const bin = (value: Measured) =>
      evaluate(model, put(golden, 'TG07', { state: 'VALUE', value })).bins[model.position.get('TG07')!];
    expect(bin({ num: 3, den: 5 })).toBe(1);
    expect(bin({ num: 599_999_999_999, den: 1_000_000_000_000 })).toBe(0);
    expect(bin({ num: 3_000_000_000_000_001, den: 5_000_000_000_000_002 })).toBe(0);
  });

  it('encodes the states in bins', () => {
    const values = put(put(golden, 'IN01', { state: 'MISSING', cause: 'STALE' }), 'IN02', { state: 'NA' });
    const { bins } = evaluate(model, values);
    expect(Array.from(bins).slice(0, 4)).toEqual([BIN_MISSING + MISSING_CAUSES.indexOf('STALE'), BIN_NA, 0, 0]);
  });

  it('refuses what the model does not hold, by name', () => {
    const value = (v: Measured): CharacteristicValue => ({ state: 'VALUE', value: v });
    const outside = (code: string, v: Measured) => refusal(() => evaluate(model, put(golden, code, value(v))));
    expect(outside('PR01', 'unicorn')).toEqual({
      code: 'value-outside-model',
      field: 'PR01',
      en: 'no bin of PR01 holds unicorn',
    });
    expect(outside('TG01', -1)).toMatchObject({ field: 'TG01', en: 'no bin of TG01 holds -1' });
    expect(outside('TG07', 1.2)).toMatchObject({ field: 'TG07' });
    expect(outside('TG07', { num: 1, den: 0 })).toMatchObject({ field: 'TG07', en: 'no bin of TG07 holds 1/0' });
    expect(refusal(() => evaluate(model, golden.slice(1)))).toMatchObject({ code: 'values-do-not-fit' });
    expect(refusal(() => valuesOf(model, { XX01: { state: 'NA' } }))).toMatchObject({
      code: 'values-do-not-fit',
      field: 'XX01',
    });
    expect(refusal(() => valuesOf(model, {}))).toMatchObject({ code: 'values-do-not-fit', field: 'IN01' });
  });

  it('gates on the exact coverage, not on its rounded basis points', () => {
    // IN01 (600 of 10000 tenths) at f = 1 − ε, and others, so that coverage is a hair below 60 %.
    const all = golden.map((): CharacteristicValue => ({ state: 'MISSING', cause: 'NOT_CONNECTED' }));
    let known = 0;
    const values = all.map((value, i): CharacteristicValue => {
      const c = model.characteristics[i]!;
      if (known + c.maxTenths > 6000) return value;
      known += c.maxTenths;
      const { predicate } = c.document.attributes[0]!;
      return {
        state: 'VALUE',
        value: isCategorical(predicate) ? predicate.in[0]! : intervalOf(predicate)!.lo,
      };
    });
    expect(known).toBe(6000);
    expect(evaluate(model, values)).toMatchObject({ coverageBp: 6000, grade: expect.any(String) });
    const nearly = values.map((v, i) =>
      i === 0 ? { ...v, freshness: { num: 999_999, den: 1_000_000 } } : v,
    ) as Values;
    expect(evaluate(model, nearly)).toMatchObject({ coverageBp: 6000, published: 'REFERENCE', grade: null });
  });

  it('knows H only where the watched feeds are fresh', () => {
    expect(evaluate(model, golden).confidence).toBe('H');
    expect(evaluate(model, golden, { isFresh: (feed) => feed !== 'JUD' }).confidence).toBe('M');
    const soc = golden.map((v, i) =>
      v.state === 'VALUE' && model.characteristics[i]!.code === 'OV01' ? { ...v, freshness: { num: 1, den: 2 } } : v,
    );
    expect(evaluate(model, soc).confidence).toBe('M');
  });

  it('decides: not scored before excluded before on hold', () => {
    const k = [
      { code: 'K09', state: 'yes' as const },
      { code: 'K01', state: 'yes' as const },
      { code: 'K02', state: 'unknown' as const },
    ];
    expect(evaluate(model, golden, { knockOuts: k, hold: true, notScored: true }).published).toBe('NOT_SCORED');
    expect(evaluate(model, golden, { knockOuts: k, hold: true })).toMatchObject({
      published: 'EXCLUDED',
      knockOuts: ['K01', 'K09'],
      grade: null,
    });
    expect(evaluate(model, golden, { knockOuts: [k[2]!], hold: true })).toMatchObject({
      published: 'ON_HOLD',
      knockOuts: [],
    });
    expect(evaluate(model, golden, { knockOuts: [k[2]!] }).published).toBe('BB');
  });
});

describe('explain', () => {
  const rich = explain(model, golden, evaluate(model, golden));

  it('words each reason with the own value and the next step', () => {
    expect(rich.adverse[0]).toEqual({
      code: 'IN-R4',
      zh: '高价值专利较少',
      en: 'Few high-value patents',
      characteristics: ['IN04'],
      value: 0,
      valueText: { zh: '0 件', en: '0 rights' },
      next: { attribute: 'pos', gainTenths: 50, zh: '超过 0 件', en: 'be more than 0 rights' },
      actionable: true,
      tenths: 40,
    });
    expect(rich.adverse[2]!.next).toEqual({ attribute: 'city', gainTenths: 80, zh: '达到：市级', en: 'reach: city' });
    expect(rich.label).toEqual({ zh: '第 5 档 (AAA–C，未校准)', en: 'band 5 (AAA–C, uncalibrated)' });
    expect(rich.threeScores.map((three) => three.text)).toEqual(['72.8', '69.0', '49.4']);
  });

  it('hangs the code on the attribute where one text would be untrue', () => {
    const value = (v: Measured): CharacteristicValue => ({ state: 'VALUE', value: v });
    const codes = (values: Values) => explain(model, values, evaluate(model, values)).adverse.map((r) => r.code);
    expect(codes(put(golden, 'PR01', value('none')))).toContain('PR-R1a');
    expect(codes(put(golden, 'CR02', value('none')))).toContain('CR-R2a');
    const stale = put(golden, 'CR02', value(31));
    const reasons = explain(model, stale, evaluate(model, stale));
    expect(reasons.parts[model.position.get('CR02')!]).toMatchObject({ attribute: 'b3', partialTenths: 40 });
  });

  it('keeps what the firm cannot change from the firm', () => {
    const s01 = goldenValues(
      model,
      goldenScores().find((g) => g.id === 'S01')!,
    );
    const { adverse, adverseForFirm } = explain(model, s01, evaluate(model, s01));
    expect(adverse.map((r) => r.code)).toEqual(['IN-R12', 'IN-R7', 'PR-R8']);
    expect(adverseForFirm.map((r) => r.code)).toEqual(['IN-R12', 'IN-R7']);
  });

  it('NOT_RATED: no reasons; what is known, and what each missing feed could add', () => {
    const s05 = goldenValues(
      model,
      goldenScores().find((g) => g.id === 'S03b')!,
    );
    const nothing = explain(model, s05, evaluate(model, s05));
    expect([nothing.adverse, nothing.favourable, nothing.adverseForFirm]).toEqual([[], [], []]);
    expect(nothing.known).toEqual({ tenths: 60, maxTenths: 140 });
    expect(nothing.label.zh).toBe('资料不足，暂不评级');
    const adds = nothing.missingFeeds.map((feed) => feed.couldAddTenths);
    expect(adds).toEqual([...adds].sort((a, b) => b - a));
    expect(nothing.missingFeeds[0]).toMatchObject({ code: 'N-PAT', couldAddTenths: 1120 });
    expect(nothing.missingFeeds.find((f) => f.feed === 'SOC')).toMatchObject({
      zh: '社保数据未接入或未授权',
      en: 'Social-insurance data not available',
    });
  });

  it('gives the score without qualifications', () => {
    // PR01 12 → 8, PR02 3 → 2, PR06 6 → 2, CC10 8 → 6.
    expect(rich.scoreWithoutQua).toBe(595);
  });

  it('parses exact numbers', () => {
    expect([
      parseExact('13/10'),
      parseExact(5.5),
      parseExact('6/3'),
      parseExact('1/0'),
      parseExact('x'),
      parseExact('-1.50'),
    ]).toEqual([{ num: 13, den: 10 }, { num: 11, den: 2 }, 2, undefined, undefined, { num: -3, den: 2 }]);
  });
});
