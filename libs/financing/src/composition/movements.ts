import { done, refused, type Fen, type Outcome, type Problem, type ProblemDetail } from '#lib/kernel';
import { drawable, type DrawablePart } from './drawable.ts';
import { amountFault, compositionInvalid, fault } from './faults.ts';
import type { DebtPartner, JointCase } from './joint-case.ts';
import { CEILINGS, type DebtPart } from './words.ts';

/** What happens to the money of a joint case. Amounts in fen, above zero. */
export type Movement =
  | { readonly kind: 'equity-paid' | 'equity-back'; readonly partner: string; readonly amount: Fen }
  | { readonly kind: 'drawn'; readonly part: DebtPart; readonly partner: string; readonly amount: Fen }
  | { readonly kind: 'frozen' | 'unfrozen' };

/**
 * The case after a movement. Equity taken back freezes it at once; what was drawn stays drawn. Refused are a draw while
 * frozen (`composition-frozen`), above what is drawable (`drawable-exceeded`, with the ceilings that bind) and more
 * equity back than was paid (`equity-back-exceeded`), 409 each. Throws ProblemError composition-invalid 422 for an
 * amount that is not one and for an unknown partner.
 */
export function move(joint: JointCase, movement: Movement): Outcome<JointCase> {
  switch (movement.kind) {
    case 'frozen':
      return done({ ...joint, frozen: true });
    case 'unfrozen':
      return done({ ...joint, frozen: false });
    case 'equity-paid':
    case 'equity-back': {
      const { kind, partner, amount } = movement;
      check(joint, 'equity', partner, amount);
      const { paid } = joint.equity.find((one) => one.partner === partner)!;
      const next = kind === 'equity-paid' ? paid + amount : paid - amount;
      if (next < 0) return refused(backExceeded(paid));
      const equity = joint.equity.map((one) => (one.partner === partner ? { ...one, paid: next as Fen } : one));
      return done({ ...joint, equity, frozen: joint.frozen || kind === 'equity-back' });
    }
    case 'drawn': {
      const { part, partner, amount } = movement;
      check(joint, part, partner, amount);
      if (joint.frozen) return refused(FROZEN);
      const now = drawable(joint).parts[part];
      const limit = now.partners.find((one) => one.partner === partner)!.drawable;
      if (amount > limit) return refused(drawableExceeded(now, partner, limit));
      const drawn = (one: DebtPartner): DebtPartner =>
        one.partner === partner ? { ...one, drawn: (one.drawn + amount) as Fen } : one;
      return done({ ...joint, [part]: joint[part].map(drawn) });
    }
  }
}

function check(joint: JointCase, part: DebtPart | 'equity', partner: string, amount: number): void {
  const errors: ProblemDetail[] = [];
  const code = amount === 0 ? 'amount-not-positive' : amountFault(amount);
  if (code) errors.push(fault('/amount', code));
  if (!(joint[part] ?? []).some((one) => one.partner === partner)) errors.push(fault('/partner', 'partner-unknown'));
  if (errors.length > 0) throw compositionInvalid(errors);
}

const FROZEN: Problem = {
  code: 'composition-frozen',
  status: 409,
  zh: '案件已冻结，不得提款',
  en: 'the case is frozen: nothing may be drawn',
};

function drawableExceeded(now: DrawablePart, partner: string, limit: Fen): Problem {
  const words = now.binding.map((ceiling) => CEILINGS[ceiling]);
  return {
    code: 'drawable-exceeded',
    status: 409,
    zh: `超出当前可提款额 ${limit} 分：${words.map(({ zh }) => zh).join('、')}`,
    en: `only ${limit} fen may be drawn now, because of ${words.map(({ en }) => en).join('; ')}`,
    extra: { part: now.part, partner, drawable: limit, binding: now.binding },
  };
}

const backExceeded = (paid: Fen): Problem => ({
  code: 'equity-back-exceeded',
  status: 409,
  zh: `退回额超出该股权方已到账的 ${paid} 分`,
  en: `the partner has paid in only ${paid} fen of equity`,
  extra: { paid },
});
