import { type LocalDate, isDemoUscc, type Uscc } from '#lib/kernel';
import {
  cellKindOf,
  looksPersonal,
  MASK,
  masked,
  normaliseName,
  RawRow,
  type Issue,
  type Layout,
  type MapContext,
  type MappedRecord,
  type MappedRow,
  valueOf,
} from '#lib/data-sources';
import { decodeFile, type DecodeProgress } from './decode.ts';
import { aliasOf } from '../aliases.ts';
import { ERROR_COLUMNS, isErrorColumn } from '../error-columns.ts';
import { AmountMedians } from './amount-medians.ts';
import { ColumnFill } from './column-fill.ts';
import type { IntakeLimits } from './limits.ts';
import { rowParser } from './parse.ts';
import { readXlsx } from './read-xlsx.ts';
import { atHeader, atRow, refusal } from './refusals.ts';
import type { RowListener } from './row-listener.ts';
import { maskedCells, maskedObject, type CellKinds } from './row-masking.ts';
import { distinct, isTotals, MAX_KEY, recordsOfAnyone } from './row-records.ts';
import { holdsUnstorable, storable } from './storable.ts';
import type { Stage } from './stage.ts';

/** Rows looked at before an undeclared column is judged. */
const SAMPLE_ROWS = 200;

export interface ReadResult {
  readonly rows: number;
  /** Rows that gave no records. */
  readonly quarantined: number;
  readonly ignored: number;
  readonly columns: readonly string[];
  /** Rows that state nothing, by delivered column. */
  readonly nulls: Readonly<Record<string, number>>;
  /** Medians of the declared amounts, by payload field. */
  readonly medians: Readonly<Record<string, number>>;
  readonly newestEvent: LocalDate | undefined;
  readonly bookKind: 'demo' | 'real' | undefined;
  /** An undeclared column that looks personal: the delivery is held, nothing of it is kept. */
  readonly personal: { readonly column: string; readonly why: string } | undefined;
}

export interface ReadOptions {
  readonly path: string;
  readonly layout: Layout;
  /** Payload fields that hold amounts. */
  readonly amounts: readonly string[];
  readonly context: MapContext;
  readonly limits: IntakeLimits;
  readonly progress: DecodeProgress & { rows: number };
  /** The book's kind when it is already decided: the first row of the other kind ends the reading. */
  readonly bookKind: 'demo' | 'real' | undefined;
  /** Rows whose firm goes by a name that is nobody's are kept until it is. */
  readonly retriesNames: boolean;
  /** Firms by another name: only of names that mean one firm. */
  aliases(names: readonly string[]): Promise<ReadonlyMap<string, Uscc>>;
}

/** Decode → parse → map → stage, in one pass and bounded memory. Throws ProblemError for what refuses the whole file. */
export async function readDelivery(options: ReadOptions, stage: Stage): Promise<ReadResult> {
  const reader = new DeliveryReader(options, stage);
  for await (const _ of readRows(options, reader)) {
    options.progress.rows = reader.rows;
    await reader.resolveAliases();
    await stage.flush();
  }
  await reader.resolveAliases();
  options.progress.rows = reader.rows;
  const result = reader.result();
  await stage.close();
  return result;
}

/** Reads a file in any form; yields after each piece, when `listener` has heard its rows. Throws as readDelivery. */
export async function* readRows(
  { path, layout, limits, progress }: Pick<ReadOptions, 'path' | 'layout' | 'limits'> & { progress: DecodeProgress },
  listener: RowListener,
): AsyncGenerator<void> {
  if (layout.form === 'xlsx') {
    yield* readXlsx(path, layout, limits, progress, listener);
    return;
  }
  const parser = rowParser(layout, limits, listener);
  for await (const text of decodeFile(path, layout.encodings, limits, progress)) {
    parser.write(text);
    yield;
  }
  await parser.end();
}

interface AliasedRow {
  readonly alias: string;
  readonly column: string;
  readonly at: number;
  readonly columns: readonly string[];
  readonly values: unknown[];
  readonly mapped: MappedRow;
  readonly rowNo: number;
}

class DeliveryReader implements RowListener {
  rows = 0;
  private quarantined = 0;
  private ignored = 0;
  private newestEvent: LocalDate | undefined;
  private bookKind: 'demo' | 'real' | undefined;
  private personal: { column: string; why: string } | undefined;
  private columnNames: readonly string[] = [];
  private row: RawRow | undefined;
  private readonly declared: ReadonlySet<string>;
  private readonly treatment: ReadonlyMap<string, 'blank' | 'hash'>;
  private readonly samples = new Map<string, string[]>();
  private readonly seen = new Set<string>();
  /** By position, for CSV: what to do with the cell in the kept line; undefined keeps it. */
  private cellTreatment: readonly ('blank' | 'hash' | undefined)[] = [];
  private treatsCells = false;
  /** By position, for CSV: what is masked in the cell; undefined where it is withheld as a whole. */
  private cellKinds: CellKinds = [];
  /** A row that cannot be told apart into columns may hold anything: its text is kept only where no column is withheld. */
  private keepsMisshapen: boolean;
  private positions: ReadonlyMap<string, number> = new Map();
  private fill: ColumnFill;
  private readonly amounts: AmountMedians;
  /** Position of the column that says which quarantined row a row mends; −1: none. */
  private mendsAt = -1;
  /** Rows of this piece of the file that name their firm by an alias. */
  private aliased: AliasedRow[] = [];

  constructor(
    private readonly options: ReadOptions,
    private readonly stage: Stage,
  ) {
    const { layout } = options;
    this.declared = new Set([...layout.required, ...layout.optional]);
    this.treatment = new Map(layout.personal.map((p) => [p.column, p.treatment]));
    this.keepsMisshapen = layout.personal.length === 0 && layout.redact === undefined;
    this.fill = new ColumnFill([], this.declared);
    this.amounts = new AmountMedians(options.amounts);
  }

  columns(columns: readonly string[]): void {
    this.columnNames = columns;
    this.row = new RawRow(columns);
    for (const column of columns) {
      if (this.declared.has(column)) this.seen.add(column);
      else if (column !== '' && !isErrorColumn(column)) this.samples.set(column, []);
    }
    // A column that nobody declared is not kept: nobody has said what it is.
    this.cellTreatment = columns.map((column) => (this.declared.has(column) ? this.treatment.get(column) : 'blank'));
    this.treatsCells = this.cellTreatment.some((treatment) => treatment !== undefined);
    this.cellKinds = columns.map((column, i) => (this.cellTreatment[i] === undefined ? cellKindOf(column) : undefined));
    if (this.treatsCells) this.keepsMisshapen = false;
    this.positions = new Map(columns.map((column, i) => [column, i]));
    this.fill = new ColumnFill(columns, this.declared);
    this.mendsAt = columns.indexOf(ERROR_COLUMNS.row);
  }

  cells(delivered: readonly string[], rowNo: number): void {
    this.rows += 1;
    if (this.rows <= SAMPLE_ROWS && this.samples.size > 0)
      this.sample((column) => delivered[this.positions.get(column)!]);
    const cells = maskedCells(delivered, this.cellKinds, (i) =>
      this.stage.issue(rowNo, { code: 'DQ20', column: this.columnNames[i]! }),
    );
    this.stage.keep(
      JSON.stringify(this.treatsCells ? cells.map((cell, i) => this.treated(cell, this.cellTreatment[i])) : cells),
      rowNo,
    );
    this.fill.cells(cells);
    if (this.mendsAt >= 0) this.stage.mends(rowNo, cells[this.mendsAt]!);
    if (cells.some((cell) => cell.includes('\0'))) this.withNul(rowNo);
    else this.mapAndTake(this.row!, this.columnNames, cells, rowNo);
  }

  object(delivered: Readonly<Record<string, unknown>>, rowNo: number): void {
    this.rows += 1;
    const { layout } = this.options;
    const object = maskedObject(
      layout.redact ? layout.redact(delivered) : delivered,
      (key) => this.declared.has(key) && !this.treatment.has(key),
      (column) => this.stage.issue(rowNo, { code: 'DQ20', column }),
    );
    const kept: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(object)) {
      if (this.declared.has(key)) {
        this.seen.add(key);
        const treatment = this.treatment.get(key);
        kept[key] = treatment
          ? this.treated(typeof value === 'string' ? value : JSON.stringify(value), treatment)
          : value;
      } else if (!isErrorColumn(key) && !this.samples.has(key) && this.samples.size < 1000) this.samples.set(key, []);
    }
    if (this.samples.size > 0) this.sample((column) => asText(object[column]));
    this.fill.object(kept);
    const line = JSON.stringify(kept);
    this.stage.keep(line, rowNo);
    const mends = delivered[ERROR_COLUMNS.row];
    if (typeof mends === 'string') this.stage.mends(rowNo, mends);
    if (holdsUnstorable(line)) this.withNul(rowNo);
    else this.mapAndTake(new RawRow(Object.keys(object)), Object.keys(object), Object.values(object), rowNo);
  }

  misshapen(raw: string, rowNo: number, why: { zh: string; en: string }): void {
    this.rows += 1;
    const suggestion = `${why.zh} / ${why.en}`;
    if (this.keepsMisshapen) {
      const text = masked(raw, 'text');
      if (text !== raw) this.stage.issue(rowNo, { code: 'DQ20' });
      this.stage.keep(JSON.stringify({ misshapen: text }), rowNo);
      this.refuse(rowNo, { code: 'ROW_SHAPE', raw: text.slice(0, 1000), suggestion });
    } else {
      this.stage.keep(JSON.stringify({ misshapenCharacters: raw.length }), rowNo);
      this.refuse(rowNo, { code: 'ROW_SHAPE', suggestion });
    }
  }

  private withNul(rowNo: number): void {
    this.refuse(rowNo, {
      code: 'ROW_SHAPE',
      suggestion: '含有NUL或不成对的代理字符 / contains a NUL or half a surrogate pair',
    });
  }

  private refuse(rowNo: number, issue: Issue): void {
    this.quarantined += 1;
    this.stage.quarantine(rowNo, issue.code, [issue]);
  }

  private treated(cell: string, treatment: 'blank' | 'hash' | undefined): string {
    if (treatment === undefined || cell === '') return cell;
    return treatment === 'blank' ? '' : this.options.context.hash(cell);
  }

  private mapAndTake(row: RawRow, columns: readonly string[], values: readonly unknown[], rowNo: number): void {
    const read = this.options.layout.map(row.load(values, rowNo), this.options.context);
    const mapped: MappedRow =
      read.kind === 'quarantined' && isTotals(values) ? { kind: 'ignored', reason: 'total' } : read;
    if (mapped.kind === 'records') this.noteName(row, rowNo);
    const named = aliasOf(mapped);
    const at = named === undefined ? -1 : columns.indexOf(named.column);
    if (named === undefined || at < 0) this.take(mapped, rowNo);
    else this.aliased.push({ ...named, at, columns, values: [...values], mapped, rowNo });
  }

  /** Takes the rows whose firm is known by another name: found, with its code in the place of the name (DQ04). */
  async resolveAliases(): Promise<void> {
    if (this.aliased.length === 0) return;
    const { layout, context, retriesNames } = this.options;
    const rows = this.aliased;
    this.aliased = [];
    const firms = await this.options.aliases(rows.map((row) => row.alias));
    for (const { alias, column, at, columns, values, mapped, rowNo } of rows) {
      const uscc = firms.get(alias);
      const mappedFor = (code: Uscc): MappedRow =>
        layout.map(new RawRow(columns).load(values.with(at, code), rowNo), context);
      if (uscc === undefined) {
        this.take(mapped, rowNo);
        if (retriesNames) {
          this.noteName(new RawRow(columns).load(values, rowNo), rowNo);
          for (const record of recordsOfAnyone(mappedFor)) {
            this.noteEvent(record); // the file speaks of that day, whoever is known by now
            this.stage.wait(rowNo, alias, record);
          }
        }
        continue;
      }
      const row = new RawRow(columns).load(values.with(at, uscc), rowNo);
      const again = layout.map(row, context);
      if (again.kind === 'records') this.noteName(row, rowNo);
      if (again.kind === 'records') this.stage.issue(rowNo, { code: 'DQ04', column, raw: alias, suggestion: uscc });
      this.take(again, rowNo);
    }
  }

  private noteName(row: RawRow, rowNo: number): void {
    const { nameColumn } = this.options.layout;
    if (nameColumn === undefined) return;
    const name = valueOf(row.text(nameColumn));
    if (name !== undefined) this.stage.named(rowNo, normaliseName(name));
  }

  private take(mapped: MappedRow, rowNo: number): void {
    switch (mapped.kind) {
      case 'ignored':
        this.ignored += 1;
        this.stage.count(`ignored:${mapped.reason}`);
        return;
      case 'quarantined':
        this.quarantined += 1;
        this.stage.quarantine(rowNo, mapped.issues[0].code, mapped.issues);
        return;
      case 'records':
        if (mapped.records.some((record) => record.recordKey.length > MAX_KEY)) {
          this.refuse(rowNo, {
            code: 'ROW_SHAPE',
            suggestion: `主键超过${MAX_KEY}个字符 / the key is longer than ${MAX_KEY} characters`,
          });
          return;
        }
        if (mapped.records.some((record) => record.recordKey.includes(MASK))) {
          this.refuse(rowNo, {
            code: 'DQ14',
            suggestion: '主键含有个人信息，已遮蔽 / the key held personal data, which is masked',
          });
          return;
        }
        for (const issue of mapped.issues) this.stage.issue(rowNo, issue);
        for (const record of mapped.records.length > 1 ? distinct(mapped.records) : mapped.records) {
          this.checkBook(record.uscc, rowNo);
          this.noteEvent(record);
          this.amounts.take(record.payload);
          this.stage.record(rowNo, record);
        }
    }
  }

  /** The day up to which the file shows facts: the end of a period, unless that lies in the future. */
  private noteEvent({ eventDate, eventTo }: MappedRecord): void {
    const event = eventTo !== undefined && eventTo <= this.options.context.receivedOn ? eventTo : eventDate;
    if (event !== undefined && (this.newestEvent === undefined || event > this.newestEvent)) this.newestEvent = event;
  }

  /** Invented firms and real ones never share a database (architecture §3). */
  private checkBook(uscc: string, rowNo: number): void {
    const kind = isDemoUscc(uscc) ? 'demo' : 'real';
    const book = this.options.bookKind ?? this.bookKind;
    this.bookKind = kind;
    if (book === undefined || book === kind) return;
    const zh = `第${rowNo}行属于${kind === 'demo' ? '演示' : '真实'}企业，而本库为${book === 'demo' ? '演示' : '真实'}数据；请用另一个 DATA_DIR`;
    const en = `row ${rowNo} names a ${kind === 'demo' ? 'made-up' : 'real'} firm, this database holds ${book === 'demo' ? 'a demo book' : 'real firms'}; use another DATA_DIR`;
    throw refusal('book-kind', zh, en, { status: 409, ...atRow(rowNo, 'book-kind', zh, en) });
  }

  private sample(cell: (column: string) => string | undefined): void {
    for (const [column, values] of this.samples) {
      const value = cell(column);
      if (value !== undefined && value.trim() !== '' && values.length < SAMPLE_ROWS) values.push(value);
    }
    if (this.rows === SAMPLE_ROWS) this.judgeSamples();
  }

  private judgeSamples(): void {
    for (const [column, values] of this.samples) {
      const why = looksPersonal(column, values);
      if (why !== undefined) this.personal ??= { column: masked(column, 'text'), why };
    }
  }

  result(): ReadResult {
    this.judgeSamples();
    const missing = this.options.layout.required.filter((column) => !this.seen.has(column));
    if (missing.length > 0)
      throw refusal(
        'columns-missing',
        `缺少必需的字段：${missing.join('、')}`,
        `required fields are missing: ${missing.join(', ')}`,
        {
          errors: missing.map((name) =>
            atHeader(name, 'columns-missing', `没有任何一行含「${name}」`, `no row has ${name}`),
          ),
        },
      );
    for (const column of this.samples.keys())
      this.stage.count(`undeclared:${storable(masked(column, 'text').slice(0, 80))}`);
    return {
      rows: this.rows,
      quarantined: this.quarantined,
      ignored: this.ignored,
      columns: this.columnNames.map(storable),
      nulls: this.fill.nulls(this.rows),
      medians: this.amounts.medians(),
      newestEvent: this.newestEvent,
      bookKind: this.bookKind,
      personal: this.personal,
    };
  }
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
