import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import { annualisedReleased, claimFuse, type Release } from '../sharing/claim-rate.ts';
import type { SharingScheme } from '../sharing/scheme.ts';
import { guaranteedOf, type GuaranteeEntry } from './guarantee-entries.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';
import type { FuseReading } from './scheme-rules.ts';

/** What the claim rate is made of: one guarantee with what moved its money. */
export interface BookedGuarantee {
  readonly terms: Pick<GuaranteeTerms, 'guaranteedBp'>;
  readonly entries: readonly GuaranteeEntry[];
  /** 解保日: it ended with a balance or without; null: it did not, or it was claimed. */
  readonly releasedOn: LocalDate | null;
}

/**
 * 解除担保: guaranteed principal that was released, draw by draw. A repayment releases the oldest draw first; the end of the
 * guarantee releases what is left. What a claim paid off is no release: a claim without one is left to a person (domain §5.3).
 * A repayment that was dated before its draw covered no day.
 */
export function releasesOf({ terms, entries, releasedOn }: BookedGuarantee): readonly Release[] {
  const draws: { readonly from: LocalDate; left: number }[] = [];
  const releases: Release[] = [];
  let released = 0;
  const release = (loan: number, on: LocalDate): void => {
    let rest = loan;
    for (const draw of draws) {
      const part = Math.min(draw.left, rest);
      if (part === 0) continue;
      // Of the running total, so that all parts come to what was guaranteed.
      const principal = fen(guaranteedOf(fen(released + part), terms) - guaranteedOf(fen(released), terms));
      releases.push({ principal, from: draw.from, releasedOn: on < draw.from ? draw.from : on });
      draw.left -= part;
      rest -= part;
      released += part;
    }
  };
  for (const entry of entries) {
    if (entry.kind === 'draw') draws.push({ from: entry.on, left: entry.amount });
    else if (entry.kind === 'repayment') release(entry.amount, entry.on);
  }
  if (releasedOn !== null) release(Number.MAX_SAFE_INTEGER, releasedOn);
  return releases;
}

/** 代偿额 of a year: principal and normal interest of the guaranteed part, the bank's share included, as a claim is counted (domain §5.3). */
export const claimsPaidIn = (entries: readonly GuaranteeEntry[], year: number): Fen =>
  addFen(
    ...entries.flatMap((entry) =>
      entry.kind === 'claim' && Number(entry.on.slice(0, 4)) === year ? [entry.amount] : [],
    ),
  );

/** 代偿率熔断 of a book in the calendar year of the day. Pure; the order of the guarantees does not matter. */
export function fuseOf(book: readonly BookedGuarantee[], scheme: SharingScheme, on: LocalDate): FuseReading {
  const year = Number(on.slice(0, 4));
  const released = annualisedReleased(book.flatMap(releasesOf), year);
  const claimsPaid = addFen(...book.map(({ entries }) => claimsPaidIn(entries, year)));
  return {
    scheme: scheme.code,
    year,
    claimsPaid,
    annualisedReleased: fen(Number(released.num / released.den)),
    ceilingBp: scheme.claimCeilingBp,
    ...claimFuse(claimsPaid, released, scheme),
  };
}
