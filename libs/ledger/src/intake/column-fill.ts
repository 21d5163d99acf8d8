import { isNullWord } from '#lib/data-sources';

/** Counts the rows in which each column states nothing: empty, or one of the words that bureaus write for it. */
export class ColumnFill {
  private readonly stated = new Map<string, number>();
  /** CSV: by position. */
  private readonly filled: Int32Array;
  private readonly positions: readonly (readonly [string, number])[];

  constructor(
    columns: readonly string[],
    private readonly declared: ReadonlySet<string>,
  ) {
    this.positions = columns.map((column, i) => [column, i] as const).filter(([column]) => declared.has(column));
    this.filled = new Int32Array(columns.length);
  }

  /** Runs for every row: long cells are no null word, so they are not looked at. */
  cells(cells: readonly string[]): void {
    for (const [, i] of this.positions) {
      const cell = cells[i]!;
      if (cell.length > 4 ? cell !== '0000-00-00' : !isNullWord(cell.trim())) this.filled[i]! += 1;
    }
  }

  object(object: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(object)) {
      const states = typeof value === 'string' ? !isNullWord(value.trim()) : value !== null && value !== undefined;
      if (this.declared.has(key)) this.stated.set(key, (this.stated.get(key) ?? 0) + (states ? 1 : 0));
    }
  }

  /** Rows by column that state nothing there, of `rows` rows. Only columns that were delivered. */
  nulls(rows: number): Record<string, number> {
    return Object.fromEntries([
      ...this.positions.map(([column, i]) => [column, rows - this.filled[i]!] as const),
      ...[...this.stated].map(([column, n]) => [column, rows - n] as const),
    ]);
  }
}
