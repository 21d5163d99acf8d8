import type { Fen, ProblemDetail } from '#lib/kernel';
import { checkAmount, checkUnit, compositionInvalid, fault } from './faults.ts';
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
  /** 口径; left out: A. Of a strict case (严格按比例) the equity recognised is what `cutToRatio` left of it. */
  readonly reading?: 'A' | 'strict';
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

/** Adds up a case, refusing what cannot be: composition-invalid 422 with every fault by its pointer. */
export function checkedTotals(joint: JointCase): Totals {
  const { unit, equity, loan, guaranteed, moved } = joint;
  let sound = Number.isSafeInteger(unit) && unit > 0 && isDistinct(equity);
  if (moved !== 0) sound &&= Number.isSafeInteger(moved) && moved % unit === 0;
  let [recognised, paid] = [0, 0];
  for (const one of equity) {
    sound &&= isAmount(one.requested) && isAmount(one.committed) && isAmount(one.recognised) && isAmount(one.paid);
    recognised += one.recognised;
    paid += one.paid;
  }
  const [loanDrawn, guaranteedDrawn] = [drawnBy(loan), drawnBy(guaranteed)];
  // A package is at most twice its equity.
  sound &&= Number.isSafeInteger(2 * recognised) && Number.isSafeInteger(paid);
  // NaN where a part is unsound. Which fault it is, is looked for only now: composing is for millions, refusing is not.
  if (!sound || !Number.isSafeInteger(loanDrawn + guaranteedDrawn)) throw compositionInvalid(faultsOf(joint));
  return { recognised, paid, loanDrawn, guaranteedDrawn };
}

const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function isDistinct(partners: readonly Partner[]): boolean {
  for (let i = 1; i < partners.length; i++)
    for (let k = 0; k < i; k++) if (partners[i]!.partner === partners[k]!.partner) return false;
  return true;
}

function drawnBy(partners: readonly DebtPartner[]): number {
  let [committed, drawn] = [0, 0];
  for (const one of partners) {
    if (!isAmount(one.requested) || !isAmount(one.committed) || !isAmount(one.drawn)) return Number.NaN;
    committed += one.committed;
    drawn += one.drawn;
  }
  return Number.isSafeInteger(committed) && isDistinct(partners) ? drawn : Number.NaN;
}

function faultsOf({ unit, equity, loan, guaranteed, moved }: JointCase): ProblemDetail[] {
  const errors: ProblemDetail[] = [];
  checkUnit(errors, unit);
  if (moved !== 0 && !(Number.isSafeInteger(moved) && moved % unit === 0))
    errors.push(fault('/moved', 'not-whole-units'));
  checkRows(errors, 'equity', equity, ['requested', 'committed', 'recognised', 'paid']);
  checkRows(errors, 'loan', loan, ['requested', 'committed', 'drawn']);
  checkRows(errors, 'guaranteed', guaranteed, ['requested', 'committed', 'drawn']);
  if (errors.length > 0) return errors;
  const isTooLarge = (amounts: readonly number[]): boolean =>
    !Number.isSafeInteger(amounts.reduce((sum, amount) => sum + amount, 0));
  const drawn = [...loan, ...guaranteed].map((one) => one.drawn);
  if (isTooLarge(equity.map((one) => 2 * one.recognised)) || isTooLarge(equity.map((one) => one.paid)))
    errors.push(fault('/equity', 'amount-too-large'));
  if (isTooLarge(loan.map((one) => one.committed)) || isTooLarge(drawn))
    errors.push(fault('/loan', 'amount-too-large'));
  if (isTooLarge(guaranteed.map((one) => one.committed))) errors.push(fault('/guaranteed', 'amount-too-large'));
  return errors;
}

function checkRows<F extends string>(
  errors: ProblemDetail[],
  part: Part,
  partners: readonly (Readonly<Record<F, number>> & { readonly partner: string })[],
  fields: readonly F[],
): void {
  const names = new Set<string>();
  partners.forEach((row, i) => {
    if (names.has(row.partner)) errors.push(fault(`/${part}/${i}/partner`, 'partner-repeated'));
    names.add(row.partner);
    for (const field of fields) checkAmount(errors, `/${part}/${i}/${field}`, row[field]);
  });
}
