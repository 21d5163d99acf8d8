import type { CoverageEntry, DossierRecord, Feed, FeedCoverage } from '#lib/data-sources';
import type { Dimension, KnockOutState, Text } from '../score.ts';
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

/** What was found of a knock-out: yes with the records that say so, no with the coverage that proves it, or unknown. */
export interface Finding {
  readonly state: KnockOutState;
  readonly records: readonly DossierRecord[];
  readonly coverage: readonly CoverageEntry[];
}

export const UNDECIDED: Finding = { state: 'unknown', records: [], coverage: [] };
export const NO: Finding = { state: 'no', records: [], coverage: [] };

/** What knock-outs and warnings have in common. */
export interface RuleDefinition extends Text {
  readonly code: string;
  /** Without them it is unknown, unless a fact that stands says yes. */
  readonly feeds: readonly Feed[];
  /** What it looks at besides; their absence leaves it decidable. */
  readonly alsoReads?: readonly Feed[];
}

/** A knock-out rule (否决规则, domain §3.5): only «yes» excludes, «unknown» is listed. */
export interface KnockOutDefinition extends RuleDefinition {
  readonly cure: Text;
  readonly find: (firm: FirmAt) => Finding;
}

/** A warning (预警, domain §3.5): shown and routed to a reviewer, never points. Unknown where its feed is. */
export interface WarningDefinition extends RuleDefinition {
  readonly find: (firm: FirmAt, cite: Cite) => KnockOutState;
}

/**
 * A rule that waits for something that nobody keeps yet (待建规则): published, unknown for every firm, and no work for a
 * run. K… has a cure.
 */
export interface AwaitingRule extends RuleDefinition {
  readonly cure?: Text;
  readonly cause: MissingCause;
  /** What is missing, as a sentence. */
  readonly awaits: Text;
}

/** What one family of sources feeds. A new source brings its family in one file of this folder. */
export interface Family {
  readonly characteristics: readonly CharacteristicDefinition[];
  readonly knockOuts?: readonly KnockOutDefinition[];
  readonly warnings?: readonly WarningDefinition[];
  readonly awaiting?: readonly AwaitingRule[];
  /** Characteristics that are a reference table's answer: MISSING(NO_TABLE) while the table is absent (domain §2). */
  readonly needsTable?: Readonly<Record<string, { readonly feed: Feed; readonly table: Text }>>;
}
