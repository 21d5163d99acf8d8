import { DQ } from '#lib/data-sources';
import type { Db } from '#lib/platform';
import { layoutOf } from './deliveries.service.ts';
import { findDelivery } from './deliveries.store.ts';
import { ERROR_COLUMNS, errorRowName, MISSHAPEN_COLUMN } from './error-columns.ts';
import { adviceOf, deliveredColumns, waitingRows } from './error-file.ts';

/**
 * The rows of a delivery that still wait in quarantine (错误文件) as JSON lines: each object as delivered, then what is wrong,
 * a suggestion, and the row's name. Mended, the lines of a JSON-lines delivery can be delivered as they are. Personal keys
 * are empty, and a line that was no object comes as text under 错误原文. Throws ProblemError delivery-unknown.
 */
export async function errorLines(db: Db, deliveryId: string): Promise<AsyncGenerator<string>> {
  const { source, layout } = await findDelivery(db, deliveryId);
  const { personal } = layoutOf(source, layout).layout;
  const columns = await deliveredColumns(db, deliveryId);
  return lines(db, deliveryId, columns, new Set(personal.map(({ column }) => column)));
}

async function* lines(
  db: Db,
  deliveryId: string,
  columns: readonly string[],
  withheld: ReadonlySet<string>,
): AsyncGenerator<string> {
  for await (const rows of waitingRows(db, deliveryId))
    yield rows
      .map((row) => {
        const kept = objectOf(row.raw, columns);
        const refill = Object.keys(kept).filter((key) => withheld.has(key));
        const advice = row.issues.map(adviceOf).filter((text) => text !== '');
        if (refill.length > 0) advice.push(`请重新填写${refill.join('、')}`);
        return `${JSON.stringify({
          ...kept,
          ...Object.fromEntries(refill.map((key) => [key, ''])),
          [ERROR_COLUMNS.code]: row.code,
          [ERROR_COLUMNS.words]: row.issues
            .map(({ column, code }) => `${column === undefined ? '' : `${column}：`}${DQ[code].zh}`)
            .join('；'),
          [ERROR_COLUMNS.suggestion]: advice.join('；'),
          [ERROR_COLUMNS.row]: errorRowName(row.deliveryId, row.rowNo),
        })}\n`;
      })
      .join('');
}

/** The kept line: an object, an array of cells, or a row of another shape. */
function objectOf(raw: string, columns: readonly string[]): Readonly<Record<string, unknown>> {
  const value = JSON.parse(raw) as unknown;
  if (Array.isArray(value))
    return Object.fromEntries(columns.map((column, i) => [column, (value[i] as unknown) ?? '']));
  const kept = value as Readonly<Record<string, unknown>>;
  if (typeof kept['misshapen'] === 'string') return { [MISSHAPEN_COLUMN]: kept['misshapen'] };
  return 'misshapenCharacters' in kept ? {} : kept;
}
