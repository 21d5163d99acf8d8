import type { LocalDate, Uscc } from '#lib/kernel';
import {
  registrationOf,
  type Dossier,
  type DossierRecord,
  type RecordRef,
  type SourceDefinition,
} from '#lib/data-sources';
import type { CoverageBook } from './coverage-book.ts';

/** One record as the ledger's row gives it. */
export interface LedgerRecord {
  readonly source: string;
  readonly recordKey: string;
  readonly eventDate: LocalDate | null;
  readonly eventTo: LocalDate | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly ref?: RecordRef;
}

/**
 * The records of one source in columns: keys, event days, and one array a payload field. A record without a field has
 * null there; payloads never hold null themselves, so nothing is lost.
 */
interface SourceColumns {
  readonly k: readonly string[];
  readonly d: readonly (LocalDate | null)[];
  readonly e: readonly (LocalDate | null)[];
  readonly f: Readonly<Record<string, readonly unknown[]>>;
}

/** A firm's newest dossier as one JSON text, by source. Records are ordered by key. */
type Document = Readonly<Record<string, SourceColumns>>;

/** `records` of one firm, ordered by source and key. */
export function writeDocument(records: readonly LedgerRecord[]): string {
  const document: Record<
    string,
    { k: string[]; d: (LocalDate | null)[]; e: (LocalDate | null)[]; f: Record<string, unknown[]> }
  > = {};
  for (const record of records) {
    const columns = (document[record.source] ??= { k: [], d: [], e: [], f: {} });
    const at = columns.k.push(record.recordKey) - 1;
    columns.d.push(record.eventDate);
    columns.e.push(record.eventTo);
    for (const [field, value] of Object.entries(record.payload)) {
      const column = (columns.f[field] ??= []);
      while (column.length < at) column.push(null);
      column.push(value);
    }
  }
  return JSON.stringify(document);
}

function recordsOf(columns: SourceColumns): DossierRecord[] {
  const records: DossierRecord[] = [];
  const fields = Object.entries(columns.f);
  for (let i = 0; i < columns.k.length; i++) {
    const payload: Record<string, unknown> = {};
    for (const [field, values] of fields) {
      const value = values[i];
      if (value !== null && value !== undefined) payload[field] = value;
    }
    const eventDate = columns.d[i];
    const eventTo = columns.e[i];
    records.push({
      recordKey: columns.k[i]!,
      payload,
      ...(eventDate ? { eventDate } : {}),
      ...(eventTo ? { eventTo } : {}),
    });
  }
  return records;
}

abstract class FirmDossier implements Dossier {
  private regionText: string | undefined;

  constructor(
    readonly uscc: Uscc,
    private readonly coverageBook: CoverageBook,
  ) {}

  /** The bureau's region if it states one, else that of the code. */
  get region(): string {
    return (this.regionText ??= registrationOf(this)?.registration.region ?? this.uscc.slice(2, 8));
  }

  connected(feed: string): boolean {
    return this.coverageBook.connected(feed);
  }

  coverage(feed: string): ReturnType<CoverageBook['of']> {
    return this.coverageBook.of(this.region, feed);
  }

  abstract of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[];
}

/** A dossier from the compact document; it cannot name its evidence. */
export class DocumentDossier extends FirmDossier {
  private readonly document: Document;
  private readonly read = new Map<string, readonly DossierRecord[]>();

  constructor(uscc: Uscc, document: string, coverage: CoverageBook) {
    super(uscc, coverage);
    this.document = JSON.parse(document) as Document;
  }

  of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    let records = this.read.get(source.name);
    if (!records) {
      const columns = this.document[source.name];
      records = columns ? recordsOf(columns) : [];
      this.read.set(source.name, records);
    }
    return records as readonly DossierRecord<P>[];
  }
}

/** A dossier from the ledger's rows, which name their evidence. */
export class LedgerDossier extends FirmDossier {
  private readonly bySource = new Map<string, DossierRecord[]>();

  constructor(uscc: Uscc, records: readonly LedgerRecord[], coverage: CoverageBook) {
    super(uscc, coverage);
    for (const record of records) {
      const list = this.bySource.get(record.source);
      const entry: DossierRecord = {
        recordKey: record.recordKey,
        payload: record.payload,
        ...(record.eventDate ? { eventDate: record.eventDate } : {}),
        ...(record.eventTo ? { eventTo: record.eventTo } : {}),
        ...(record.ref ? { ref: record.ref } : {}),
      };
      if (list) list.push(entry);
      else this.bySource.set(record.source, [entry]);
    }
  }

  of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    return (this.bySource.get(source.name) ?? []) as readonly DossierRecord[] as readonly DossierRecord<P>[];
  }
}
