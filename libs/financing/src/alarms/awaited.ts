import { DESKS, type Deal, type DealType, type Desk } from '../deals/deal.ts';

/**
 * Desks that are expected to act (应办席位): those that may move the deal on from where it stands, unless its kind knows
 * better. The firm is never waited for by an alarm, and what it may say too is stepping back. Pure.
 */
export function awaitedDesks<S extends string, E extends string, B, C extends { readonly event: E }, O>(
  { table, awaits }: Pick<DealType<S, E, B, C, O>, 'table' | 'awaits'>,
  deal: Deal<S, B, C, O>,
): readonly Desk[] {
  const known = awaits?.(deal);
  if (known !== undefined) return known;
  const leads = Object.values<{ readonly to: S | readonly S[]; readonly by?: readonly Desk[] } | undefined>(
    table.states[deal.state].on ?? {},
  ).flatMap((rule) => {
    const { to, by = [] } = rule!;
    return [to].flat().some((state) => state !== deal.state) && !by.includes('FIRM') ? by : [];
  });
  return DESKS.filter((desk) => leads.includes(desk));
}

/** Institutions that sit at these desks, each once, in one order for all. Pure. */
export const institutionsAt = (
  { parties }: Pick<Deal<string, unknown, unknown>, 'parties'>,
  desks: readonly Desk[],
): readonly string[] =>
  [...new Set(parties.filter(({ desk }) => desks.includes(desk)).map(({ institutionId }) => institutionId))].sort();
