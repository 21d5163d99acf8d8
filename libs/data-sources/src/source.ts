import type { LocalDate, Uscc } from '#lib/kernel';
import type { Issue } from './issue.ts';
import type { RawRow } from './raw-row.ts';
import type { ReferenceTables } from './reference-tables.ts';

/**
 * A feed that can be present or absent for a firm. A source has one feed, or several where its files prove different
 * things: the part before the dot is the code of domain §1.4 (REG, SOC, PAT, SUB …), `SOC.arrears` is the arrears file.
 */
export type Feed = string;

export type Encoding = 'utf-8' | 'gb18030';

/** What a delivery speaks for (覆盖范围): «no record» means zero only inside it. */
export interface Coverage {
  /** GB/T 2260 prefixes of 2, 4 or 6 digits; `CN` is the whole country. */
  readonly territory: readonly string[];
  /** `all`: absence means zero. `listed`: absence means nothing. */
  readonly population: 'all' | 'listed';
}

/** A column of personal data that the provider does deliver: blanked or replaced by a keyed hash at the door. */
export interface PersonalColumn {
  readonly column: string;
  readonly treatment: 'blank' | 'hash';
}

/**
 * `csv`, `jsonl` and `xml` are text, plain or gzip. `xlsx` is a workbook: its cells come as the text that a person would
 * have typed (dates as their day numbers), and a row is named by its number in the sheet.
 */
export type DeliveryForm = 'csv' | 'jsonl' | 'xlsx' | 'xml';

/** One form in which a bureau delivers a source. Columns carry the provider's own headers or JSON keys. */
export interface Layout<P extends object = object> {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly form: DeliveryForm;
  /** Declared encodings; the first is the usual one. A byte-order mark is accepted with utf-8. */
  readonly encodings: readonly [Encoding, ...Encoding[]];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly personal: readonly PersonalColumn[];
  /** The feed that a delivery in this layout proves. */
  readonly feed: Feed;
  /** Which records of the source belong to this feed; absent: all. For sources with several feeds. */
  owns?(payload: P): boolean;
  /** The feed speaks firm by firm (reports, authorised queries): its age counts from the firm's newest record. */
  readonly perFirm?: true;
  readonly coverage: Coverage;
  /** The column that names the firm beside its code: a name that the firm never had puts the row in quarantine (DQ19). */
  readonly nameColumn?: string;
  /** What a row counts as whose valid code nobody registered. Either way its records wait for the firm. */
  readonly unknownSubject: 'quarantine' | 'ignore';
  /** Lowest share of rows whose firm must be known, in basis points; absent for registration and national feeds. */
  readonly minMatchBp?: number;
  /** Every delivery lists the whole population of one period, so a jump in the number of rows holds it. */
  readonly fullPeriod?: boolean;
  /** xlsx only: the sheet's name; absent: the first visible sheet that is not empty. */
  readonly sheet?: string;
  /** xlsx only: columns whose vertically merged cells speak for each row that they span. */
  readonly fillDown?: readonly string[];
  /** xml only: the path of one record from the root, for example `events/event`. Its attributes and children are its fields. */
  readonly record?: string;
  /** xml only: names of elements whose children are the items of a list, whatever the items are called. */
  readonly lists?: readonly string[];
  /** xml only: names of elements whose text is a number where it is a plain one, as JSON lines would give it. */
  readonly numbers?: readonly string[];
  /**
   * JSON lines and XML only. Pure: the object without the personal data that lies inside its columns, for example the names of
   * persons in a list. Intake keeps and maps nothing but what this returns, so `map` must give the same records for both.
   */
  redact?(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** Pure: takes every declared column out of the row, one by one. */
  map(row: RawRow, context: MapContext): MappedRow<P>;
}

export interface MapContext {
  /** The day the delivery was received (Asia/Shanghai): later event dates are refused. */
  readonly receivedOn: LocalDate;
  /** Keyed hash of a personal value, hex, 32 characters. */
  readonly hash: (value: string) => string;
  /** Without them region and industry codes are not judged. */
  readonly tables?: ReferenceTables;
}

/** One fact about one firm, ready for the ledger. Absent fields are left out of the payload, never null. */
export interface MappedRecord<P extends object = object> {
  readonly uscc: Uscc;
  /** The natural key inside (firm, source). */
  readonly recordKey: string;
  readonly eventDate?: LocalDate;
  readonly eventTo?: LocalDate;
  /** U upsert, D withdrawal. */
  readonly op: 'U' | 'D';
  readonly payload: P;
}

/**
 * What became of a row: records (field faults in `issues`, their fields left out), a refusal whose issues say why and
 * suggest a fix (the row goes to quarantine), or a row that is none of ours and is counted by reason.
 */
export type MappedRow<P extends object = object> =
  | { readonly kind: 'records'; readonly records: readonly MappedRecord<P>[]; readonly issues: readonly Issue[] }
  | { readonly kind: 'quarantined'; readonly issues: readonly [Issue, ...Issue[]] }
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * A table in the provider's own network (前置库): the provider writes rows, we read what is newer than the watermark and
 * never write. Its rows are handed to intake in one of the source's CSV layouts.
 */
export interface FrontEnd {
  readonly layout: string;
  /** With its schema where it needs one. */
  readonly table: string;
  /** The column in which the provider stamps every row that it writes. */
  readonly watermark: string;
  /** Columns that name a fact: of several rows the newest holds. */
  readonly key: readonly string[];
  /** Rows may become visible this much after their stamp: each poll reads so far back. */
  readonly overlapMinutes: number;
}

/** One data source (数据源): everything that intake needs to know about it. */
export interface SourceDefinition<P extends object = object> {
  /** kebab-case, the folder's name. */
  readonly name: string;
  /** Code of domain §1.4. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly publisher: string;
  readonly legalBasis: {
    readonly kind: 'public' | 'authorised' | 'contract';
    readonly zh: string;
    readonly en: string;
  };
  /** A firm may ask that it is not recorded (选择不予记录); the law stands in `legalBasis`. */
  readonly optOut?: true;
  /** Only business-registration does. */
  readonly createsCompanies: boolean;
  /** Freshness horizon T in days (domain §1.4). */
  readonly freshnessDays: number;
  /** A record known later than its event date plus this is late. */
  readonly graceDays: number;
  readonly layouts: readonly [Layout<P>, ...Layout<P>[]];
  /**
   * Payload fields that no computation reads (words for people, splits of a total): the ledger keeps them, dossiers leave
   * them out, since the size of a dossier decides how fast a city is scored.
   */
  readonly unscored?: readonly string[];
  readonly frontEnd?: FrontEnd;
  /** Payload fields that hold amounts in a unit which the layout declares: their medians tell when a file has another unit (DQ08). */
  readonly amounts?: readonly string[];
  /** Units and conventions of the payload, one line a field, published as documentation. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Why a source no longer counts for one firm (停用数据源): it opted out of being recorded, or took back its authorisation.
 */
export type ClosureKind = 'OPTED_OUT' | 'NOT_AUTHORISED';

/** The closure that the law lets a firm ask for; undefined: none, the source does not rest on the firm's will. */
export const closureKindOf = (source: Pick<SourceDefinition, 'legalBasis' | 'optOut'>): ClosureKind | undefined =>
  source.optOut === true ? 'OPTED_OUT' : source.legalBasis.kind === 'authorised' ? 'NOT_AUTHORISED' : undefined;

/** The payload without the source's unscored fields: what a dossier holds. */
export function scoredPayload<P extends object>(source: Pick<SourceDefinition, 'unscored'> | undefined, payload: P): P {
  const unscored = source?.unscored;
  if (unscored === undefined) return payload;
  return Object.fromEntries(Object.entries(payload).filter(([field]) => !unscored.includes(field))) as P;
}
