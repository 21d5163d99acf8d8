import { GuardedXml, type XmlHandler } from './guarded-xml.ts';
import type { IntakeLimits } from './limits.ts';
import { atRow, refusal } from './refusals.ts';
import { partRefusals, TextElements, unescaped, xlsxBroken } from './workbook.ts';
import { lineTooLong } from './decode.ts';

/** What a sheet can hold at most (Excel 2007 and later). */
const MAX_ROWS = 1_048_576;
const MAX_COLUMNS = 16_384;

/** Cells that are merged into one, from row `top` to `bottom`; its text stands in the first. Columns count from 0. */
export interface Merge {
  readonly column: number;
  readonly top: number;
  readonly bottom: number;
}

export interface SheetListener {
  /** A row that is not empty, cut after its last cell with text. `uncomputed`: a formula in it has no stored value. */
  row?(cells: string[], row: number, uncomputed: boolean): void;
  merge?(merge: Merge): void;
}

/** One sheet of a workbook, fed as XML: its rows and merges as they come. Refuses what no spreadsheet program writes. */
export class SheetRows implements XmlHandler {
  private readonly xml: GuardedXml;
  private rowNo = 0;
  private cells: string[] = [];
  private characters = 0;
  private uncomputed = false;
  private column = -1;
  private type = 'n';
  private value = '';
  private inValue = false;
  private hasValue = false;
  private hasFormula = false;
  private readonly inline = new TextElements();

  constructor(
    private readonly part: string,
    private readonly limits: IntakeLimits,
    private readonly strings: readonly string[],
    private readonly listener: SheetListener,
  ) {
    this.xml = new GuardedXml(
      limits,
      {
        ...partRefusals(part, limits),
        broken: (why) => this.broken(why),
        tooLong: () => lineTooLong(this.xml.holdMark ? this.rowNo : this.rowNo + 1, limits),
      },
      this,
    );
  }

  write(text: string): void {
    this.xml.write(text);
  }

  end(): void {
    this.xml.end();
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row':
        this.openRow(attributes['r']);
        return;
      case 'c':
        this.openCell(attributes['r'], attributes['t']);
        return;
      case 'v':
        this.inValue = this.hasValue = true;
        return;
      case 'f':
        this.hasFormula = true;
        return;
      case 'mergeCell':
        if (this.listener.merge) this.merge(attributes['ref'] ?? '');
        return;
      default:
        if (this.type === 'inlineStr') this.inline.open(name);
    }
  }

  text(text: string): void {
    if (this.inValue) this.value += text;
    else if (this.type === 'inlineStr') this.inline.add(text);
  }

  close(name: string): void {
    switch (name) {
      case 'v':
        this.inValue = false;
        return;
      case 'c':
        this.closeCell();
        return;
      case 'row':
        if (this.cells.length > 0 || this.uncomputed) this.listener.row?.(this.cells, this.rowNo, this.uncomputed);
        this.xml.holdMark = false;
        return;
      default:
        if (this.type === 'inlineStr') this.inline.close(name);
    }
  }

  private openRow(ref: string | undefined): void {
    const row = ref === undefined ? this.rowNo + 1 : Number(ref);
    if (!Number.isInteger(row) || row <= this.rowNo || row > MAX_ROWS)
      throw this.broken(`row ${String(ref).slice(0, 20)} comes after row ${this.rowNo}`);
    this.rowNo = row;
    this.cells = [];
    this.characters = 0;
    this.uncomputed = false;
    this.column = -1;
    this.xml.holdMark = true;
  }

  private openCell(ref: string | undefined, type: string | undefined): void {
    const column = ref === undefined ? this.column + 1 : columnOf(ref);
    if (column <= this.column || column >= MAX_COLUMNS)
      throw this.broken(`row ${this.rowNo}: cell ${String(ref).slice(0, 20)} is out of order`);
    this.column = column;
    this.type = type ?? 'n';
    this.value = '';
    this.hasValue = false;
    this.hasFormula = false;
    if (type === 'inlineStr') this.inline.start();
  }

  private closeCell(): void {
    if (this.hasFormula && !this.hasValue) this.uncomputed = true;
    const text = this.cellText();
    this.type = 'n';
    if (text === '') return;
    this.characters += text.length;
    if (this.characters > this.limits.lineBytes) throw lineTooLong(this.rowNo, this.limits);
    while (this.cells.length < this.column) this.cells.push('');
    this.cells.push(text);
  }

  /** The text that a person would have typed; errors (#N/A) as they are shown. */
  private cellText(): string {
    switch (this.type) {
      case 's': {
        if (!this.hasValue) return '';
        const text = this.strings[Number(this.value)];
        if (text === undefined) throw this.broken(`row ${this.rowNo}: there is no shared string ${this.value}`);
        return text;
      }
      case 'inlineStr':
        return this.inline.end();
      case 'b':
        return this.value === '1' ? 'TRUE' : this.value === '0' ? 'FALSE' : this.value;
      case 'n':
        return plainNumber(this.value);
      default:
        return unescaped(this.value); // str, e, d
    }
  }

  private merge(ref: string): void {
    const [from, to] = ref.split(':');
    const top = Number(/\d+$/.exec(from ?? '')?.[0]);
    const bottom = Number(/\d+$/.exec(to ?? from ?? '')?.[0]);
    const column = columnOf(from ?? '');
    if (!(top >= 1 && bottom >= top && bottom <= MAX_ROWS) || column < 0 || column >= MAX_COLUMNS)
      throw xlsxBroken(this.part, `merged cells ${ref.slice(0, 40)}`);
    this.listener.merge!({ column, top, bottom });
  }

  private broken(why: string): Error {
    const zh = `工作簿在第${this.rowNo}行附近已损坏`;
    const en = `the workbook is damaged near row ${this.rowNo}: ${why.slice(0, 300)}`;
    return refusal('xlsx-broken', zh, en, this.rowNo > 0 ? atRow(this.rowNo, 'xlsx-broken', zh, en) : {});
  }
}

/** The column of a cell's name from 0 (`C7` → 2); -1 when it is none. */
function columnOf(ref: string): number {
  let column = 0;
  let i = 0;
  for (; i < ref.length; i++) {
    const c = ref.charCodeAt(i);
    if (c < 65 || c > 90) break;
    column = column * 26 + c - 64;
    if (column > MAX_COLUMNS) return MAX_COLUMNS;
  }
  return i === 0 ? -1 : column - 1;
}

/** Whole numbers, and what has so few decimals that it is already as typed. */
const SIMPLE = /^-?(?:0|[1-9]\d{0,14}|(?:0|[1-9]\d{0,8})\.\d{0,3}[1-9])$/;

/**
 * A stored number as it would have been typed. A sheet stores binary fractions, so 0.1 + 0.2 is 0.30000000000000004:
 * 15 digits are what the program shows and keeps of what is typed. From 10¹⁵ on digits are lost (a code of 18 digits ends in
 * zeros), so such a number stays in the form that the program shows, 9.13501E+17, and no reader takes it for a code.
 */
export function plainNumber(stored: string): string {
  if (SIMPLE.test(stored)) return stored;
  const clean = stored.trim();
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[Ee][-+]?\d+)?$/.test(clean)) return clean;
  const value = Number(Number(clean).toPrecision(15));
  if (Math.abs(value) >= 1e15) return value.toExponential(5).toUpperCase();
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
