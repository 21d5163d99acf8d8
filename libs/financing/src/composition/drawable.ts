import type { Fen } from '#lib/kernel';
import {
  effectiveOf,
  leverage,
  type EffectiveComposition,
  type EffectivePart,
  type EffectivePartner,
  type Leverage,
} from './effective.ts';
import { checkedTotals, type JointCase } from './joint-case.ts';
import { ceilings } from './plan.ts';
import { binding, ceilingRule, step, STEPS, type Ceiling, type DebtPart, type Step } from './words.ts';

export interface DrawablePartner extends EffectivePartner {
  readonly drawn: Fen;
  /** What this partner alone could pay out now; together they are held by the part. */
  readonly drawable: Fen;
  /** Drawn above its effective amount. */
  readonly overdrawn: Fen;
}

/** What may be drawn of one debt part now (当前可提款额). */
export interface DrawablePart {
  readonly part: DebtPart;
  readonly effective: Fen;
  /** i°(P), by the equity paid so far. */
  readonly ceilingNow: Fen;
  readonly drawn: Fen;
  readonly drawable: Fen;
  /** Drawn above min(effective, i°(P)) (超提额): shown, never clawed back. */
  readonly overdrawn: Fen;
  /** Every ceiling that allows no more than `drawable`. */
  readonly binding: readonly Ceiling[];
  readonly partners: readonly DrawablePartner[];
  readonly steps: readonly Step[];
}

export interface Drawable {
  readonly reading: 'A' | 'strict';
  readonly frozen: boolean;
  readonly effective: EffectiveComposition;
  /** P. */
  readonly equityPaid: Fen;
  /** D(P). */
  readonly debtCeiling: Fen;
  readonly drawn: Fen;
  readonly overdrawn: Fen;
  readonly parts: { readonly loan: DrawablePart; readonly guaranteed: DrawablePart };
  /** What is drawn on the equity paid. */
  readonly leverage: Leverage;
}

/**
 * Part i: max(0, min(min(eff_i, i°(P)) − drawn_i, D(P) − all drawn)), nothing while frozen (domain §5.2). A draw need
 * not be whole units. Throws ProblemError composition-invalid 422.
 */
export function drawable(joint: JointCase): Drawable {
  const { recognised, paid, loanDrawn, guaranteedDrawn } = checkedTotals(joint);
  const effective = effectiveOf(joint, recognised);
  const now = ceilings(paid, joint.unit, joint.moved, recognised);
  const drawn = loanDrawn + guaranteedDrawn;
  const left = now.debt - drawn;
  const loan = drawablePart(joint, effective.parts.loan, now.loan, loanDrawn, paid, left);
  const guaranteed = drawablePart(joint, effective.parts.guaranteed, now.guaranteed, guaranteedDrawn, paid, left);
  return {
    reading: effective.reading,
    frozen: joint.frozen,
    effective,
    equityPaid: paid as Fen,
    debtCeiling: now.debt as Fen,
    drawn: drawn as Fen,
    overdrawn: (loan.overdrawn + guaranteed.overdrawn) as Fen,
    parts: { loan, guaranteed },
    leverage: leverage(drawn, paid),
  };
}

function drawablePart(
  joint: JointCase,
  { part, usable, effective, ceiling, partners, steps }: EffectivePart,
  ceilingNow: number,
  drawn: number,
  paid: number,
  jointLeft: number,
): DrawablePart {
  const allowed = Math.min(effective, ceilingNow);
  const amount = joint.frozen ? 0 : Math.max(0, Math.min(allowed - drawn, jointLeft));
  const rows = joint[part];
  return {
    part,
    effective,
    ceilingNow: ceilingNow as Fen,
    drawn: drawn as Fen,
    drawable: amount as Fen,
    overdrawn: Math.max(0, drawn - allowed) as Fen,
    binding: binding(
      usable - drawn <= amount,
      ceiling - drawn <= amount,
      ceilingNow - drawn <= amount,
      jointLeft <= amount,
      joint.frozen,
    ),
    partners: partners.map((one, i) => {
      const own = one.effective - rows[i]!.drawn;
      return {
        partner: one.partner,
        requested: one.requested,
        committed: one.committed,
        effective: one.effective,
        drawn: rows[i]!.drawn,
        drawable: Math.max(0, Math.min(own, amount)) as Fen,
        overdrawn: Math.max(0, -own) as Fen,
      };
    }),
    steps: [
      ...steps,
      step(STEPS.paid, paid),
      step(ceilingRule(part, 'paid', joint.moved), ceilingNow),
      step(STEPS.drawn, drawn),
      step(STEPS.jointLeft, jointLeft),
      step(STEPS.drawable, amount),
    ],
  };
}
