import type { LocalDate, Uscc } from '#lib/kernel';
import {
  registrationOf,
  type ClosureKind,
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

/** A field's values in the records of a group: one a record, or the one plain value that all share. */
type Column = readonly unknown[] | string | number | boolean;

/** Values that are those of a payload field: a month's key is its month. */
interface SameAs {
  readonly as: string;
}

/** The records of one source that have the very same fields, in columns. */
interface Group {
  readonly n: number;
  /** Record keys. */
  readonly k: Column | SameAs;
  /** First and last event days; absent where the records have none. */
  readonly d?: Column | SameAs;
  readonly e?: Column | SameAs;
  readonly f: Readonly<Record<string, Column>>;
}

interface SourceColumns {
  readonly g: readonly Group[];
  /** One character a record, in the order of keys: its group. Absent: there is one group. */
  readonly o?: string;
}

/** A firm's newest dossier as one JSON text, by source. Small and uniform: both decide how fast a run reads. */
type Document = Readonly<Record<string, SourceColumns>>;

const FIRST_GROUP = '0'.charCodeAt(0);

/** `records` of one firm, ordered by source and key. */
export function writeDocument(records: readonly LedgerRecord[]): string {
  const bySource = new Map<string, { groups: Map<string, { no: number; records: LedgerRecord[] }>; order: string }>();
  for (const record of records) {
    let source = bySource.get(record.source);
    if (!source) bySource.set(record.source, (source = { groups: new Map(), order: '' }));
    const shape = `${record.eventDate === null}|${record.eventTo === null}|${Object.keys(record.payload).join('|')}`;
    let group = source.groups.get(shape);
    if (!group) source.groups.set(shape, (group = { no: source.groups.size, records: [] }));
    group.records.push(record);
    source.order += String.fromCharCode(FIRST_GROUP + group.no);
  }
  const document: Record<string, SourceColumns> = {};
  for (const [name, { groups, order }] of bySource)
    document[name] = {
      g: [...groups.values()].map((group) => groupOf(group.records)),
      ...(groups.size > 1 ? { o: order } : {}),
    };
  return JSON.stringify(document);
}

function groupOf(records: readonly LedgerRecord[]): Group {
  const [first] = records as readonly [LedgerRecord];
  const fields = Object.keys(first.payload).map((field) => [field, records.map((r) => r.payload[field])] as const);
  const sameOr = (values: readonly unknown[]): Column | SameAs => {
    const same = fields.find(([, column]) => column.every((value, i) => value === values[i]));
    return same ? { as: same[0] } : columnOf(values);
  };
  return {
    n: records.length,
    k: sameOr(records.map((record) => record.recordKey)),
    ...(first.eventDate === null ? {} : { d: sameOr(records.map((record) => record.eventDate)) }),
    ...(first.eventTo === null ? {} : { e: sameOr(records.map((record) => record.eventTo)) }),
    f: Object.fromEntries(fields.map(([field, values]) => [field, columnOf(values)])),
  };
}

function columnOf(values: readonly unknown[]): Column {
  const [first] = values;
  if (typeof first !== 'string' && typeof first !== 'number' && typeof first !== 'boolean') return values;
  return values.every((value) => value === first) ? first : values;
}

function rowsOf({ g, o }: SourceColumns): readonly DossierRecord[] {
  if (o === undefined) return g[0] ? recordsOfGroup(g[0]) : [];
  const groups = g.map(recordsOfGroup);
  const next = groups.map(() => 0);
  const records: DossierRecord[] = [];
  for (let i = 0; i < o.length; i++) {
    const group = o.charCodeAt(i) - FIRST_GROUP;
    records.push(groups[group]![next[group]!++]!);
  }
  return records;
}

/** Runs for every record of every firm: one loop, objects of one shape. */
function recordsOfGroup(group: Group): DossierRecord[] {
  const names = Object.keys(group.f);
  const columns = names.map((name) => group.f[name]!);
  const keys = resolved(group.k, group);
  const dates = resolved(group.d, group);
  const ends = resolved(group.e, group);
  const records: DossierRecord[] = [];
  for (let i = 0; i < group.n; i++) {
    const payload: Record<string, unknown> = {};
    for (let j = 0; j < names.length; j++) payload[names[j]!] = at(columns[j]!, i);
    const recordKey = at(keys!, i) as string;
    const eventDate = dates === undefined ? undefined : (at(dates, i) as LocalDate);
    const eventTo = ends === undefined ? undefined : (at(ends, i) as LocalDate);
    if (eventDate === undefined)
      records.push(eventTo === undefined ? { recordKey, payload } : { recordKey, payload, eventTo });
    else
      records.push(
        eventTo === undefined ? { recordKey, payload, eventDate } : { recordKey, payload, eventDate, eventTo },
      );
  }
  return records;
}

const at = (column: Column, i: number): unknown => (typeof column === 'object' ? column[i] : column);

function resolved(column: Column | SameAs | undefined, group: Group): Column | undefined {
  return typeof column === 'object' && 'as' in column ? group.f[column.as] : column;
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

  closed(source: SourceDefinition): ClosureKind | undefined {
    return this.coverageBook.closed(this.uscc, source.name);
  }

  of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    return this.closed(source) === undefined ? this.recordsOf(source) : [];
  }

  protected abstract recordsOf<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[];
}

/** A dossier from the compact document; it cannot name its evidence. */
export class DocumentDossier extends FirmDossier {
  private readonly document: Document;
  private readonly read = new Map<string, readonly DossierRecord[]>();

  constructor(uscc: Uscc, document: string, coverage: CoverageBook) {
    super(uscc, coverage);
    this.document = JSON.parse(document) as Document;
  }

  protected recordsOf<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    let records = this.read.get(source.name);
    if (!records) {
      const columns = this.document[source.name];
      records = columns ? rowsOf(columns) : [];
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

  protected recordsOf<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    return (this.bySource.get(source.name) ?? []) as readonly DossierRecord[] as readonly DossierRecord<P>[];
  }
}
