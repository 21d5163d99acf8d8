import type { Fen } from '#lib/kernel';
import { checkedTotals, type DebtPartner, type Investor, type JointCase } from './joint-case.ts';
import { ceilings, type Amounts } from './plan.ts';
import { leverageBp, quotient, splitWithin } from './whole-units.ts';
import { binding, ceilingRule, step, STEPS, type Ceiling, type DebtPart, type Step } from './words.ts';

/** Debt on equity (联合杠杆). `bp` is null without equity, and where the ratio is past what is exact. */
export interface Leverage {
  readonly debt: Fen;
  readonly equity: Fen;
  readonly bp: number | null;
}

export interface EffectivePartner {
  readonly partner: string;
  readonly requested: Fen;
  readonly committed: Fen;
  readonly effective: Fen;
}

/** One debt part once its partners have committed (生效额). */
export interface EffectivePart {
  readonly part: DebtPart;
  /** i°(E), by the equity recognised and what was moved by substitution. */
  readonly ceiling: Fen;
  /** Commitments as made, added up. */
  readonly committed: Fen;
  /** Of that, the whole units of each partner: what can become effective. */
  readonly usable: Fen;
  readonly effective: Fen;
  /** Of the ceiling; it goes to nobody else unless a substitution is approved by both. */
  readonly unused: Fen;
  readonly binding: readonly Ceiling[];
  readonly partners: readonly EffectivePartner[];
  readonly steps: readonly Step[];
}

/** The composition that these partners give together. */
export interface EffectiveComposition extends Amounts {
  readonly reading: 'A' | 'strict';
  readonly unit: Fen;
  readonly debt: Fen;
  /** equity recognised + loan + guaranteed. */
  readonly package: Fen;
  /** Of the equity recognised: what carries no debt. */
  readonly residue: Fen;
  readonly investors: readonly (EffectivePartner & { readonly paid: Fen })[];
  readonly parts: { readonly loan: EffectivePart; readonly guaranteed: EffectivePart };
  readonly leverage: Leverage;
}

export function leverage(debt: number, equity: number): Leverage {
  return { debt: debt as Fen, equity: equity as Fen, bp: leverageBp(debt, equity) };
}

/**
 * L_eff = min(Σ⌊cⱼ/u⌋·u, L°(E)), G_eff likewise; several lenders by their commitments, largest remainder in units, ties
 * in their order (domain §5.2). Commitments count in each partner's own whole units, so that nobody is given more than
 * it committed. Throws ProblemError composition-invalid 422.
 */
export function effective(joint: JointCase): EffectiveComposition {
  return effectiveOf(joint, checkedTotals(joint).recognised);
}

/** As `effective`, for a case that was checked. */
export function effectiveOf(joint: JointCase, recognised: number): EffectiveComposition {
  const { unit, moved } = joint;
  const full = ceilings(recognised, unit, moved);
  const loan = effectivePart('loan', joint.loan, full.loan, joint);
  const guaranteed = effectivePart('guaranteed', joint.guaranteed, full.guaranteed, joint);
  const debt = loan.effective + guaranteed.effective;
  return {
    reading: joint.reading ?? 'A',
    unit,
    equity: recognised as Fen,
    loan: loan.effective,
    guaranteed: guaranteed.effective,
    debt: debt as Fen,
    package: (recognised + debt) as Fen,
    residue: (recognised - full.debt) as Fen,
    investors: joint.equity.map(investorRow),
    parts: { loan, guaranteed },
    leverage: leverage(debt, recognised),
  };
}

const investorRow = ({ partner, requested, committed, recognised, paid }: Investor) => ({
  partner,
  requested,
  committed,
  effective: recognised,
  paid,
});

function effectivePart(
  part: DebtPart,
  partners: readonly DebtPartner[],
  ceiling: number,
  { unit, moved }: JointCase,
): EffectivePart {
  const weights: number[] = [];
  const room: number[] = [];
  let [committed, usable] = [0, 0];
  for (const one of partners) {
    const units = quotient(one.committed, unit);
    weights.push(one.committed);
    room.push(units);
    committed += one.committed;
    usable += units * unit;
  }
  const amount = Math.min(usable, ceiling);
  const shares = splitWithin(amount / unit, weights, room);
  const own = step(STEPS.usable, usable);
  const plan = step(ceilingRule(part, 'recognised', moved), ceiling);
  const last = step(STEPS.effective, amount);
  return {
    part,
    ceiling: ceiling as Fen,
    committed: committed as Fen,
    usable: usable as Fen,
    effective: amount as Fen,
    unused: (ceiling - amount) as Fen,
    binding: binding(usable === amount, ceiling === amount),
    partners: partners.map((one, i) => ({
      partner: one.partner,
      requested: one.requested,
      committed: one.committed,
      effective: (shares[i]! * unit) as Fen,
    })),
    steps: moved === 0 ? [own, plan, last] : [own, step(STEPS.substituted, moved), plan, last],
  };
}
