import { cellKindOf, masked, maskedValue, type CellKind } from '#lib/data-sources';

/** By position, for rows of cells: what is masked in each; undefined where the cell is withheld as a whole. */
export type CellKinds = readonly (CellKind | undefined)[];

/** Personal numbers in columns that are kept are masked (遮蔽) before anything sees the row; `found` hears of each place. */
export function maskedCells(
  cells: readonly string[],
  kinds: CellKinds,
  found: (position: number) => void,
): readonly string[] {
  let copy: string[] | undefined;
  for (let i = 0; i < cells.length; i++) {
    const kind = kinds[i];
    if (kind === undefined) continue;
    const text = masked(cells[i]!, kind);
    if (text === cells[i]) continue;
    (copy ??= [...cells])[i] = text;
    found(i);
  }
  return copy ?? cells;
}

/** The same of the members of an object that are kept. */
export function maskedObject(
  object: Readonly<Record<string, unknown>>,
  isKept: (key: string) => boolean,
  found: (key: string) => void,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(object)) {
    if (!isKept(key)) continue;
    const kept = maskedValue(value, cellKindOf(key));
    if (kept === value) continue;
    (copy ??= { ...object })[key] = kept;
    found(key);
  }
  return copy ?? object;
}
