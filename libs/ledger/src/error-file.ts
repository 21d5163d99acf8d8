import { DQ, type Issue, type Layout } from '#lib/data-sources';
import type { Db } from '#lib/platform';
import { csvCell } from './csv-cell.ts';
import { layoutOf } from './deliveries.service.ts';
import { findDelivery, pageOfQuarantine } from './deliveries.store.ts';
import type { QuarantinedRow } from './deliveries.ts';
import { ERROR_COLUMNS, errorRowName } from './error-columns.ts';

const ROWS_AT_ONCE = 1000;

/**
 * What a spreadsheet would run as a formula, in full width too, as one in Chinese may; plain numbers and the null words of
 * dashes are harmless.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const HARMLESS = /^(?:[+\-＋－]?\d+(?:\.\d+)?%?|[-－]{1,2})$/;

const quoted = (cell: string): string => csvCell(FORMULA.test(cell) && !HARMLESS.test(cell) ? `'${cell}` : cell);
const line = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

/**
 * The rows of a delivery that still wait in quarantine (错误文件), as CSV in UTF-8 with a byte-order mark: the provider's
 * own columns with the cells as delivered, then what is wrong, a suggestion, and the row's name. Mended, it can be
 * delivered as it is. Cells that a spreadsheet would run begin with an apostrophe. Personal columns are empty: their
 * content was never kept, and the provider has to fill them in again. Throws ProblemError delivery-unknown.
 */
export async function errorFile(db: Db, deliveryId: string): Promise<AsyncGenerator<string>> {
  const { source, layout } = await findDelivery(db, deliveryId);
  return lines(db, deliveryId, layoutOf(source, layout).layout, await deliveredColumns(db, deliveryId));
}

/** The header as delivered; empty for forms that have none. */
export async function deliveredColumns(db: Db, deliveryId: string): Promise<readonly string[]> {
  const [row] = await db.query<{ columns: string[] | null }>('SELECT columns FROM delivery WHERE delivery_id = $1', [
    deliveryId,
  ]);
  return row?.columns ?? [];
}

/** Rows that wait in quarantine, in the order of the file, some at a time. */
export async function* waitingRows(db: Db, deliveryId: string): AsyncGenerator<readonly QuarantinedRow[]> {
  for (let after = 0; ;) {
    const rows = await pageOfQuarantine(db, deliveryId, after, ROWS_AT_ONCE);
    const waiting = rows.filter((row) => row.state === 'WAITING');
    if (waiting.length > 0) yield waiting;
    if (rows.length < ROWS_AT_ONCE) return;
    after = rows.at(-1)!.rowNo;
  }
}

async function* lines(
  db: Db,
  deliveryId: string,
  layout: Layout,
  delivered: readonly string[],
): AsyncGenerator<string> {
  // JSON lines have no header: there the layout's own keys are the columns.
  const columns = delivered.length > 0 ? delivered : [...layout.required, ...layout.optional];
  const added: readonly string[] = Object.values(ERROR_COLUMNS);
  const own = columns.map((column, i) => [column, i] as const).filter(([column]) => !added.includes(column));
  yield `\uFEFF${line([...own.map(([column]) => column), ...added])}`;
  const withheld = new Set(layout.personal.map((personal) => personal.column));
  for await (const rows of waitingRows(db, deliveryId))
    yield rows
      .map((row) => {
        const cells = cellsOf(row.raw, columns);
        const kept = own.map(([column, i]) => (withheld.has(column) ? '' : (cells[i] ?? '')));
        return line([...kept, ...wordsOf(row, own, withheld, cells.length - columns.length)]);
      })
      .join('');
}

/** The kept line: an array of cells, an object, or a row of another shape. */
function cellsOf(raw: string, columns: readonly string[]): readonly string[] {
  const value = JSON.parse(raw) as unknown;
  if (Array.isArray(value)) return value.map(textOf);
  const object = value as Readonly<Record<string, unknown>>;
  const misshapen = object['misshapen'];
  if (typeof misshapen === 'string') return misshapenCells(misshapen);
  return columns.map((column) => textOf(object[column]));
}

/** A CSV row with too many or too few cells was kept as their array; any other text is one cell. */
function misshapenCells(text: string): readonly string[] {
  try {
    const cells = JSON.parse(text) as unknown;
    return Array.isArray(cells) ? cells.map(textOf) : [text];
  } catch {
    return [text];
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

function wordsOf(
  row: QuarantinedRow,
  own: readonly (readonly [string, number])[],
  withheld: ReadonlySet<string>,
  tooMany: number,
): string[] {
  const words = row.issues.map(
    (issue) => `${issue.column === undefined ? '' : `${issue.column}：`}${DQ[issue.code].zh}`,
  );
  const advice = row.issues.map(adviceOf).filter((text) => text !== '');
  if (tooMany > 0) advice.push(`原行多出${tooMany}列，请对齐各列`);
  const refill = own.filter(([column]) => withheld.has(column)).map(([column]) => column);
  if (refill.length > 0) advice.push(`请重新填写${refill.join('、')}`);
  return [row.code, words.join('；'), advice.join('；'), errorRowName(row.deliveryId, row.rowNo)];
}

export function adviceOf({ column, suggestion, code }: Issue): string {
  if (code === 'DQ19') return `请核对统一社会信用代码与名称；登记名称为${suggestion ?? '?'}，更名入账后会自动入账`;
  if (suggestion !== undefined) return column === undefined ? suggestion : `${column}或应为：${suggestion}`;
  if (code === 'DQ03') return '请核对统一社会信用代码；企业登记后会自动入账';
  return column === undefined ? '' : `请更正${column}`;
}
