import { mulDiv, splitByLargestRemainder, type Fen, type ProblemDetail } from '#lib/kernel';
import { checkAmount, checkUnit, exactSum, fault, refuseFaults } from './faults.ts';
import { inWholeUnits, quotient } from './whole-units.ts';
import { PARTS, step, STEPS, type Part, type Reading, type Step } from './words.ts';

/** Equity, credit loan and principal under the batch guarantee (股权、信用贷款、批量担保贷款), fen. */
export interface Amounts {
  readonly equity: Fen;
  readonly loan: Fen;
  readonly guaranteed: Fen;
}

export interface PlannedPart {
  readonly part: Part;
  readonly amount: Fen;
  readonly steps: readonly Step[];
}

/** A composition as planned (投贷担方案), before anybody commits. */
export interface Plan extends Amounts {
  readonly reading: Reading;
  readonly unit: Fen;
  /** loan + guaranteed. */
  readonly debt: Fen;
  /** equity + loan + guaranteed. */
  readonly package: Fen;
  /** Reading A: what of the equity carries no debt. Reading B: what of the total stays unallocated. */
  readonly residue: Fen;
  /** In the order equity, loan, guaranteed. */
  readonly parts: readonly PlannedPart[];
}

/** equity : loan : guaranteed, three whole numbers above zero. */
export type Ratio = readonly [equity: number, loan: number, guaranteed: number];

export interface DebtCeilings {
  readonly debt: number;
  readonly loan: number;
  readonly guaranteed: number;
}

/**
 * D = ⌊E/u⌋·u, L = ⌊D/(2u)⌋·u, G = D − L (domain §5.2). No checks.
 * `moved`, from loan to guaranteed where positive, holds the giving part to what it keeps at `recognised` equity; what
 * it then cannot take of a stage is the other's, so that both always add up to D and neither falls as equity grows.
 */
export function ceilings(equity: number, unit: number, moved = 0, recognised = equity): DebtCeilings {
  const debt = inWholeUnits(equity, unit);
  const half = quotient(debt / unit, 2) * unit;
  if (moved === 0) return { debt, loan: half, guaranteed: debt - half };
  const full = ceilings(recognised, unit);
  if (moved > 0) {
    const loan = Math.min(half, Math.max(0, full.loan - moved));
    return { debt, loan, guaranteed: debt - loan };
  }
  const guaranteed = Math.min(debt - half, Math.max(0, full.guaranteed + moved));
  return { debt, loan: debt - guaranteed, guaranteed };
}

/**
 * Reading A, equity-anchored (以股权投资为基础): what debt this equity carries.
 * Throws ProblemError composition-invalid 422.
 */
export function composeByEquity(equity: Fen, unit: Fen): Plan {
  const errors: ProblemDetail[] = [];
  checkAmount(errors, '/equity', equity);
  checkUnit(errors, unit);
  refuseFaults(errors);
  const { debt, loan, guaranteed } = ceilings(equity, unit);
  const [given, whole] = [step(STEPS.equity, equity), step(STEPS.debt, debt)];
  return {
    reading: 'A',
    unit,
    equity,
    loan: loan as Fen,
    guaranteed: guaranteed as Fen,
    debt: debt as Fen,
    package: exactSum('/equity', equity, debt) as Fen,
    residue: (equity - debt) as Fen,
    parts: [
      { part: 'equity', amount: equity, steps: [given] },
      { part: 'loan', amount: loan as Fen, steps: [given, whole, step(STEPS.loan, loan)] },
      { part: 'guaranteed', amount: guaranteed as Fen, steps: [given, whole, step(STEPS.guaranteed, guaranteed)] },
    ],
  };
}

/**
 * Reading B, line-anchored: a target package split by the ratio in whole units, largest remainder, ties in the order
 * equity, loan, guaranteed. Throws ProblemError composition-invalid 422.
 */
export function composeByTotal(total: Fen, ratio: Ratio, unit: Fen): Plan {
  const errors: ProblemDetail[] = [];
  checkAmount(errors, '/total', total);
  checkRatio(errors, ratio);
  checkUnit(errors, unit);
  refuseFaults(errors);
  const units = quotient(total, unit);
  const whole = ratio.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const shares = splitByLargestRemainder(units, ratio);
  const amounts = shares.map((share) => (share * unit) as Fen);
  const [equity, loan, guaranteed] = amounts as [Fen, Fen, Fen];
  const given = [step(STEPS.total, total), step(STEPS.units, units)];
  return {
    reading: 'B',
    unit,
    equity,
    loan,
    guaranteed,
    debt: (loan + guaranteed) as Fen,
    package: (units * unit) as Fen,
    residue: (total - units * unit) as Fen,
    parts: PARTS.map((part, i) => {
      const quota = mulDiv(units as Fen, ratio[i]!, whole, 'down');
      const more = shares[i]! - quota;
      const last = step(STEPS.part, amounts[i]!);
      return {
        part,
        amount: amounts[i]!,
        steps: [...given, step(STEPS.quota, quota), step(STEPS.leftOver, more), last],
      };
    }),
  };
}

export function checkRatio(errors: ProblemDetail[], ratio: Ratio): void {
  if (ratio.length !== 3 || !ratio.every((weight) => Number.isSafeInteger(weight) && weight > 0))
    errors.push(fault('/ratio', 'ratio-not-positive'));
}

/** Reading C (授信额度): what the bank books. Equity is not credit. */
export interface CreditLineView {
  readonly reading: 'C';
  readonly creditLine: Fen;
}

export const asCreditLine = ({ loan, guaranteed }: Amounts): CreditLineView => ({
  reading: 'C',
  creditLine: exactSum('/loan', loan, guaranteed) as Fen,
});

/** Reading D (一笔贷款): one bank loan, part unsecured, part under the batch guarantee. */
export interface OneLoanView {
  readonly reading: 'D';
  readonly bankLoan: Fen;
  readonly unsecured: Fen;
  /** Principal under the guarantee. */
  readonly guaranteed: Fen;
  /** The guarantor's share of the guaranteed principal, basis points. */
  readonly guarantorShareBp: number;
  /** 担保责任: guaranteed × share; the bank's rest makes it up to the fen, and a tie is the bank's, listed first. */
  readonly guarantorLiability: Fen;
}

/** Throws ProblemError composition-invalid 422 for a share outside 0 … 10,000. */
export function asOneLoan({ loan, guaranteed }: Amounts, guarantorShareBp: number): OneLoanView {
  const isShare = Number.isSafeInteger(guarantorShareBp) && guarantorShareBp >= 0 && guarantorShareBp <= 10_000;
  if (!isShare) refuseFaults([fault('/guarantorShareBp', 'share-not-bp')]);
  return {
    reading: 'D',
    bankLoan: exactSum('/loan', loan, guaranteed) as Fen,
    unsecured: loan,
    guaranteed,
    guarantorShareBp,
    guarantorLiability: splitByLargestRemainder(guaranteed, [10_000 - guarantorShareBp, guarantorShareBp])[1] as Fen,
  };
}
