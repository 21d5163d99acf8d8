import type { Layout } from '#lib/data-sources';
import { checkUnpacked, type DecodeProgress } from './decode.ts';
import { checkedHeader, isHeader, requiredIn } from './header.ts';
import type { IntakeLimits } from './limits.ts';
import { refusal } from './refusals.ts';
import type { RowListener } from './row-listener.ts';
import { SheetRows, type SheetListener } from './sheet-rows.ts';
import { readWorkbook, type Sheet, xlsxBroken } from './workbook.ts';
import { XlsxPackage } from './xlsx-package.ts';

/** Titles, units and notes stand above the header. */
const HEADER_WITHIN = 20;
/** Merged cells of the columns that are filled down; a third of the rows of the largest sheet. */
const MAX_MERGES = 350_000;

/**
 * The rows of a workbook. The sheet is the one that the layout names, else the first visible one that is not empty; the
 * header is the first of its 20 first rows that holds every required column. Rows keep the sheet's numbers, empty ones are
 * left out; what stands above the header is not kept. Yields after each piece. Throws ProblemError: see XlsxPackage,
 * readWorkbook, SheetRows, and columns-missing, sheet-missing, sheets-several, file-empty, line-too-long.
 */
export async function* readXlsx(
  path: string,
  layout: Layout,
  limits: IntakeLimits,
  progress: DecodeProgress,
  listener: RowListener,
): AsyncGenerator<void> {
  const zip = await XlsxPackage.open(path, limits);
  try {
    const book = await readWorkbook(zip, limits);
    const pieces = (sheet: Sheet, sheetListener: SheetListener): AsyncGenerator<number> =>
      readSheet(zip, new SheetRows(sheet.part, limits, book.strings, sheetListener), sheet.part);
    const { sheet, row: headerRow, cells } = await findHeader(book.sheets, layout, pieces);
    const columns = checkedHeader(cells.map(oneLine), layout, limits);
    listener.columns(columns);
    const filled = new FilledDown(columns, layout.fillDown ?? []);
    // Merges stand behind the rows that they are about, so they are read first; large exports have none.
    if (layout.fillDown && (await mentions(zip, sheet.part, 'mergeCell')))
      for await (const _ of pieces(sheet, { merge: (merge) => filled.note(merge) })) yield;
    const body = new SheetBody(columns, headerRow, filled, listener, (characters) => {
      // Cells share their texts, so a small file can hold more text than any archive could.
      progress.unpacked += characters;
      checkUnpacked({ packed: zip.fileBytes, unpacked: progress.unpacked }, limits);
    });
    const whole = Math.max(1, zip.bytes(sheet.part));
    for await (const read of pieces(sheet, { row: (rowCells, no, bare) => body.hear(rowCells, no, bare) })) {
      progress.packed = Math.min(zip.fileBytes, Math.floor((zip.fileBytes * read) / whole));
      yield;
    }
    progress.packed = zip.fileBytes;
  } finally {
    zip.close();
  }
}

/** Yields the characters read so far, after each piece. */
async function* readSheet(zip: XlsxPackage, rows: SheetRows, part: string): AsyncGenerator<number> {
  let read = 0;
  for await (const text of zip.text(part)) {
    rows.write(text);
    yield (read += text.length);
  }
  rows.end();
}

/** Whether a word stands anywhere in a part: a tenth of the time that parsing takes. */
async function mentions(zip: XlsxPackage, part: string, word: string): Promise<boolean> {
  let end = '';
  for await (const text of zip.text(part)) {
    if (`${end}${text.slice(0, word.length)}`.includes(word) || text.includes(word)) return true;
    end = text.slice(-word.length);
  }
  return false;
}

type Pieces = (sheet: Sheet, listener: SheetListener) => AsyncGenerator<number>;

interface Header {
  readonly sheet: Sheet;
  readonly row: number;
  readonly cells: readonly string[];
}

/** The header of the sheet to read, or of its rows the one that comes nearest: its missing columns are then named. */
async function findHeader(sheets: readonly Sheet[], layout: Layout, pieces: Pieces): Promise<Header> {
  let chosen: Header | undefined;
  const others: string[] = [];
  for (const sheet of candidates(sheets, layout)) {
    const header = await nearestHeader(sheet, layout, pieces);
    if (!header) continue; // an empty sheet
    if (!chosen) chosen = header;
    else if (isHeader(header.cells.map(oneLine), layout)) others.push(sheet.name.slice(0, 100));
  }
  if (!chosen) throw refusal('file-empty', '工作簿中没有数据', 'the workbook holds no data');
  if (others.length > 0) {
    const names = [chosen.sheet.name.slice(0, 100), ...others.slice(0, 20)].join('、');
    throw refusal(
      'sheets-several',
      `几个工作表都有数据表头：${names}；请每个工作表单独交付`,
      `several sheets have the header of the data (${names}): deliver each by itself`,
    );
  }
  return chosen;
}

function candidates(sheets: readonly Sheet[], layout: Layout): readonly Sheet[] {
  if (layout.sheet === undefined) return sheets.filter((sheet) => !sheet.hidden);
  const named = sheets.filter((sheet) => sheet.name.trim() === layout.sheet);
  if (named.length > 0) return named;
  throw refusal('sheet-missing', `工作簿中没有工作表「${layout.sheet}」`, `the workbook has no sheet ${layout.sheet}`, {
    extra: { found: sheets.slice(0, 100).map((sheet) => sheet.name.slice(0, 100)) },
  });
}

async function nearestHeader(sheet: Sheet, layout: Layout, pieces: Pieces): Promise<Header | undefined> {
  let best: Header | undefined;
  let found = -1;
  let past = false;
  const row = (cells: string[], no: number): void => {
    past ||= no > HEADER_WITHIN;
    if (found === layout.required.length || (past && best)) return;
    const holds = requiredIn(cells.map(oneLine), layout);
    if (holds > found) [best, found] = [{ sheet, row: no, cells }, holds];
  };
  for await (const _ of pieces(sheet, { row })) if (past || found === layout.required.length) break;
  return best;
}

/** Headers are broken into lines to keep columns narrow. */
const oneLine = (cell: string): string => cell.replace(/\s*[\r\n]+\s*/g, '');

/** Gives each row of vertically merged cells the text of the first, in the columns that the layout names. */
class FilledDown {
  /** Position of the columns → first row of a merge → its last row. */
  private readonly merges: ReadonlyMap<number, Map<number, number>>;
  private readonly open = new Map<number, { readonly text: string; readonly until: number }>();
  private count = 0;

  constructor(columns: readonly string[], names: readonly string[]) {
    this.merges = new Map(
      columns.flatMap((column, i) => (names.includes(column) ? [[i, new Map<number, number>()] as const] : [])),
    );
  }

  note({ column, top, bottom }: { column: number; top: number; bottom: number }): void {
    if (bottom === top) return;
    const merges = this.merges.get(column);
    if (!merges) return;
    merges.set(top, bottom);
    this.count += 1;
    if (this.count > MAX_MERGES) throw xlsxBroken('mergeCells', `more than ${MAX_MERGES} merged cells`);
  }

  fill(cells: string[], row: number): void {
    for (const [column, merges] of this.merges) {
      const until = merges.get(row);
      if (until !== undefined) this.open.set(column, { text: cells[column]!, until });
      const open = this.open.get(column);
      if (open && row <= open.until && cells[column] === '') cells[column] = open.text;
    }
  }
}

/** The rows under the header, as the listener of a delivery hears them. */
class SheetBody {
  constructor(
    private readonly columns: readonly string[],
    private readonly headerRow: number,
    private readonly filled: FilledDown,
    private readonly listener: RowListener,
    private readonly count: (characters: number) => void,
  ) {}

  hear(cells: string[], row: number, uncomputed: boolean): void {
    const { columns, listener } = this;
    if (row <= this.headerRow) return;
    while (cells.length > 0 && cells.at(-1)!.trim() === '') cells.pop();
    if (cells.length === 0 && !uncomputed) return;
    if (uncomputed)
      listener.misshapen(JSON.stringify(cells), row, {
        zh: '公式没有保存计算结果，请用电子表格软件打开并保存',
        en: 'a formula has no stored value: open and save the file with a spreadsheet program',
      });
    else if (cells.length > columns.length)
      listener.misshapen(JSON.stringify(cells), row, {
        zh: `应有${columns.length}列，实有${cells.length}列`,
        en: `${columns.length} columns expected, ${cells.length} found`,
      });
    else {
      while (cells.length < columns.length) cells.push('');
      this.filled.fill(cells, row);
      this.count(cells.reduce((sum, cell) => sum + cell.length, 0));
      listener.cells(cells, row);
    }
  }
}
