import fc from 'fast-check';
import { fen, ProblemError, type Fen } from '#lib/kernel';
import { asCreditLine, asOneLoan, composeByEquity, composeByTotal, composeStrictly, type Ratio } from '../index.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3_000 : 200;
const U = fen(1_000_000);
const yuan = (amount: number): Fen => fen(amount * 100);
const amount = fc.oneof(fc.nat({ max: 5_000_000 }), fc.nat({ max: 2_000_000_000 }), fc.nat({ max: 10 ** 13 })).map(fen);
const unit = fc.oneof(fc.constant(U), fc.integer({ min: 1, max: 10_000_000 }).map(fen));
const ratio = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 1000 }))) as unknown as fc.Arbitrary<Ratio>;

const faults = (compose: () => unknown): string[] => {
  try {
    compose();
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    const { code, status, errors } = (error as ProblemError).problem;
    expect([code, status]).toEqual(['composition-invalid', 422]);
    return errors!.map((one) => `${one.pointer} ${one.code}`);
  }
  return [];
};

describe('reading A, equity-anchored', () => {
  it.each([
    [9_935_000, 4_960_000, 4_970_000, 19_865_000],
    [7_777_777, 3_880_000, 3_890_000, 15_547_777],
    [10_000_000, 5_000_000, 5_000_000, 20_000_000],
    [9_999, 0, 0, 9_999],
    [0, 0, 0, 0],
  ])('%s yuan of equity carry %s and %s', (equity, loan, guaranteed, total) => {
    const plan = composeByEquity(yuan(equity), U);
    expect([plan.reading, plan.loan, plan.guaranteed, plan.package]).toEqual([
      'A',
      yuan(loan),
      yuan(guaranteed),
      yuan(total),
    ]);
  });

  it('adds up to the fen, in whole units, the odd unit guaranteed', () => {
    fc.assert(
      fc.property(amount, unit, (equity, u) => {
        const plan = composeByEquity(equity, u);
        expect(plan.loan + plan.guaranteed).toBe(plan.debt);
        expect(plan.debt + plan.residue).toBe(equity);
        expect(plan.equity + plan.debt).toBe(plan.package);
        expect(plan.residue >= 0 && plan.residue < u).toBe(true);
        expect([plan.loan % u, plan.guaranteed % u]).toEqual([0, 0]);
        expect([0, u]).toContain(plan.guaranteed - plan.loan);
        expect(BigInt(plan.loan)).toBe((BigInt(equity) / BigInt(u) / 2n) * BigInt(u));
        expect(plan.parts.map((one) => one.amount)).toEqual([plan.equity, plan.loan, plan.guaranteed]);
        for (const { amount: value, steps } of plan.parts) expect(steps.at(-1)!.value).toBe(value);
      }),
      { numRuns },
    );
  });

  it('refuses what is no amount and no unit, and a package that is not exact', () => {
    expect(faults(() => composeByEquity(-1 as Fen, U))).toEqual(['/equity amount-negative']);
    expect(faults(() => composeByEquity(0.5 as Fen, U))).toEqual(['/equity amount-not-whole']);
    expect(faults(() => composeByEquity(Number.NaN as Fen, 0 as Fen))).toEqual([
      '/equity amount-not-whole',
      '/unit unit-not-positive',
    ]);
    expect(faults(() => composeByEquity((2 ** 53) as Fen, 1.5 as Fen))).toEqual([
      '/equity amount-too-large',
      '/unit unit-not-positive',
    ]);
    expect(faults(() => composeByEquity(fen(Number.MAX_SAFE_INTEGER), fen(1)))).toEqual(['/equity amount-too-large']);
    expect(composeByEquity(fen((Number.MAX_SAFE_INTEGER - 1) / 2), fen(1)).package).toBe(Number.MAX_SAFE_INTEGER - 1);
  });
});

describe('reading B, line-anchored', () => {
  it.each([
    [20_000_000, 10_000_000, 5_000_000, 5_000_000, 0],
    [19_870_000, 9_930_000, 4_970_000, 4_970_000, 0],
    [10_010_000, 5_010_000, 2_500_000, 2_500_000, 0],
    [10_030_000, 5_010_000, 2_510_000, 2_510_000, 0],
    [19_999_999, 9_990_000, 5_000_000, 5_000_000, 9_999],
  ])('splits %s yuan', (total, equity, loan, guaranteed, residue) => {
    const plan = composeByTotal(yuan(total), [2, 1, 1], U);
    expect([plan.reading, plan.equity, plan.loan, plan.guaranteed, plan.residue]).toEqual([
      'B',
      yuan(equity),
      yuan(loan),
      yuan(guaranteed),
      yuan(residue),
    ]);
  });

  it('adds up to the fen with the residue, each part within one unit of its share, ties in order', () => {
    fc.assert(
      fc.property(amount, ratio, unit, (total, weights, u) => {
        const plan = composeByTotal(total, weights, u);
        const parts = [plan.equity, plan.loan, plan.guaranteed];
        expect(parts.reduce((sum, part) => sum + part, 0) + plan.residue).toBe(total);
        expect(plan.package + plan.residue).toBe(total);
        expect(plan.residue >= 0 && plan.residue < u).toBe(true);
        const sum = weights.reduce((s, w) => s + w, 0);
        const units = BigInt((total - plan.residue) / u);
        parts.forEach((part, i) => {
          const quota = (units * BigInt(weights[i]!)) / BigInt(sum);
          expect([quota, quota + 1n]).toContain(BigInt(part) / BigInt(u));
          const { steps } = plan.parts[i]!;
          expect(steps.find(({ symbol }) => symbol === 'q')!.value).toBe(Number(quota));
          expect(steps.at(-1)!.value).toBe(part);
        });
        for (const [i, k] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const)
          if (weights[i] === weights[k]) expect(parts[i]!).toBeGreaterThanOrEqual(parts[k]!);
      }),
      { numRuns },
    );
  });

  it.each([[[0, 1, 1]], [[2, -1, 1]], [[2, 1]], [[2, 1, 0.5]], [[2, 1, 1, 1]], [[2, 1, 2 ** 53]]])(
    'refuses the ratio %j',
    (weights) => {
      const given = weights as unknown as Ratio;
      expect(faults(() => composeByTotal(yuan(1), given, U))).toEqual(['/ratio ratio-not-positive']);
    },
  );
});

describe('readings C and D are views of the same numbers', () => {
  const plan = composeByEquity(yuan(9_935_000), U);

  it('C: what the bank books, without the equity', () => {
    expect(asCreditLine(plan)).toEqual({ reading: 'C', creditLine: yuan(9_930_000) });
  });

  it('D: one loan, half of it guaranteed, and the liability of the guarantor', () => {
    expect(asOneLoan(plan, 8000)).toEqual({
      reading: 'D',
      bankLoan: yuan(9_930_000),
      unsecured: yuan(4_960_000),
      guaranteed: yuan(4_970_000),
      guarantorShareBp: 8000,
      guarantorLiability: yuan(3_976_000),
    });
    const odd = { equity: fen(0), loan: fen(0), guaranteed: fen(1) };
    expect([5000, 5001].map((share) => asOneLoan(odd, share).guarantorLiability)).toEqual([0, 1]);
    for (const share of [-1, 10_001, 0.5])
      expect(faults(() => asOneLoan(plan, share))).toEqual(['/guarantorShareBp share-not-bp']);
  });
});

describe('the proportional variant', () => {
  const commitments = fc.record({ equity: amount, loan: amount, guaranteed: amount });

  it('is the largest multiple of the ratio that every commitment carries', () => {
    fc.assert(
      fc.property(commitments, ratio, unit, (committed, weights, u) => {
        const made = composeStrictly(committed, weights, u);
        expect([made.equity, made.loan, made.guaranteed]).toEqual(weights.map((weight) => made.k * weight));
        expect(made.k % u).toBe(0);
        const fits = (k: number): boolean[] =>
          made.parts.map((part, i) => BigInt(k) * BigInt(weights[i]!) <= BigInt(part.committed));
        expect(fits(made.k)).toEqual([true, true, true]);
        const stopped = made.parts.filter((_, i) => !fits(made.k + u)[i]).map(({ part }) => part);
        expect(made.binding).toEqual(stopped);
        expect(stopped.length).toBeGreaterThan(0);
        for (const part of made.parts) expect(part.amount + part.unused).toBe(part.committed);
      }),
      { numRuns },
    );
  });

  it('at 2:1:1 it is what reading A makes of its equity', () => {
    fc.assert(
      fc.property(commitments, (committed) => {
        const made = composeStrictly(committed, [2, 1, 1], U);
        const { loan, guaranteed, package: whole } = composeByEquity(made.equity, U);
        expect([loan, guaranteed, whole]).toEqual([made.loan, made.guaranteed, made.package]);
      }),
      { numRuns },
    );
  });

  it('names every part that decides', () => {
    const committed = { equity: yuan(2_000_000), loan: yuan(1_000_000), guaranteed: yuan(1_010_000) };
    expect(composeStrictly(committed, [2, 1, 1], U).binding).toEqual(['equity', 'loan']);
  });

  it('carries nothing at a ratio past every commitment, and refuses what is not exact', () => {
    const most = fen(Number.MAX_SAFE_INTEGER);
    const all = { equity: most, loan: most, guaranteed: most };
    expect(composeStrictly(all, [most, 1, 1], U)).toMatchObject({ k: 0, package: 0, binding: ['equity'] });
    expect(faults(() => composeStrictly(all, [1, 1, 1], fen(1)))).toEqual(['/committed amount-too-large']);
    expect(faults(() => composeStrictly({ ...all, loan: -5 as Fen }, [1, 0, 1], fen(1)))).toEqual([
      '/committed/loan amount-negative',
      '/ratio ratio-not-positive',
    ]);
  });
});
