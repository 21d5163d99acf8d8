import type { LocalDate, Uscc } from '#lib/kernel';
import { cleanText, valueOf } from '../normalise/text.ts';
import { readUscc } from '../normalise/uscc.ts';
import type { Issue } from '../issue.ts';
import type { RawRow } from '../raw-row.ts';
import type { MappedRow } from '../source.ts';
import { quarantined } from './mapped.ts';

const BETWEEN_HOLDERS = /[;,、/|]/;

/** The codes of a cell that may name several holders (共有), each once; `bad` says why the others are refused. */
export function readHolders(
  raw: string | undefined,
  column: string,
  issues: Issue[],
): { readonly usccs: readonly Uscc[]; readonly bad: readonly Issue[] } {
  const usccs: Uscc[] = [];
  const bad: Issue[] = [];
  const clean = valueOf(raw);
  for (const part of clean === undefined ? [] : clean.split(BETWEEN_HOLDERS)) {
    if (valueOf(part) === undefined) continue;
    const found: Issue[] = [];
    const uscc = readUscc(part, column, found);
    (uscc === undefined ? bad : issues).push(...found);
    if (uscc !== undefined && !usccs.includes(uscc)) usccs.push(uscc);
  }
  return { usccs, bad };
}

/** A register's number that is the key: blanks gone, upper case. Absent DQ14; of another shape REGNO_FORM. */
export function readRegisterNumber(
  raw: string | undefined,
  column: string,
  shape: RegExp,
  fatal: Issue[],
): string | undefined {
  const clean = valueOf(raw);
  const number = clean?.replaceAll(' ', '').toUpperCase();
  if (number !== undefined && shape.test(number)) return number;
  fatal.push(clean === undefined ? { code: 'DQ14', column } : { code: 'REGNO_FORM', column, raw: cleanText(raw!) });
  return undefined;
}

/** Any number but what a spreadsheet made of a long one (2.02344E+17). */
export const ANY_NUMBER = /^(?!\d(?:\.\d+)?E\+?\d+$).+$/;

/** A payload without the members that nothing was stated for. */
export function stated<T extends object>(read: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  for (const key of Object.keys(read) as (keyof T)[]) if (read[key] === undefined) delete read[key];
  return read;
}

/** One fact as it concerns each of its holders; rows of national registers that name no firm at all are ignored. */
export function forHolders<P extends object>(
  { usccs, bad }: { readonly usccs: readonly Uscc[]; readonly bad: readonly Issue[] },
  facts: readonly {
    readonly recordKey: string;
    readonly eventDate: LocalDate | undefined;
    readonly eventTo?: LocalDate | undefined;
    readonly payload: P;
  }[],
  op: 'U' | 'D',
  issues: readonly Issue[],
): MappedRow<P> {
  if (usccs.length === 0)
    return bad.length > 0 ? quarantined(bad, issues) : { kind: 'ignored', reason: 'no-holder-with-uscc' };
  const records = usccs.flatMap((uscc) =>
    facts.map(({ recordKey, eventDate, eventTo, payload }) => ({
      uscc,
      recordKey,
      ...(eventDate === undefined ? {} : { eventDate }),
      ...(eventTo === undefined ? {} : { eventTo }),
      op,
      payload,
    })),
  );
  return { kind: 'records', records, issues: [...issues, ...bad] };
}

/** Takes columns whose text is not kept: names of holders, who may be persons, and words that the code says better. */
export function drop(row: RawRow, ...columns: readonly string[]): void {
  for (const column of columns) row.take(column);
}
