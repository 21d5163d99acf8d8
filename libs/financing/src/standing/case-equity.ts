import type { Fen, LocalDate } from '#lib/kernel';
import type { Fact } from '#lib/whitelist';
import { composeByEquity } from '../composition/plan.ts';
import type { FactValue, Profile } from '../programmes/fact-types.ts';
import { parameterOn, type Programme } from '../programmes/programme.ts';

/** Verified and committed together where both are known, else the one that is. */
export function equityOf(profile: Profile): { from: string; amount: Fen; date: LocalDate | null } | null {
  for (const from of ['equityTotal', 'equityPaid', 'equityCommitted']) {
    const fact: Fact<FactValue> | undefined = profile[from];
    if (fact?.known === true && typeof fact.value === 'number' && fact.value > 0)
      return { from, amount: fact.value as Fen, date: fact.date };
  }
  return null;
}

/** 信用部分 of the case that the firm's equity would carry (domain §5.2: L°(E), half of D(E)); null: the equity is not known. */
export function unsecuredPartOf(programme: Programme, profile: Profile, on: LocalDate): Fen | null {
  const unit = parameterOn(programme, 'ROUNDING_UNIT', on)?.value;
  const equity = equityOf(profile);
  if (unit === undefined || equity === null) return null;
  return composeByEquity(equity.amount, unit as Fen).parts.find(({ part }) => part === 'loan')?.amount ?? null;
}
