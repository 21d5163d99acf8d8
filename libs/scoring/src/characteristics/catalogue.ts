import { CHARACTERISTIC_CODES } from '../codes.ts';
import type {
  AwaitingRule,
  CharacteristicDefinition,
  KnockOutDefinition,
  WarningDefinition,
} from './characteristic.ts';
import { FAMILIES } from './families.ts';

const inOrder = (a: { readonly code: string }, b: { readonly code: string }): number => (a.code < b.code ? -1 : 1);

/** The characteristics that are computed from records, in the order of the scorecard. */
export const COMPUTED: readonly CharacteristicDefinition[] = FAMILIES.flatMap((family) => family.characteristics).sort(
  (a, b) => CHARACTERISTIC_CODES.indexOf(a.code) - CHARACTERISTIC_CODES.indexOf(b.code),
);

/** Knock-outs and warnings that some family decides, by code. */
export const KNOCK_OUTS: readonly KnockOutDefinition[] = FAMILIES.flatMap((family) => family.knockOuts ?? []).sort(
  inOrder,
);
export const WARNINGS: readonly WarningDefinition[] = FAMILIES.flatMap((family) => family.warnings ?? []).sort(inOrder);

/** Rules that wait for what nobody keeps yet: no run looks at them. */
export const AWAITING: readonly AwaitingRule[] = FAMILIES.flatMap((family) => family.awaiting ?? []).sort(inOrder);

/** Characteristics that are a reference table's answer: MISSING(NO_TABLE) while the table is absent (domain §2). */
export const NEEDS_TABLE: NonNullable<(typeof FAMILIES)[number]['needsTable']> = Object.assign(
  {},
  ...FAMILIES.map((family) => family.needsTable ?? {}),
);

/** What the API publishes of a characteristic: the words that stand beside its code. */
export type CatalogueEntry = Omit<CharacteristicDefinition, 'compute'>;

export const characteristicCatalogue = (): readonly CatalogueEntry[] =>
  COMPUTED.map(({ code, dimension, zh, en, definition, unit, window, feeds }) => {
    return { code, dimension, zh, en, definition, unit, window, feeds };
  });
