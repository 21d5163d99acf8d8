import { addFen, addMonths, fen, type Fen, type LocalDate } from '#lib/kernel';
import { normaliseName } from '#lib/data-sources';
import type { VerifiedPayment } from '#lib/scoring';

/** Of one payment, by its record of the shareholders' register. 分. */
export interface RecognisedPayment {
  readonly recordKey: string;
  readonly amount: Fen;
}

/** Of one investor of a 2:1:1 case, which does not say by which payments it came. 分. */
export interface RecognisedInvestment {
  readonly investor: string;
  /** What the case recognises: committed, or paid in. */
  readonly amount: Fen;
  /** Paid in as the case has it, less what was taken back. */
  readonly paid: Fen;
  /** The first and the last day of a payment; null: none yet. */
  readonly paidOn: { readonly first: LocalDate; readonly last: LocalDate } | null;
}

/** 认定股权: equity that a 2:1:1 case (投贷担) recognises. It carries the loans of the case, and no line besides (domain §5.1). */
export type RecognisedEquity = RecognisedPayment | RecognisedInvestment;

/** Money of one round reaches the register within so many months of its payment, as rounds are told apart. */
const ROUND_MONTHS = 3;

/**
 * What cases recognise of each verified payment, by its record key. An investor's equity is looked for under its name, the
 * newest payment first; what it paid in and the register does not show under that name was paid through a vehicle: by
 * another holder, within the months of a round. What is not in the register is no base either, and nothing is taken.
 */
export function recognisedOf(
  payments: readonly VerifiedPayment[],
  recognised: readonly RecognisedEquity[],
): ReadonlyMap<string, Fen> {
  const taken = new Map<string, Fen>();
  const of = (key: string): Fen => taken.get(key) ?? fen(0);
  const take = (from: readonly VerifiedPayment[], amount: Fen): Fen => {
    let left = amount;
    for (const { record, amount: paid } of from.toReversed()) {
      const some = fen(Math.min(left, Math.max(0, paid - of(record.recordKey))));
      taken.set(record.recordKey, addFen(of(record.recordKey), some));
      left = fen(left - some);
    }
    return fen(amount - left);
  };
  const investments: RecognisedInvestment[] = [];
  for (const one of recognised)
    if ('investor' in one) investments.push(one);
    else taken.set(one.recordKey, addFen(of(one.recordKey), one.amount));
  // Each investor's own payments first: what is left of them may then be the vehicle of another.
  const missing = investments.map((investment) => {
    const own = payments.filter(({ holderName }) => isSame(holderName, investment.investor));
    return { ...investment, missing: investment.paid - take(own, investment.amount) };
  });
  for (const { paidOn, missing: short } of missing) {
    if (paidOn === null || short <= 0) continue;
    const [from, to] = [addMonths(paidOn.first, -ROUND_MONTHS), addMonths(paidOn.last, ROUND_MONTHS)];
    take(
      payments.filter((payment) => payment.paidOn >= from && payment.paidOn <= to),
      fen(short),
    );
  }
  return taken;
}

const isSame = (holderName: string | undefined, investor: string): boolean =>
  holderName !== undefined && normaliseName(holderName) === normaliseName(investor);
