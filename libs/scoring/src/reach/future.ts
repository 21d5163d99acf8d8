import { addDays, addMonths, daysBetween, monthIndex, type LocalDate, type LocalMonth } from '#lib/kernel';
import { FEEDS } from '#lib/data-sources';
import type { Dossier, DossierRecord, Feed, FeedCoverage, FeedOrigin, SourceDefinition } from '#lib/data-sources';

const ORIGINS = new Map<string, FeedOrigin[]>();
for (const origin of FEEDS.values())
  ORIGINS.set(origin.source.name, [...(ORIGINS.get(origin.source.name) ?? []), origin]);

/**
 * A firm's dossier on a later day (推演档案): the facts of today, to which changes are made. Bureaus are taken to go on
 * delivering with the lag that they have today, so that a feed does not grow stale by the thought alone.
 */
export class Future {
  private readonly replaced: Map<string, readonly DossierRecord[]>;
  /** Per source, as the dossier shows it; copies share what they do not change. */
  private readonly shown: Map<string, readonly DossierRecord[]>;

  constructor(
    private readonly base: Dossier,
    /** Today, the day that was scored. Facts after it are not used. */
    readonly asOf: LocalDate,
    readonly date: LocalDate,
    replaced: ReadonlyMap<string, readonly DossierRecord[]> = new Map(),
    shown: ReadonlyMap<string, readonly DossierRecord[]> = new Map(),
  ) {
    this.replaced = new Map(replaced);
    this.shown = new Map(shown);
  }

  copy(): Future {
    return new Future(this.base, this.asOf, this.date, this.replaced, this.shown);
  }

  records<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    const known = this.replaced.get(source.name);
    if (known !== undefined) return known as readonly DossierRecord<P>[];
    return this.base.of(source).filter(({ eventDate }) => eventDate === undefined || eventDate <= this.asOf);
  }

  /** In the order of record keys, as every dossier. */
  replace<P extends object>(source: SourceDefinition<P>, records: readonly DossierRecord<P>[]): void {
    const sorted = [...records].sort((a, b) => (a.recordKey < b.recordKey ? -1 : a.recordKey > b.recordKey ? 1 : 0));
    this.replaced.set(source.name, sorted);
    this.shown.delete(source.name);
  }

  add<P extends object>(source: SourceDefinition<P>, ...records: readonly DossierRecord<P>[]): void {
    const names = new Set(records.map(({ recordKey }) => recordKey));
    this.replace(source, [...this.records(source).filter(({ recordKey }) => !names.has(recordKey)), ...records]);
  }

  edit<P extends object>(source: SourceDefinition<P>, payloadOf: (payload: P) => P): void {
    this.replace(
      source,
      this.records(source).map((record) => ({ ...record, payload: payloadOf(record.payload) })),
    );
  }

  /** Months from today to the day. */
  get months(): number {
    return monthIndex(this.date) - monthIndex(this.asOf);
  }

  dossier(): Dossier {
    const { base, date } = this;
    const days = daysBetween(this.asOf, date);
    const later = (day: LocalDate): LocalDate => {
      const moved = addDays(day < this.asOf ? day : this.asOf, days);
      return moved < date ? moved : date;
    };
    const recordsOf = (source: SourceDefinition): readonly DossierRecord[] => {
      let records = this.shown.get(source.name);
      if (records === undefined) this.shown.set(source.name, (records = this.vouchedFor(source, later)));
      return records;
    };
    const coverage = (feed: Feed): FeedCoverage | undefined => {
      const known = base.coverage(feed);
      const last = known?.periods.at(-1);
      if (known === undefined || last === undefined) return known;
      const periods = [...known.periods.slice(0, -1), { from: last.from, to: later(last.to) }];
      return { ...known, through: later(known.through), periods };
    };
    return {
      uscc: base.uscc,
      region: base.region,
      connected: (feed) => base.connected(feed),
      closed: (source) => base.closed(source),
      coverage,
      of: <P extends object>(source: SourceDefinition<P>) => recordsOf(source) as readonly DossierRecord<P>[],
    };
  }

  /** The newest record of each feed vouches for the later day, as a bureau does that says nothing new. */
  private vouchedFor(source: SourceDefinition, later: (day: LocalDate) => LocalDate): readonly DossierRecord[] {
    const records = [...this.records(source)];
    for (const origin of ORIGINS.get(source.name) ?? []) {
      let newest = -1;
      for (const [i, { eventDate, payload }] of records.entries()) {
        if (eventDate === undefined || eventDate > this.asOf || (origin.owns !== undefined && !origin.owns(payload)))
          continue;
        if (newest < 0 || eventDate >= records[newest]!.eventDate!) newest = i;
      }
      if (newest < 0) continue;
      const record = records[newest]!;
      const end = record.eventTo !== undefined && record.eventTo <= this.asOf ? record.eventTo : record.eventDate!;
      const to = later(end);
      if (record.eventTo === undefined || record.eventTo < to) records[newest] = { ...record, eventTo: to };
    }
    return records;
  }
}

export const monthsLater = <D extends LocalDate | undefined>(day: D, months: number): D =>
  (day === undefined ? undefined : addMonths(day, months)) as D;

/** A copy without the members that are undefined. */
export function stated<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

export const laterMonth = (month: LocalMonth, months: number): LocalMonth =>
  addMonths(`${month}-01` as LocalDate, months).slice(0, 7) as LocalMonth;
