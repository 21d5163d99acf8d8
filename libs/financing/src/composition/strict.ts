import type { Fen, ProblemDetail } from '#lib/kernel';
import { checkAmount, checkUnit, exactSum, refuseFaults } from './faults.ts';
import type { JointCase } from './joint-case.ts';
import { checkRatio, type Amounts, type PlannedPart, type Ratio } from './plan.ts';
import { inWholeUnits, quotient, splitWithin } from './whole-units.ts';
import { PARTS, step, STEPS, type Part } from './words.ts';

/** A part of a proportional composition, and what its partner committed beyond it. */
export interface StrictPart extends PlannedPart {
  readonly committed: Fen;
  readonly unused: Fen;
}

/** Proportional variant (严格按比例): every part is cut to the ratio. */
export interface StrictComposition extends Amounts {
  readonly reading: 'strict';
  readonly unit: Fen;
  readonly ratio: Ratio;
  /** One share of the ratio, a multiple of the unit. */
  readonly k: Fen;
  readonly debt: Fen;
  readonly package: Fen;
  /** Parts whose commitment decides k; of several, raising one alone changes nothing. */
  readonly binding: readonly Part[];
  readonly parts: readonly StrictPart[];
}

/**
 * k = ⌊min(cᵢ/rᵢ)/u⌋·u, parts k·rᵢ (domain §5.2). Throws ProblemError composition-invalid 422.
 * Its drawdown is reading A's at an equity of k·r for 2:1:1, where both give the same parts.
 */
export function composeStrictly(committed: Amounts, ratio: Ratio, unit: Fen): StrictComposition {
  const errors: ProblemDetail[] = [];
  for (const part of PARTS) checkAmount(errors, `/committed/${part}`, committed[part]);
  checkRatio(errors, ratio);
  checkUnit(errors, unit);
  refuseFaults(errors);
  // The floor of the smallest is the smallest of the floors. r × u past the safe range exceeds every commitment: 0.
  const carried = PARTS.map((part, i) => quotient(committed[part], ratio[i]! * unit));
  const shares = Math.min(...carried);
  const k = (shares * unit) as Fen;
  const amounts = ratio.map((weight) => (k * weight) as Fen);
  const [equity, loan, guaranteed] = amounts as [Fen, Fen, Fen];
  return {
    reading: 'strict',
    unit,
    ratio,
    k,
    equity,
    loan,
    guaranteed,
    debt: exactSum('/committed', loan, guaranteed) as Fen,
    package: exactSum('/committed', equity, loan, guaranteed) as Fen,
    binding: PARTS.filter((_, i) => carried[i] === shares),
    parts: PARTS.map((part, i) => ({
      part,
      amount: amounts[i]!,
      committed: committed[part],
      unused: (committed[part] - amounts[i]!) as Fen,
      steps: [
        step(STEPS.committed, committed[part]),
        step(STEPS.ratioUnits, carried[i]!),
        step(STEPS.multiple, k),
        step(STEPS.multiplied, amounts[i]!),
      ],
    })),
  };
}

/** 股权 : 信用贷款 : 批量担保贷款 of a joint case. */
export const CASE_RATIO: Ratio = [2, 1, 1];

type Committed = readonly { readonly committed: Fen }[];

/**
 * What the partners of a case give together in proportion. Several in a part count in each one's own whole units, so that
 * nobody is given more than it committed. Throws ProblemError composition-invalid 422.
 */
export function strictOf(unit: Fen, committed: Readonly<Record<Part, Committed>>): StrictComposition {
  const whole = (part: Part): Fen =>
    exactSum(`/${part}`, ...committed[part].map((one) => inWholeUnits(one.committed, unit))) as Fen;
  const amounts = { equity: whole('equity'), loan: whole('loan'), guaranteed: whole('guaranteed') };
  return composeStrictly(amounts, CASE_RATIO, unit);
}

/**
 * The case with no more equity recognised than its ratio allows, split among several investors by their commitments, largest
 * remainder in units: what reading A makes of that equity is the proportional composition, and so it is drawn.
 */
export function cutToRatio(joint: JointCase): JointCase {
  const { unit, equity } = joint;
  const { equity: carried } = strictOf(unit, joint);
  const weights = equity.map(({ committed }) => committed);
  const room = weights.map((committed) => quotient(committed, unit));
  const shares = splitWithin(carried / unit, weights, room);
  return {
    ...joint,
    reading: 'strict',
    equity: equity.map((one, i) => ({ ...one, recognised: (shares[i]! * unit) as Fen })),
  };
}
