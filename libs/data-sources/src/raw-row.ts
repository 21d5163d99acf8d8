/**
 * One delivered row. Every column is taken out once; what is left over at the end is an issue (the leftover audit).
 * CSV and workbook rows hold text; JSON lines hold any JSON value; XML holds text, lists and objects.
 */
export class RawRow {
  /** 1-based; the header is not a row. In a workbook the sheet's own row number. */
  rowNo = 0;
  private cells: readonly unknown[] = [];
  private readonly index: ReadonlyMap<string, number>;
  private readonly taken: Int32Array;
  private turn = 0;

  /** One object serves a whole delivery: `load` moves it to the next row. */
  constructor(private readonly columns: readonly string[]) {
    this.index = new Map(columns.map((column, i) => [column, i]));
    this.taken = new Int32Array(columns.length);
  }

  static of(cells: Readonly<Record<string, unknown>>, rowNo = 1): RawRow {
    return new RawRow(Object.keys(cells)).load(Object.values(cells), rowNo);
  }

  load(cells: readonly unknown[], rowNo: number): this {
    this.cells = cells;
    this.rowNo = rowNo;
    this.turn += 1;
    return this;
  }

  /** The cell as delivered, or undefined when the delivery has no such column. */
  take(column: string): unknown {
    const i = this.index.get(column);
    if (i === undefined) return undefined;
    this.taken[i] = this.turn;
    return this.cells[i];
  }

  /** As take, as text; numbers and booleans of JSON lines become text, objects are undefined. */
  text(column: string): string | undefined {
    const cell = this.take(column);
    if (typeof cell === 'string') return cell;
    return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : undefined;
  }

  /** Columns that nobody took. */
  leftover(): string[] {
    return this.columns.filter((_, i) => this.taken[i] !== this.turn && this.cells[i] !== undefined);
  }
}
