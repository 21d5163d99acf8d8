import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fen } from '#lib/kernel';
import {
  composeByEquity,
  composeStrictly,
  drawable,
  effective,
  move,
  type JointCase,
  type Movement,
} from '../index.ts';
import { debtPartner, jointCase, UNIT } from './fixtures/joint-cases.ts';

interface Vector {
  readonly id: string;
  readonly reading: 'A' | 'strict';
  readonly equityFen: number;
  readonly commitEquityFen: number;
  readonly commitLoanFen?: number;
  readonly commitGuaranteeFen?: number;
  readonly lenderCommitsFen?: readonly number[];
  readonly expected: Readonly<Record<string, unknown>> & { readonly steps?: readonly VectorStep[] };
}

interface VectorStep {
  readonly event: 'PAID' | 'DRAW_LOAN' | 'DRAW_GUARANTEED' | 'EQUITY_BACK' | 'UNFREEZE';
  readonly amountFen: number;
}

const VECTORS = join(__dirname, '../../../../../shared/vectors/compositions.json');
(existsSync(VECTORS) ? describe : describe.skip)('vectors of 2:1:1 (skipped where ../shared/vectors is absent)', () => {
  const vectors = (): readonly Vector[] => (JSON.parse(readFileSync(VECTORS, 'utf8')) as { vectors: Vector[] }).vectors;

  it('all come out', () => {
    const all = vectors();
    expect(all.map(({ id }) => id)).toEqual(['C01', 'C02', 'C03', 'C05', 'C06', 'C07', 'C09', 'C10', 'C11']);
    for (const vector of all) expect({ [vector.id]: outcome(vector) }).toEqual({ [vector.id]: vector.expected });
  });
});

function outcome(vector: Vector): Record<string, unknown> {
  if (vector.reading === 'strict') return strict(vector);
  if (vector.expected.steps) return staged(vector);
  if (vector.commitGuaranteeFen === undefined) return planned(vector);
  return committed(vector);
}

function planned({ equityFen }: Vector): Record<string, unknown> {
  const { debt, loan, guaranteed, package: whole } = composeByEquity(fen(equityFen), UNIT);
  return {
    debt,
    loan,
    guaranteed,
    package: whole,
    ceilingAsWritten: equityFen % 2 === 0 ? `${equityFen / 2}` : `${equityFen}/2`,
    guaranteedWithinEhalf: 2 * guaranteed <= equityFen,
  };
}

function caseOf({ equityFen, commitLoanFen, lenderCommitsFen, commitGuaranteeFen }: Vector): JointCase {
  const lenders = (lenderCommitsFen ?? [commitLoanFen!]).map((amount, i) => debtPartner(`lender ${i + 1}`, amount));
  return jointCase(equityFen, lenders, [debtPartner('guarantor', commitGuaranteeFen!)]);
}

function committed(vector: Vector): Record<string, unknown> {
  const { loan, guaranteed, debt, package: whole, parts } = effective(caseOf(vector));
  return {
    ceilingLoan: parts.loan.ceiling,
    ceilingGuaranteed: parts.guaranteed.ceiling,
    loanEffective: loan,
    guaranteedEffective: guaranteed,
    debt,
    package: whole,
    unusedLoan: parts.loan.unused,
    unusedGuaranteed: parts.guaranteed.unused,
    ...(vector.lenderCommitsFen ? { lenderParts: parts.loan.partners.map((row) => row.effective) } : {}),
  };
}

function strict({ commitEquityFen, commitLoanFen, commitGuaranteeFen }: Vector): Record<string, unknown> {
  const commitments = { equity: fen(commitEquityFen), loan: fen(commitLoanFen!), guaranteed: fen(commitGuaranteeFen!) };
  const { k, equity, loan, guaranteed, package: whole, binding } = composeStrictly(commitments, [2, 1, 1], UNIT);
  return { k, equity, loan, guaranteed, package: whole, binding: binding.join('+') };
}

function staged(vector: Vector): Record<string, unknown> {
  let joint = caseOf(vector);
  const { loan, guaranteed } = effective(joint);
  const steps = vector.expected.steps!.map(({ event, amountFen }) => {
    const made = move(joint, movementOf(event, amountFen));
    if (made.ok) joint = made.value;
    const { code, extra } = made.ok ? { code: 'ok', extra: undefined } : made.problem;
    const names: Readonly<Record<string, string>> = {
      ok: 'ok',
      'composition-frozen': 'refused:CASE_FROZEN',
      'drawable-exceeded': `refused:DRAWABLE_EXCEEDED(${String(extra?.['drawable'])})`,
    };
    const now = drawable(joint);
    return {
      event,
      amountFen,
      result: names[code],
      state: now.frozen ? 'FROZEN' : 'ACTIVE',
      equityPaid: now.equityPaid,
      drawableLoan: now.parts.loan.drawable,
      drawableGuaranteed: now.parts.guaranteed.drawable,
      drawnLoan: now.parts.loan.drawn,
      drawnGuaranteed: now.parts.guaranteed.drawn,
      overdrawn: now.overdrawn,
    };
  });
  return { approvedLoan: loan, approvedGuaranteed: guaranteed, steps };
}

function movementOf(event: VectorStep['event'], amountFen: number): Movement {
  const amount = fen(amountFen);
  switch (event) {
    case 'PAID':
      return { kind: 'equity-paid', partner: 'investor', amount };
    case 'EQUITY_BACK':
      return { kind: 'equity-back', partner: 'investor', amount };
    case 'DRAW_LOAN':
      return { kind: 'drawn', part: 'loan', partner: 'lender 1', amount };
    case 'DRAW_GUARANTEED':
      return { kind: 'drawn', part: 'guaranteed', partner: 'guarantor', amount };
    case 'UNFREEZE':
      return { kind: 'unfrozen' };
  }
}
