import type { LocalDate } from '#lib/kernel';
import { readDate } from '../normalise/date.ts';
import { valueOf } from '../normalise/text.ts';
import type { Issue } from '../issue.ts';
import type { RawRow } from '../raw-row.ts';
import type { MapContext } from '../source.ts';

/** A date that belongs to the key: absent DQ14, unreadable DQ05, ahead of the delivery DQ06; each refuses the row. */
export function readKeyDate(
  row: RawRow,
  column: string,
  context: MapContext,
  fatal: Issue[],
  issues: Issue[],
): LocalDate | undefined {
  const found: Issue[] = [];
  const date = readDate(row.text(column), column, context, found);
  if (date !== undefined) issues.push(...found);
  else if (found.length > 0) fatal.push(...found);
  else fatal.push({ code: 'DQ14', column });
  return date;
}

/** An end that cannot lie before its beginning: the date, or that one was delivered which nobody can use. */
export function readEnd(
  row: RawRow,
  column: string,
  from: LocalDate | undefined,
  context: MapContext,
  issues: Issue[],
): { readonly on?: LocalDate; readonly unreadable?: true } {
  const raw = row.text(column);
  const on = readDate(raw, column, context, issues);
  if (on === undefined) return valueOf(raw) === undefined ? {} : { unreadable: true };
  if (from === undefined || on >= from) return { on };
  issues.push({ code: 'DQ06', column, raw: on });
  return { unreadable: true };
}
