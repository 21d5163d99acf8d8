import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { localDate } from '#lib/kernel';
import { RawRow, SOURCES, type Layout, type MapContext, type MappedRecord } from '#lib/data-sources';
import type { Given } from './deliver.ts';
import { csv, demoUscc, nameOf } from './firms.ts';
import { rowsXml, workbook } from './workbook.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A layout, and one row of its fixtures that maps to one firm's records without a finding. */
export interface SampleRow {
  /** Source and layout, for the name of a test. */
  readonly name: string;
  readonly source: string;
  readonly layout: Layout;
  readonly fields: Fields;
  readonly uscc: string;
}

/** The day after which the fixtures were written. */
export const FIXTURES_AT = '2026-07-10T02:00:00Z';
export const FIXTURE_CONTEXT: MapContext = {
  receivedOn: localDate('2026-07-10'),
  hash: (value) => `hash-of-${value.length}`,
};

const FOLDER = path.join(__dirname, '../../libs/data-sources/src/sources');

function rowsOf(file: string, layout: Layout, encoding: string): Fields[] {
  if (layout.form === 'xlsx' || layout.form === 'xml') {
    const read = JSON.parse(readFileSync(`${file}.rows.json`, 'utf8')) as { fields: Fields }[];
    return read.map((row) => row.fields);
  }
  const text = new TextDecoder(encoding).decode(readFileSync(file));
  if (layout.form === 'csv') return parse(text, { columns: true });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields);
}

const filled = (fields: Fields): number =>
  Object.values(fields).filter((value) => value !== '' && value !== null).length;

/** One for each layout of each source: the row of its fixtures that states most. */
export const SAMPLE_ROWS: readonly SampleRow[] = SOURCES.flatMap((source) => {
  const folder = path.join(FOLDER, source.name, 'fixtures');
  const files = readdirSync(folder).filter((file) => !file.endsWith('.rows.json'));
  return source.layouts.map((layout) => {
    const rows = files
      .filter((file) => file.startsWith(`${layout.name}.`))
      .flatMap((file) => rowsOf(path.join(folder, file), layout, file.split('.')[2]!))
      .map((fields) => ({ fields, mapped: layout.map(RawRow.of(fields), FIXTURE_CONTEXT) }))
      .flatMap(({ fields, mapped }) => {
        if (mapped.kind !== 'records' || mapped.issues.length > 0) return [];
        const usccs = new Set(mapped.records.map((record) => record.uscc));
        const [uscc] = usccs;
        const plain = usccs.size === 1 && mapped.records.every((r: MappedRecord) => r.op === 'U');
        return plain && JSON.stringify(fields).includes(uscc!) ? [{ fields, uscc: uscc! }] : [];
      });
    const [best] = rows.sort((a, b) => filled(b.fields) - filled(a.fields));
    if (!best) throw new Error(`${source.name} ${layout.name}: no clean row of one firm among the fixtures`);
    return { name: `${source.name} ${layout.name}`, source: source.name, layout, ...best };
  });
});

/** The same facts about made-up firm `n`, by the name under which `register` registers it. */
export function rowOf({ fields, uscc, layout: { nameColumn } }: SampleRow, n: number): Fields {
  const row = JSON.parse(JSON.stringify(fields).replaceAll(uscc, demoUscc(n))) as Fields;
  return nameColumn !== undefined && row[nameColumn] ? { ...row, [nameColumn]: nameOf(n) } : row;
}

export const columnsOf = ({ layout }: SampleRow): readonly string[] => [...layout.required, ...layout.optional];

/** The column in which a row names its firm; undefined for patents, which name it inside their applicants. */
export const codeColumn = (sample: SampleRow): string | undefined =>
  Object.keys(sample.fields).find((column) => sample.fields[column] === sample.uscc);

/** A file in the layout's form with these rows; columns of a table are the declared ones and `more`. */
export function fileOf(sample: SampleRow, rows: readonly Fields[], more: readonly string[] = []): Given {
  const { source, layout } = sample;
  return { source, layout: layout.name, fileName: `sample.${layout.form}`, body: bodyOf(sample, rows, more) };
}

function bodyOf(sample: SampleRow, rows: readonly Fields[], more: readonly string[]): string | Buffer {
  const columns = [...columnsOf(sample), ...more];
  const { layout } = sample;
  switch (layout.form) {
    case 'csv':
      return csv(rows as readonly Record<string, string>[], columns);
    case 'jsonl':
      return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    case 'xlsx': {
      const cells = rows.map((row) => columns.map((column) => textOf(row[column])));
      return workbook({ sheets: [{ rows: rowsXml([columns, ...cells]) }] });
    }
    case 'xml': {
      const [root, record] = layout.record!.split('/');
      return `<${root}>\n${rows.map((row) => `${elementOf(record!, row)}\n`).join('')}</${root}>\n`;
    }
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

const escapedXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function elementOf(name: string, value: unknown): string {
  const inside = Array.isArray(value)
    ? value.map((item) => elementOf('item', item)).join('')
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([key, member]) => elementOf(key, member))
          .join('')
      : escapedXml(textOf(value));
  return `<${name}>${inside}</${name}>`;
}
