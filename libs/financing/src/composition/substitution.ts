import { done, refused, type Fen, type Outcome, type Problem, type ProblemDetail } from '#lib/kernel';
import { effective, type EffectiveComposition, type EffectivePartner } from './effective.ts';
import { amountFault, compositionInvalid, fault } from './faults.ts';
import type { DebtPartner, JointCase } from './joint-case.ts';
import { ceilings } from './plan.ts';
import type { DebtPart } from './words.ts';

/** One version of a composition (组合版本): versions are added, never changed. */
export interface CompositionVersion {
  readonly version: number;
  readonly joint: JointCase;
  /** Partners whose approval this version rests on. */
  readonly approvedBy: readonly string[];
}

export interface PlaceInPart {
  readonly part: DebtPart;
  readonly partner: string;
}

/** 替代: what one debt partner falls short of is taken over by another, in whole units. */
export interface Substitution {
  readonly from: PlaceInPart;
  readonly to: PlaceInPart;
  readonly amount: Fen;
}

/**
 * The next version, in which `to` stands for `amount` of what `from` was asked for and does not give. The total debt
 * ceiling stays; between the two parts the ceiling moves with it. Both must approve, and so must every other partner
 * whose effective amount changes by it. Refused: `substitution-above-shortfall`, `substitution-not-approved`, 409 each.
 * Throws ProblemError composition-invalid 422 for unknown partners and amounts that are no multiple of the unit.
 */
export function substitute(
  current: CompositionVersion,
  substitution: Substitution,
  approvedBy: readonly string[],
): Outcome<CompositionVersion> {
  const { joint } = current;
  const { from, to, amount } = substitution;
  const before = effective(joint);
  check(joint, substitution, approvedBy);
  const giver = rowOf(before, from);
  const shortfall = Math.min(giver.requested - giver.effective, before.parts[from.part].unused);
  if (amount > shortfall) return refused(aboveShortfall(Math.max(0, shortfall)));
  const committed = Math.max(rowOf(before, to).committed, rowOf(before, to).effective + amount) as Fen;
  const takes = (one: DebtPartner): DebtPartner => (one.partner === to.partner ? { ...one, committed } : one);
  const sign = from.part === 'loan' ? 1 : -1;
  const moved = from.part === to.part ? joint.moved : movedSoFar(before) + sign * amount;
  const next: JointCase = { ...joint, moved, [to.part]: joint[to.part].map(takes) };
  const needed = new Set([from.partner, to.partner, ...changed(before, effective(next))]);
  const missing = [...needed].filter((partner) => !approvedBy.includes(partner));
  if (missing.length > 0) return refused(notApproved(missing));
  return done({ version: current.version + 1, joint: next, approvedBy });
}

const rowOf = (of: EffectiveComposition, { part, partner }: PlaceInPart): EffectivePartner =>
  of.parts[part].partners.find((one) => one.partner === partner)!;

/** What was moved counts as far as there was a ceiling to give: less equity may be recognised since. */
const movedSoFar = ({ equity, unit, parts }: EffectiveComposition): number =>
  ceilings(equity, unit).loan - parts.loan.ceiling;

function changed(before: EffectiveComposition, after: EffectiveComposition): string[] {
  return (['loan', 'guaranteed'] as const).flatMap((part) =>
    after.parts[part].partners
      .filter(({ effective: amount }, i) => amount !== before.parts[part].partners[i]!.effective)
      .map(({ partner }) => partner),
  );
}

function check(joint: JointCase, { from, to, amount }: Substitution, approvedBy: readonly string[]): void {
  const errors: ProblemDetail[] = [];
  const isIn = ({ part, partner }: PlaceInPart): boolean =>
    (part === 'loan' || part === 'guaranteed') && joint[part].some((one) => one.partner === partner);
  if (!isIn(from)) errors.push(fault('/from', 'partner-unknown'));
  if (!isIn(to)) errors.push(fault('/to', 'partner-unknown'));
  if (from.part === to.part && from.partner === to.partner) errors.push(fault('/to', 'same-partner'));
  const code = amount === 0 ? 'amount-not-positive' : amountFault(amount);
  if (code) errors.push(fault('/amount', code));
  else if (amount % joint.unit !== 0) errors.push(fault('/amount', 'not-whole-units'));
  const everyone = [...joint.equity, ...joint.loan, ...joint.guaranteed].map(({ partner }) => partner);
  approvedBy.forEach((partner, i) => {
    if (!everyone.includes(partner)) errors.push(fault(`/approvedBy/${i}`, 'partner-unknown'));
  });
  if (errors.length > 0) throw compositionInvalid(errors);
}

const aboveShortfall = (shortfall: number): Problem => ({
  code: 'substitution-above-shortfall',
  status: 409,
  zh: `替代额超出缺口 ${shortfall} 分`,
  en: `no more than ${shortfall} fen are missing`,
  extra: { shortfall },
});

const notApproved = (missing: readonly string[]): Problem => ({
  code: 'substitution-not-approved',
  status: 409,
  zh: `替代须经各方重新批准，尚缺：${missing.join('、')}`,
  en: `a substitution is approved by every partner that it touches; missing: ${missing.join(', ')}`,
  extra: { missing },
});
