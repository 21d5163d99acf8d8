/**
 * What the reader of a delivery hears, in the order of the file. Rows are 1-based and the header is not a row; in a
 * workbook a row has the number that the sheet shows, so numbers start late and leave out empty rows.
 */
export interface RowListener {
  /** Once, before the first row of a CSV file or a sheet. */
  columns(columns: readonly string[]): void;
  /** A row of a CSV file or a sheet, with as many cells as there are columns. */
  cells(cells: readonly string[], row: number): void;
  /** A JSON object, or a record of XML as an object. */
  object(object: Readonly<Record<string, unknown>>, row: number): void;
  /** A row that has not the shape of one. */
  misshapen(raw: string, row: number, why: { zh: string; en: string }): void;
}

/** Fed piece by piece; every piece is worked off before `write` returns, so the caller can wait between pieces. */
export interface RowParser {
  write(text: string): void;
  /** Resolves when the last row has been heard; only then is the file known to be sound. */
  end(): Promise<void>;
}
