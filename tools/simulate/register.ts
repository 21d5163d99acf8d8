import type { Book } from './book.ts';
import { monthEnd, monthStart } from './calendar.ts';
import type { Firm } from './firm.ts';
import type { DirtPlaces, Row, SimulatedFeed, Window } from './feed.ts';

/** Columns of a row that say something; the others stay empty in CSV and are left out of JSON lines. */
export type Cells = Readonly<Record<string, unknown>>;

/** What a bureau says of one thing from a day on. No date in the cells lies after the day, unless bureaus announce it. */
export interface State {
  readonly day: number;
  readonly cells: Cells;
}

/** One thing that a bureau keeps: each state takes the place of the one before. Days ascend. */
export type Fact = readonly State[];

/** DirtPlaces by the names of the columns. */
interface NamedPlaces {
  readonly code: string;
  readonly dates?: readonly string[];
  readonly optionalDates?: readonly string[];
  readonly nullable?: readonly string[];
  readonly status?: string;
  readonly amounts?: readonly string[];
  readonly conflict?: string;
  readonly strangers?: true;
  readonly totalsRow?: true;
}

interface FeedHead {
  readonly source: string;
  readonly layout: string;
  readonly form?: 'jsonl';
  readonly columns: readonly string[];
  readonly encoding?: 'gb18030';
  readonly receivedOnDay: number;
  readonly fromFirstMonth?: true;
  readonly dirt: NamedPlaces;
}

/** A row of a feed, its cells in the order of the columns. */
export const rowOf = (columns: readonly string[], form: 'csv' | 'jsonl', firm: Firm, cells: Cells): Row => ({
  cells: columns.map((column) => (form === 'csv' ? (cells[column] ?? '') : cells[column])),
  firm: firm.index,
});

/** A feed whose rows are made window by window. */
export function feedOf(
  head: FeedHead,
  cellsOf: (book: Book, firm: Firm, window: Window) => Iterable<Cells>,
): SimulatedFeed {
  const { source, layout, columns, receivedOnDay } = head;
  const form = head.form ?? 'csv';
  return {
    source,
    layout,
    form,
    columns,
    encoding: head.encoding ?? 'utf-8',
    // Packed, a month without news is still a file: an empty one is refused at the door.
    gzip: form === 'jsonl',
    receivedOnDay,
    wholePast: head.fromFirstMonth !== true,
    dirt: placesOf(head.dirt, columns),
    *rows(book, window) {
      for (const firm of book.all())
        for (const cells of cellsOf(book, firm, window)) yield rowOf(columns, form, firm, cells);
    },
  };
}

/** A feed that tells what is new: each thing whose state changed inside the window, as it stands at its end. */
export function factFeed(head: FeedHead, factsOf: (book: Book, firm: Firm) => readonly Fact[]): SimulatedFeed {
  const kind = `${head.source} ${head.layout}`;
  return feedOf(head, function* (book, firm, window) {
    const end = monthEnd(window.to);
    const start = window.first ? -Infinity : monthStart(window.from);
    for (const fact of book.factsOf(kind, firm, () => factsOf(book, firm))) {
      const state = fact.findLast(({ day }) => day <= end);
      if (state !== undefined && state.day >= start) yield state.cells;
    }
  });
}

function placesOf(named: NamedPlaces, columns: readonly string[]): DirtPlaces {
  const at = (column: string): number => {
    const index = columns.indexOf(column);
    if (index < 0) throw new RangeError(`no column ${column}`);
    return index;
  };
  return {
    code: at(named.code),
    dates: (named.dates ?? []).map(at),
    optionalDates: (named.optionalDates ?? []).map(at),
    nullable: (named.nullable ?? []).map(at),
    amounts: (named.amounts ?? []).map(at),
    strangers: named.strangers === true,
    ...(named.status === undefined ? {} : { status: at(named.status) }),
    ...(named.conflict === undefined ? {} : { conflict: at(named.conflict) }),
    ...(named.totalsRow ? { totalsRow: true } : {}),
  };
}
