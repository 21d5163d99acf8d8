import fc from 'fast-check';
import { fen } from '#lib/kernel';
import type { Confidence } from '#lib/scoring';
import { basesOf, graded, lineInput, noLoans, shipped, wan } from '../../fixtures/line-cases.ts';
import { BASE_CODES, isBaseCode } from './line-base.ts';
import { LINE_GRADES, type HashedLineParameters } from './line-parameters.ts';
import type { LineInput } from './line.ts';
import { raiseByNext, type LineRaise } from './raise-line.ts';
import { suggestLine } from './suggested-line.ts';

const CREDIT = { code: 'CKT', zh: '样例', en: 'sample', cap: wan(150), used: fen(0), guaranteed: false };
const raisesOf = (more: Partial<LineInput>): unknown[] =>
  raiseByNext(lineInput(more), shipped).raises.map(({ code, from, to, amount }) => [code, from, to, amount]);

const cases: readonly [string, Partial<LineInput>, readonly unknown[]][] = [
  [
    'a base up to the largest other one, confidence, a smaller debt',
    {
      firm: graded('BBB', { confidence: 'M' }),
      bases: basesOf({ B1: wan(180), B2: wan(300), B3: wan(110) }),
      loans: { ...noLoans, amount: wan(30) },
    },
    [
      ...['B1', 'B3', 'B4', 'B5', 'B6', 'B7'].map((code) => [
        code,
        code === 'B1' ? wan(180) : code === 'B3' ? wan(110) : null,
        191_111_112,
        wan(142),
      ]),
      ['CONFIDENCE', 'M', 'H', wan(150)],
      // The floor of AA lies above what evidence gives.
      ['GRADE', 'BBB', 'AA', wan(150)],
      ['UNSECURED_LOANS', wan(30), wan(20), wan(142)],
    ],
  ],
  [
    'the grade, where its ceiling binds',
    { bases: basesOf({ B1: wan(900), B2: wan(700) }) },
    [['GRADE', 'BBB', 'A', wan(450)]],
  ],
  [
    'one base alone: a second as large as is needed, or the grade',
    { bases: basesOf({ B2: wan(120) }) },
    [
      ...['B1', 'B3', 'B4', 'B5', 'B6', 'B7'].map((code) => [code, null, wan(110), wan(110)]),
      ['GRADE', 'BBB', 'A', wan(150)],
    ],
  ],
  [
    'two grades up, where the next one is not enough',
    { firm: graded('CC'), bases: [] },
    [['GRADE', 'CC', 'CCC', wan(15)]],
  ],
  ['a cap of the programme', { programme: CREDIT }, [['PROGRAMME_CAP', wan(150), wan(160), wan(160)]]],
  ['a cap of the platform', { platformUsed: wan(870) }, [['PLATFORM_CAP', wan(1000), wan(1010), wan(140)]]],
  [
    'offers and approvals as well as loans',
    { bases: basesOf({ B1: wan(300), B2: wan(300) }), liveOffers: wan(30), undrawnApprovals: wan(9) },
    [['LIVE_OFFERS', wan(30), wan(20), wan(271)]],
  ],
  [
    'confidence alone, where it is low',
    { firm: graded('BBB', { confidence: 'L' }) },
    [['CONFIDENCE', 'L', 'M', wan(162)]],
  ],
  ['nothing for a branch', { firm: graded('BBB', { legalPerson: false }) }, []],
  ['nothing for a firm on hold', { firm: graded('BBB', { published: 'ON_HOLD', grade: null }) }, []],
  [
    'nothing where two limits hold',
    { bases: basesOf({ B1: wan(200), B2: wan(200) }), programme: { ...CREDIT, cap: wan(200) } },
    [],
  ],
];

describe('what raises a line by the next 100,000 yuan', () => {
  it.each(cases)('%s', (_, more, expected) => expect(raisesOf(more)).toEqual(expected));

  it('names a base as the base that it is, with its formula', () => {
    const { raises } = raiseByNext(lineInput({ bases: basesOf({ B1: wan(120) }) }), shipped);
    const equity = raises.find(({ code }) => code === 'B2')!;
    expect([equity.zh, equity.en]).toEqual([
      expect.stringMatching(/^测算基数：股权融资（.*× 比例/),
      expect.stringMatching(/^base Equity: .*× share/),
    ]);
  });

  it('says so where nothing does', () => {
    const { why, raises } = raiseByNext(lineInput({ firm: graded('BBB', { legalPerson: false }) }), shipped);
    expect(raises).toEqual([]);
    expect(why).not.toBeNull();
    expect(raiseByNext(lineInput(), shipped, wan(1)).why).toBeNull();
  });

  it('looks for the step that is asked', () =>
    expect(raiseByNext(lineInput(), shipped, wan(50))).toMatchObject({ from: wan(180), target: wan(230) }));
});

/** The input with the change made by hand. */
function changed(input: LineInput, { code, to }: LineRaise): { input: LineInput; hashed: HashedLineParameters } {
  const amount = to as ReturnType<typeof fen>;
  const { firm } = input;
  const withInput = (more: Partial<LineInput>) => ({ input: { ...input, ...more }, hashed: shipped });
  if (isBaseCode(code))
    return withInput({ bases: [...input.bases.filter((base) => base.code !== code), ...basesOf({ [code]: amount })] });
  switch (code) {
    case 'CONFIDENCE':
      return withInput({ firm: { ...firm, confidence: to as Confidence } });
    case 'GRADE':
      return withInput({ firm: { ...firm, grade: String(to), published: String(to) } });
    case 'UNSECURED_LOANS':
      return withInput({ loans: { ...input.loans, amount } });
    case 'LIVE_OFFERS':
      return withInput({ liveOffers: amount });
    case 'UNDRAWN_APPROVALS':
      return withInput({ undrawnApprovals: amount });
    case 'PROGRAMME_CAP':
      return withInput({ programme: { ...input.programme!, cap: amount } });
    case 'PLATFORM_CAP':
      return { input, hashed: { ...shipped, parameters: { ...shipped.parameters, platformCapFen: amount } } };
  }
}

const some = fc.integer({ min: 0, max: 600_000_000 });
const debt = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000_000 })).map(fen);

it('each raise really raises, and a fen less of an amount does not', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...LINE_GRADES),
      fc.constantFrom<Confidence>('H', 'M', 'L'),
      fc.dictionary(fc.constantFrom(...BASE_CODES), some, { maxKeys: 4 }),
      debt,
      debt,
      fc.option(fc.record({ cap: some, used: debt }), { nil: undefined }),
      (grade, confidence, bases, loans, liveOffers, programme) => {
        const input = lineInput({
          firm: graded(grade, { confidence }),
          bases: basesOf(bases),
          loans: { ...noLoans, amount: loans },
          liveOffers,
          ...(programme ? { programme: { ...CREDIT, ...programme, cap: fen(programme.cap) } } : {}),
        });
        const { from, target, raises } = raiseByNext(input, shipped);
        expect(from).toBe(suggestLine(input, shipped).amount ?? 0);
        for (const raise of raises) {
          const made = changed(input, raise);
          const line = suggestLine(made.input, made.hashed);
          expect([raise.code, line.amount]).toEqual([raise.code, raise.amount]);
          expect(line.amount).toBeGreaterThanOrEqual(target);
          if (typeof raise.to === 'string') continue;
          const isDebt = ['UNSECURED_LOANS', 'LIVE_OFFERS', 'UNDRAWN_APPROVALS'].includes(raise.code);
          const less = changed(input, { ...raise, to: fen(raise.to + (isDebt ? 1 : -1)) });
          expect(suggestLine(less.input, less.hashed).amount ?? 0).toBeLessThan(target);
        }
      },
    ),
    { numRuns: process.env['FIRSTMILE_LONG'] ? 3_000 : 300 },
  ));
