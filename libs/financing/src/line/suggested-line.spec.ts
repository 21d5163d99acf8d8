import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { fen } from '#lib/kernel';
import { UNGRADED, type Confidence } from '#lib/scoring';
import { basesOf, graded, lineInput, noLoans, shipped, wan, type Amounts } from '../../fixtures/line-cases.ts';
import { BASE_CODES, unavailableBase } from './line-base.ts';
import { LINE_GRADES } from './line-parameters.ts';
import type { LineInput, LineProgramme, SuggestedLine } from './line.ts';
import { suggestLine } from './suggested-line.ts';

const { parameters } = shipped;
const lineOf = (more: Partial<LineInput> = {}): SuggestedLine => suggestLine(lineInput(more), shipped);
const codes = (items: readonly { readonly code: string }[]): string[] => items.map(({ code }) => code);
const after = (line: SuggestedLine, code: string): number | undefined =>
  line.waterfall.find((step) => step.code === code)?.after;

interface Vector {
  readonly id: string;
  readonly note: string;
  readonly input: {
    readonly grade: string;
    readonly confidence: Confidence;
    readonly basesFen: Amounts;
    readonly existingFen?: number;
  };
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The words of the vectors for what decides and binds. */
const HALF = '½·B8';
const binding = ({ basis }: SuggestedLine): string => {
  if (basis!.decidedBy === 'GRADE_ONLY') return HALF;
  if (basis!.clampedBy !== null) return basis!.clampedBy === 'FLOOR' ? 'clamp-low' : 'clamp-high';
  return basis!.decidedBy;
};

function asVector(line: SuggestedLine): Record<string, unknown> {
  const { basis } = line;
  const shown = {
    M: basis!.m,
    decidedBy: basis!.decidedBy === 'GRADE_ONLY' ? HALF : basis!.decidedBy,
    clamped: basis!.clamped,
    binding: binding(line),
    afterHaircut: after(line, 'HAIRCUT'),
    afterExposure: after(line, 'UNDRAWN_APPROVALS'),
    line: line.amount,
    reason: line.reasons.length === 0 ? undefined : codes(line.reasons).join(),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

const file = path.join(import.meta.dirname, '../../../../../shared/vectors/lines.json');
const there = existsSync(file);
(there ? describe : describe.skip)(`vectors${there ? '' : ' (skipped: ../shared/vectors is not there)'}`, () => {
  const { vectors } = there ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }) : { vectors: [] };
  it('are there', () => expect(vectors.length).toBeGreaterThan(5));
  it('give their lines', () => {
    for (const { id, input, expected } of vectors) {
      const { grade, confidence, basesFen, existingFen = 0 } = input;
      const line = lineOf({
        firm: graded(grade, { confidence }),
        bases: basesOf(basesFen),
        loans: { ...noLoans, amount: fen(existingFen) },
      });
      expect({ id, ...asVector(line) }).toEqual({ id, ...expected });
    }
  });
});

describe('the example of the text', () => {
  const line = lineOf({
    firm: graded('BBB', { confidence: 'M' }),
    bases: basesOf({ B1: wan(180), B2: wan(300), B3: wan(110) }),
    loans: { ...noLoans, amount: wan(30) },
  });

  it('is 1.32 m yuan, decided by B1', () => {
    expect(line).toMatchObject({
      amount: wan(132),
      reasons: [],
      flags: [],
      evidenceAmount: wan(180),
      basis: { decidedBy: 'B1', m: wan(180), floor: wan(100), ceiling: wan(300), clampedBy: null },
      gradeAmount: { grade: 'BBB', fen: wan(200) },
      parameters: { version: '1', hash: shipped.hash, status: 'proposal' },
    });
  });

  it('shows its way', () => {
    expect(line.waterfall.map(({ code, before, after: then, applied }) => [code, before, then, applied])).toEqual([
      ['BASE', 0, wan(180), wan(180)],
      ['CLAMP', wan(180), wan(180), wan(180)],
      ['HAIRCUT', wan(180), wan(162), 9000],
      ['UNSECURED_LOANS', wan(162), wan(132), wan(30)],
      ['LIVE_OFFERS', wan(132), wan(132), 0],
      ['UNDRAWN_APPROVALS', wan(132), wan(132), 0],
      ['PLATFORM_CAP', wan(132), wan(132), wan(1000)],
      ['ROUNDING', wan(132), wan(132), wan(1)],
    ]);
  });

  it('names what binds, and what would next', () => {
    expect(line.binding).toMatchObject({ code: 'B1', amount: wan(132) });
    expect(line.next).toMatchObject({ code: 'CEILING', amount: wan(240) });
    expect(codes(line.limits)).toEqual(['B1', 'CEILING', 'PLATFORM_CAP']);
  });

  it('lists every base, the missing ones with why', () => {
    expect(codes(line.bases)).toEqual([...BASE_CODES]);
    expect(line.bases[6]).toMatchObject({ code: 'B7', amount: null, gaps: [{ cause: 'NO_SOURCE' }] });
  });
});

const CREDIT: LineProgramme = { code: 'CKT', zh: '样例', en: 'sample', cap: wan(150), used: fen(0), guaranteed: false };

const refusals: readonly [string, Partial<LineInput>, readonly string[]][] = [
  ['a branch', { firm: graded('BBB', { legalPerson: false }) }, ['NOT_LEGAL_PERSON']],
  ...UNGRADED.map((published): [string, Partial<LineInput>, readonly string[]] => [
    `published as ${published}`,
    { firm: graded('BBB', { published, grade: null }) },
    [published],
  ]),
  ['confidence L', { firm: graded('AAA', { confidence: 'L' }) }, ['CONFIDENCE_L']],
  ['coverage of 59.99 %', { firm: graded('AAA', { coverageBp: 5999 }) }, ['COVERAGE_LOW']],
  ['grade CCC and a credit loan', { firm: graded('CCC'), programme: CREDIT }, ['GUARANTEED_ONLY']],
  [
    'grade CCC and one without a cap',
    { firm: graded('CCC'), programme: { ...CREDIT, cap: null } },
    ['GUARANTEED_ONLY'],
  ],
  ['loans of all but 99,999.99 yuan', { loans: { ...noLoans, amount: fen(wan(170) + 1) } }, ['BELOW_100000']],
  ['a programme in full use', { programme: { ...CREDIT, used: wan(150) } }, ['BELOW_100000']],
  ['a platform cap that was passed', { platformUsed: wan(1001) }, ['BELOW_100000']],
  [
    'everything at once',
    { firm: { published: 'REFERENCE', grade: null, confidence: 'L', coverageBp: 5500, legalPerson: false } },
    ['NOT_LEGAL_PERSON', 'REFERENCE', 'CONFIDENCE_L', 'COVERAGE_LOW'],
  ],
];

describe('no line', () => {
  it.each(refusals)('for %s', (_, more, reasons) => {
    const line = lineOf(more);
    expect(line.amount).toBeNull();
    expect(codes(line.reasons)).toEqual(reasons);
    for (const { zh, en } of line.reasons) expect([zh.length > 0, en.length > 0]).toEqual([true, true]);
  });

  it('shows M and X but nothing after them where the gate refuses', () => {
    const line = lineOf({ firm: graded('BBB', { confidence: 'L' }) });
    expect(codes(line.waterfall)).toEqual(['BASE', 'CLAMP', 'GATE']);
    expect([line.limits, line.binding, line.next]).toEqual([[], null, null]);
  });

  it('shows no way at all where there is no grade', () => {
    const line = lineOf({ firm: graded('BBB', { grade: null, published: 'ON_HOLD' }) });
    expect([line.basis, line.gradeAmount, line.waterfall]).toEqual([null, null, []]);
    expect(line.bases[0]!.amount).toBe(wan(180));
  });
});

describe('the borders of a line', () => {
  it.each<[string, Partial<LineInput>, number]>([
    ['exactly 100,000 yuan', { loans: { ...noLoans, amount: wan(170) } }, wan(10)],
    ['a coverage of exactly 60 %', { firm: graded('BBB', { coverageBp: 6000 }) }, wan(180)],
    ['grade CCC, no programme asked', { firm: graded('CCC') }, wan(45)],
    ['grade CCC under a guarantee', { firm: graded('CCC'), programme: { ...CREDIT, guaranteed: true } }, wan(45)],
    ['the programme cap net of use', { programme: { ...CREDIT, used: wan(20) } }, wan(130)],
    ['a programme without a cap', { programme: { ...CREDIT, cap: null, used: wan(20) } }, wan(180)],
    ['the platform cap net of use', { platformUsed: wan(850) }, wan(150)],
    ['offers and approvals', { liveOffers: wan(30), undrawnApprovals: wan(25) }, wan(125)],
    ['offers that take more than there is', { liveOffers: wan(500), undrawnApprovals: wan(25) }, 0],
    [
      'loans that are known in part',
      { loans: { amount: wan(40), unknown: { zh: '甲', en: 'a' }, on: null } },
      wan(140),
    ],
  ])('%s', (_, more, amount) => expect(lineOf(more).amount ?? 0).toBe(amount));

  it.each<[string, Partial<LineInput>, readonly string[]]>([
    ['debt is unknown', { loans: { ...noLoans, unknown: { zh: '甲', en: 'a' } } }, ['EXISTING_DEBT_UNKNOWN']],
    ['one base only', { bases: basesOf({ B2: wan(260) }) }, ['GRADE_ONLY']],
    ['the floor lifts', { bases: basesOf({ B2: wan(260), B4: wan(12) }) }, ['FLOOR_LIFTED']],
    ['the ceiling pulls', { bases: basesOf({ B2: wan(260), B4: wan(301), B6: wan(400) }) }, ['CEILING_PULLED']],
    ['grade CCC', { firm: graded('CCC'), bases: basesOf({ B1: wan(30), B2: wan(40) }) }, ['GUARANTEED_ONLY']],
    ['grade CC', { firm: graded('CC') }, ['CEILING_PULLED', 'GRADE_GIVES_NOTHING']],
  ])('flags: %s', (_, more, flags) => expect(codes(lineOf(more).flags)).toEqual(flags));

  it('flags a deciding base that was stated', () => {
    const day = '2026-06-30' as never;
    const by = { zh: '样例银行', en: 'sample bank' };
    const statement = { by, on: day, asOf: day, verified: { by, on: day } };
    const [b1, b2] = basesOf({ B1: wan(180), B2: wan(300) });
    expect(codes(lineOf({ bases: [{ ...b1!, statement }, b2!] }).flags)).toEqual(['STATED_BASE']);
    expect(codes(lineOf({ bases: [b1!, { ...b2!, statement }] }).flags)).toEqual([]);
  });

  it('says in its first step what it starts from: the second largest base, or half of the grade’s amount', () => {
    const first = (bases: Amounts) => lineOf({ bases: basesOf(bases) }).waterfall[0]!;
    expect(first({ B1: wan(180), B2: wan(300) }).en).toContain('the second largest');
    expect(first({ B1: wan(180) })).toMatchObject({ code: 'BASE', zh: expect.stringContaining('等级额度的下限') });
  });

  it('prints what evidence supports beside a lifted amount', () => {
    expect(lineOf({ bases: basesOf({ B2: wan(260), B4: wan(12) }) })).toMatchObject({
      amount: wan(100),
      evidenceAmount: wan(12),
      binding: { code: 'FLOOR' },
    });
    expect(lineOf({ bases: basesOf({ B2: wan(260) }) })).toMatchObject({
      evidenceAmount: null,
      binding: { code: 'GRADE_ONLY' },
    });
  });

  it('names a cap that binds and the base behind it', () => {
    const line = lineOf({ programme: CREDIT });
    expect(line.binding).toMatchObject({ code: 'PROGRAMME_CAP', amount: wan(150) });
    expect(line.next).toMatchObject({ code: 'B1', amount: wan(180) });
  });

  it.each<[string, Partial<LineInput>]>([
    ['a negative amount', { liveOffers: -1 as never }],
    ['half a fen', { platformUsed: 0.5 as never }],
    ['a base twice', { bases: [...basesOf({ B1: 1 }), ...basesOf({ B1: 2 })] }],
    ['an unknown grade', { firm: graded('D') }],
    ['no grade without a reason', { firm: graded('BBB', { grade: null }) }],
  ])('throws for %s', (_, more) => expect(() => lineOf(more)).toThrow(RangeError));
});

const numRuns = process.env['FIRSTMILE_LONG'] ? 5_000 : 500;
/** Amounts around the table's: up to 12 m yuan, round and odd ones. */
const amount = fc.oneof(fc.integer({ min: 0, max: 1_200_000_000 }), fc.integer({ min: 0, max: 1_200 }).map(wan));
const amounts = fc.dictionary(fc.constantFrom(...BASE_CODES), amount, { maxKeys: 7 });
const debt = fc.oneof(fc.constant(0), amount).map(fen);
const inputs: fc.Arbitrary<LineInput> = fc
  .record({
    grade: fc.constantFrom(...LINE_GRADES),
    confidence: fc.constantFrom<Confidence>('H', 'M', 'L'),
    coverageBp: fc.constantFrom(5500, 6000, 9000, 9500),
    bases: amounts,
    loans: debt,
    liveOffers: debt,
    undrawnApprovals: debt,
    platformUsed: debt,
    programme: fc.option(fc.record({ cap: amount, used: debt, guaranteed: fc.boolean() }), { nil: undefined }),
  })
  .map(({ grade, confidence, coverageBp, bases, loans, programme, ...others }) =>
    lineInput({
      ...others,
      firm: graded(grade, { confidence, coverageBp }),
      bases: basesOf(bases),
      loans: { ...noLoans, amount: loans },
      ...(programme === undefined ? {} : { programme: { ...CREDIT, ...programme, cap: fen(programme.cap) } }),
    }),
  );
const holds = (property: (input: LineInput, line: SuggestedLine) => void): void =>
  fc.assert(
    fc.property(inputs, (input) => property(input, suggestLine(input, shipped))),
    { numRuns },
  );
const most = (line: SuggestedLine): number => line.amount ?? 0;

describe('for every firm', () => {
  it('the waterfall adds up, each step begins where the one before ended', () =>
    holds((_, line) => {
      let at = 0;
      for (const { before, after: then, change } of line.waterfall) {
        expect([before, change]).toEqual([at, then - before]);
        expect(then).toBeGreaterThanOrEqual(0);
        at = then;
      }
      expect(at).toBe(most(line));
    }));

  it('there is a line or a reason, never both', () =>
    holds((_, { amount: line, reasons }) => expect(line === null).toBe(reasons.length > 0)));

  it('a line is a multiple of 10,000 yuan, of at least 100,000, and within every cap', () =>
    holds(({ programme, platformUsed }, line) => {
      if (line.amount === null) return;
      expect(line.amount % wan(1)).toBe(0);
      expect(line.amount).toBeGreaterThanOrEqual(wan(10));
      expect(line.amount).toBeLessThanOrEqual(parameters.platformCapFen - platformUsed);
      expect(line.amount).toBeLessThanOrEqual(programme ? programme.cap! - programme.used : Infinity);
      expect(line.amount).toBeLessThanOrEqual(line.basis!.ceiling);
    }));

  it('the lowest limit, rounded down, is the line', () =>
    holds((_, line) => {
      if (line.binding === null) return;
      const lowest = Math.min(...line.limits.map((limit) => limit.amount));
      expect(line.binding.amount).toBe(lowest);
      const rounded = Math.max(0, lowest - (lowest % wan(1)));
      expect(most(line)).toBe(rounded < wan(10) ? 0 : rounded);
      expect(line.next!.amount).toBeGreaterThanOrEqual(lowest);
    }));

  it('a larger base never lowers it, more debt never raises it', () =>
    fc.assert(
      fc.property(inputs, fc.constantFrom(...BASE_CODES), amount, (input, code, more) => {
        const now = input.bases.find((base) => base.code === code)?.amount ?? 0;
        const others = input.bases.filter((base) => base.code !== code);
        const raised = suggestLine({ ...input, bases: [...others, ...basesOf({ [code]: now + more })] }, shipped);
        const line = suggestLine(input, shipped);
        expect(most(raised)).toBeGreaterThanOrEqual(most(line));
        const owing = { ...input.loans, amount: fen(input.loans.amount + more) };
        expect(most(suggestLine({ ...input, loans: owing }, shipped))).toBeLessThanOrEqual(most(line));
      }),
      { numRuns },
    ));

  it('one changed base never lifts it above the largest other base, before the floor', () =>
    fc.assert(
      fc.property(inputs, fc.constantFrom(...BASE_CODES), fc.nat(), (input, code, changed) => {
        const others = input.bases.filter((base) => base.code !== code);
        const line = suggestLine({ ...input, bases: [...others, ...basesOf({ [code]: changed * 1_000 })] }, shipped);
        const largest = Math.max(0, ...others.map((base) => base.amount ?? 0));
        expect(most(line)).toBeLessThanOrEqual(Math.max(largest, line.basis!.floor));
      }),
      { numRuns },
    ));

  it('an unavailable base is the same as none, and their order does not matter', () =>
    holds((input, line) => {
      const given = new Set(codes(input.bases));
      const missing = BASE_CODES.filter((code) => !given.has(code));
      const named = missing.map((code) => unavailableBase(code, [{ cause: 'STALE', zh: '甲', en: 'a' }]));
      const again = suggestLine({ ...input, bases: [...named, ...input.bases.toReversed()] }, shipped);
      expect([again.amount, again.basis, again.waterfall]).toEqual([line.amount, line.basis, line.waterfall]);
    }));

  it('a better grade never gives less', () =>
    holds((input, line) => {
      const better = LINE_GRADES[LINE_GRADES.findIndex((grade) => grade === input.firm.grade) - 1];
      if (better === undefined) return;
      const firm = { ...input.firm, grade: better, published: better };
      expect(most(suggestLine({ ...input, firm }, shipped))).toBeGreaterThanOrEqual(most(line));
    }));
});
