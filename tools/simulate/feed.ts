import type { Book } from './book.ts';

/** One row before encoding. CSV cells are text; JSON lines take any JSON value, in the order of the columns. */
export interface Row {
  readonly cells: unknown[];
  /** Index of the firm that the row is about; −1 for none of the book. */
  readonly firm: number;
  /** The first that anybody hears of the key: without the row the firm or project would not be in the book. */
  readonly founding?: true;
  /** About nobody whom the product knows: counted and left alone. Never made dirty. */
  readonly ignored?: true;
}

/** The months that one delivery tells. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** The history load: everything before `from` too, where the source has such a past. */
  readonly first: boolean;
}

/** Where dirt may fall, as column numbers. */
export interface DirtPlaces {
  /** Column of the USCC, or of the applicants that hold it. */
  readonly code: number;
  readonly dates: readonly number[];
  /** Dates whose loss costs a field and never the row. */
  readonly optionalDates: readonly number[];
  /** May be empty: an empty cell may become a null word. */
  readonly nullable: readonly number[];
  readonly status?: number;
  readonly amounts: readonly number[];
  /** A doubled row differs here; absent where every column is part of the key or may be empty. */
  readonly conflict?: number;
  /** Rows of firms that nobody registered are quarantined; where false they would found a firm or be ignored. */
  readonly strangers: boolean;
  readonly foreignRows?: true;
  readonly totalsRow?: true;
}

/** One bureau's file. A new source is one more of these in feeds.ts. */
export interface SimulatedFeed {
  readonly source: string;
  readonly layout: string;
  readonly form: 'csv' | 'jsonl';
  readonly columns: readonly string[];
  readonly encoding: 'utf-8' | 'gb18030';
  readonly gzip: boolean;
  /** Day of the following month on which it is received. */
  readonly receivedOnDay: number;
  /** The first delivery speaks from the beginning of time: registers and gazettes do, contributions do not. */
  readonly wholePast: boolean;
  readonly dirt: DirtPlaces;
  rows(book: Book, window: Window): Iterable<Row>;
}
