/** What the error file (错误文件) adds to the provider's own columns. Sent back with the file, they are understood, never kept. */
export const ERROR_COLUMNS = {
  /** Data-quality code of the first finding. */
  code: '错误代码',
  words: '错误说明',
  suggestion: '建议',
  /** Names the quarantined row, so that the row that mends it is known: delivery id, slash, row number. */
  row: '错误行',
} as const;

/** JSON lines only: the text of a line that was no object. */
export const MISSHAPEN_COLUMN = '错误原文';

const NAMES: ReadonlySet<string> = new Set([...Object.values(ERROR_COLUMNS), MISSHAPEN_COLUMN]);
export const isErrorColumn = (column: string): boolean => NAMES.has(column);

const REFERENCE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([1-9]\d{0,8})$/;

export const errorRowName = (deliveryId: string, rowNo: number): string => `${deliveryId}/${rowNo}`;

/** The row that a cell of the column 错误行 names; undefined for any other text. */
export function parseErrorRow(text: string): { readonly deliveryId: string; readonly rowNo: number } | undefined {
  const found = REFERENCE.exec(text.trim());
  return found ? { deliveryId: found[1]!, rowNo: Number(found[2]) } : undefined;
}
