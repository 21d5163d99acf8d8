import type { DossierRecord, Feed, FeedCoverage } from '#lib/data-sources';
import type { Dimension, Text } from '../score.ts';
import type { CharacteristicValue, Fraction, Measured, MissingCause } from '../value.ts';
import type { FeedView, FirmAt } from './firm-at.ts';

/** Receives what a computation used. The slim path passes `NO_CITE`. */
export interface Cite {
  record(record: DossierRecord): void;
  /** The coverage that lets absence mean zero. */
  coverage(coverage: FeedCoverage): void;
  flag(flag: string): void;
}

export const NO_CITE: Cite = { record: () => undefined, coverage: () => undefined, flag: () => undefined };

/**
 * A characteristic (特征) as one documented object: the API, the report and the console show these words. `compute` is
 * pure; N/A by age has been decided before it is called.
 */
export interface CharacteristicDefinition extends Text {
  readonly code: string;
  readonly dimension: Dimension;
  /** What exactly is computed. */
  readonly definition: Text;
  readonly unit: Text;
  readonly window: Text;
  readonly feeds: readonly Feed[];
  readonly compute: (firm: FirmAt, cite: Cite) => CharacteristicValue;
}

export const NOT_APPLICABLE: CharacteristicValue = { state: 'NA' };

const MISSING = new Map<MissingCause, CharacteristicValue>();

export function missing(cause: MissingCause): CharacteristicValue {
  const known = MISSING.get(cause);
  if (known !== undefined) return known;
  const value: CharacteristicValue = { state: 'MISSING', cause };
  MISSING.set(cause, value);
  return value;
}

/** A value as fresh as its feed. */
export const valueOf = (value: Measured, freshness?: Fraction): CharacteristicValue =>
  freshness === undefined ? { state: 'VALUE', value } : { state: 'VALUE', value, freshness };

/** Cites the coverage behind a feed, if an `all` delivery covers the firm. */
export function citeCoverage(view: FeedView, cite: Cite): void {
  if (view.coverage !== undefined) cite.coverage(view.coverage);
}
