import type { LocalDate, Uscc } from '#lib/kernel';
import type { ClosureKind, Feed, SourceDefinition } from './source.ts';

/** The name of a record: there is no other id. */
export interface RecordRef {
  readonly source: string;
  readonly recordKey: string;
  /** ISO instant of the apply tick. */
  readonly knownFrom: string;
  readonly deliveryId: string;
  readonly rowNo: number;
}

/** One open record of one source, as known at the dossier's instant. Withdrawn records are not here. */
export interface DossierRecord<P extends object = object> {
  readonly recordKey: string;
  readonly eventDate?: LocalDate;
  readonly eventTo?: LocalDate;
  readonly payload: P;
  /** Only in dossiers read from the ledger, which name their evidence. */
  readonly ref?: RecordRef;
}

/** An applied delivery's claim: for this territory, population and period it is complete. */
export interface CoverageEntry {
  readonly feed: Feed;
  readonly source: string;
  readonly deliveryId: string;
  readonly territory: readonly string[];
  readonly population: 'all' | 'listed';
  /** First day the delivery speaks for; absent: from the beginning. */
  readonly from?: LocalDate;
  /** data_through: the last day it speaks for. */
  readonly through: LocalDate;
  /** ISO instant of the apply tick. */
  readonly knownFrom: string;
}

/** What is known of one feed for one firm. */
export interface FeedCoverage {
  readonly feed: Feed;
  /** Newest data_through among the `all` deliveries whose territory holds the firm. */
  readonly through: LocalDate;
  /** Merged days that `all` deliveries speak for, ascending, closed at both ends; `from` may be 1900-01-01. */
  readonly periods: readonly { readonly from: LocalDate; readonly to: LocalDate }[];
  /** The entries behind it: evidence of a zero. */
  readonly entries: readonly CoverageEntry[];
}

/**
 * One firm as known at one instant: its records and the coverage of each feed (企业档案). The only way into scoring.
 * Records of a source are ordered by record key (code units), so the order of deliveries never matters.
 */
export interface Dossier {
  readonly uscc: Uscc;
  /** The region that coverage is matched by: of the registration record, else of the code; six digits. */
  readonly region: string;
  /** Some delivery of this feed was applied, for whomever. */
  connected(feed: Feed): boolean;
  /** Coverage by `all` deliveries; undefined: none covers this firm. */
  coverage(feed: Feed): FeedCoverage | undefined;
  /** Why the source no longer counts for this firm, if it does not: `of` gives none of its records then. */
  closed(source: SourceDefinition): ClosureKind | undefined;
  /** The records of a source, typed by the source's own payload. */
  of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[];
}
