/** An exact quotient of two safe integers, den > 0. */
export interface Fraction {
  readonly num: number;
  readonly den: number;
}

/** Why a value is missing (domain §2), in the order in which they are decided. NOT_STATED: the record leaves the field out. */
export const MISSING_CAUSES = [
  'NOT_CONNECTED',
  'NOT_COVERED',
  'NOT_AUTHORISED',
  'WITHDRAWN',
  'OPTED_OUT',
  'QUARANTINED',
  'STALE',
  'NO_TABLE',
  'NOT_STATED',
] as const;
export type MissingCause = (typeof MISSING_CAUSES)[number];

/** A number, an exact fraction, or a category. */
export type Measured = number | Fraction | string;

/** The states of a characteristic (domain §2): a value (zero is one), missing with its cause, or not applicable. */
export type CharacteristicValue =
  | {
      readonly state: 'VALUE';
      readonly value: Measured;
      /** f of domain §1.4; absent: 1. */ readonly freshness?: Fraction;
    }
  | { readonly state: 'MISSING'; readonly cause: MissingCause }
  | { readonly state: 'NA' };
