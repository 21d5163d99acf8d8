import { masked, type Layout } from '#lib/data-sources';
import type { IntakeLimits } from './limits.ts';
import { atHeader, refusal } from './refusals.ts';

/** The columns of a header, declared ones by their declared names. Throws columns-too-many, -missing or -doubled. */
export function checkedHeader(cells: readonly string[], layout: Layout, limits: IntakeLimits): readonly string[] {
  if (cells.length > limits.columns)
    throw refusal(
      'columns-too-many',
      `表头有${cells.length}列，上限${limits.columns}列`,
      `the header has ${cells.length} columns, at most ${limits.columns} are read`,
    );
  const columns = cells.map((cell) => masked(cell.normalize('NFKC').trim(), 'text'));
  const wanted = new Map(layout.required.map((name) => [name.normalize('NFKC'), name]));
  const declared = new Map([...layout.required, ...layout.optional].map((name) => [name.normalize('NFKC'), name]));
  const missing = [...wanted].filter(([folded]) => !columns.includes(folded)).map(([, name]) => name);
  if (missing.length > 0)
    throw refusal(
      'columns-missing',
      `缺少必需的列：${missing.join('、')}`,
      `required columns are missing: ${missing.join(', ')}`,
      {
        errors: missing.map((name) =>
          atHeader(name, 'columns-missing', `缺少列「${name}」`, `column ${name} is missing`),
        ),
        // Where no column is known the first row may be no header at all but a row of persons: it is not quoted.
        extra: {
          found: columns.some((name) => declared.has(name))
            ? columns.slice(0, 100).map((name) => name.slice(0, 200))
            : [],
        },
      },
    );
  const doubled = columns.find((name, i) => name !== '' && columns.indexOf(name) !== i);
  if (doubled !== undefined)
    throw refusal('columns-doubled', `列「${doubled}」出现两次`, `column ${doubled} appears twice`, {
      errors: [atHeader(doubled, 'columns-doubled', '列重复', 'the column appears twice')],
    });
  return columns.map((column) => declared.get(column) ?? column);
}

/** True when a row of cells holds every required column. */
export function isHeader(cells: readonly string[], layout: Layout): boolean {
  return layout.required.length > 0 && requiredIn(cells, layout) === layout.required.length;
}

/** How many of the required columns stand in a row of cells. */
export function requiredIn(cells: readonly string[], layout: Layout): number {
  const found = new Set(cells.map((cell) => cell.normalize('NFKC').trim()));
  return layout.required.filter((name) => found.has(name.normalize('NFKC'))).length;
}
