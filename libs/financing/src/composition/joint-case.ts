import type { Fen, ProblemDetail } from '#lib/kernel';
import { amountFault, checkUnit, fault, refuseFaults } from './faults.ts';
import type { Part } from './words.ts';

interface Partner {
  /** The institution; once in a part. */
  readonly partner: string;
  /** What it was asked for (申请额). */
  readonly requested: Fen;
  /** What it committed (承诺额). */
  readonly committed: Fen;
}

/** 股权方. */
export interface Investor extends Partner {
  /** What of its commitment or payment the case recognises (认定额): the anchor of the debt. */
  readonly recognised: Fen;
  /** Paid in and not taken back (已到账). */
  readonly paid: Fen;
}

/** A lender, or the guarantor of a guaranteed part (债权方). */
export interface DebtPartner extends Partner {
  /** Drawn so far, cumulative: a repayment does not lower it (累计提款). */
  readonly drawn: Fen;
}

/** The money of one joint case (投贷担案件) as it stands: what decides what may be drawn, and nothing else. */
export interface JointCase {
  /** 取整单位, fen. */
  readonly unit: Fen;
  readonly equity: readonly Investor[];
  /** 信用贷款: lenders in the order of their commitments. */
  readonly loan: readonly DebtPartner[];
  /** 批量担保贷款: guarantors in the order of their commitments. */
  readonly guaranteed: readonly DebtPartner[];
  /** Ceiling moved by substitution (替代) from loan to guaranteed; negative: the other way. Whole units. */
  readonly moved: number;
  readonly frozen: boolean;
}

export interface Totals {
  readonly recognised: number;
  readonly paid: number;
  readonly loanDrawn: number;
  readonly guaranteedDrawn: number;
}

const EQUITY_AMOUNTS = ['requested', 'committed', 'recognised', 'paid'] as const;
const DEBT_AMOUNTS = ['requested', 'committed', 'drawn'] as const;

/** Adds up a case, refusing what cannot be: composition-invalid 422 with every fault by its pointer. */
export function checkedTotals({ unit, equity, loan, guaranteed, moved }: JointCase): Totals {
  const errors: ProblemDetail[] = [];
  checkUnit(errors, unit);
  if (moved !== 0 && !(Number.isSafeInteger(moved) && moved % unit === 0))
    errors.push(fault('/moved', 'not-whole-units'));
  const [, , recognised, paid] = addUp(errors, 'equity', equity, EQUITY_AMOUNTS) as [number, number, number, number];
  const [, , loanDrawn] = addUp(errors, 'loan', loan, DEBT_AMOUNTS) as [number, number, number];
  const [, , guaranteedDrawn] = addUp(errors, 'guaranteed', guaranteed, DEBT_AMOUNTS) as [number, number, number];
  if (errors.length === 0) {
    // A package is at most twice its equity.
    if (!Number.isSafeInteger(2 * recognised)) errors.push(fault('/equity', 'amount-too-large'));
    if (!Number.isSafeInteger(loanDrawn + guaranteedDrawn)) errors.push(fault('/loan', 'amount-too-large'));
  }
  refuseFaults(errors);
  return { recognised, paid, loanDrawn, guaranteedDrawn };
}

function addUp<F extends string>(
  errors: ProblemDetail[],
  part: Part,
  partners: readonly (Readonly<Record<F, number>> & { readonly partner: string })[],
  fields: readonly F[],
): number[] {
  const sums = fields.map(() => 0);
  for (let i = 0; i < partners.length; i++) {
    const row = partners[i]!;
    for (let k = 0; k < i; k++)
      if (partners[k]!.partner === row.partner) errors.push(fault(`/${part}/${i}/partner`, 'partner-repeated'));
    for (let f = 0; f < fields.length; f++) {
      const amount = row[fields[f]!];
      const code = amountFault(amount);
      if (code) errors.push(fault(`/${part}/${i}/${fields[f]!}`, code));
      sums[f]! += amount;
    }
  }
  // With a fault of its own a row makes any sum; it is named once.
  if (errors.length === 0 && !sums.every(Number.isSafeInteger)) errors.push(fault(`/${part}`, 'amount-too-large'));
  return sums;
}
