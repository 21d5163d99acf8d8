import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isDemoUscc, localDate } from '#lib/kernel';
import { DQ } from '../issue.ts';
import { looksPersonal } from '../personal.ts';
import { RawRow } from '../raw-row.ts';
import { referenceTables } from '../reference-tables.ts';
import type { Layout, MapContext, MappedRow } from '../source.ts';
import { SOURCES, sourceByName } from './index.ts';

const folder = 'libs/data-sources/src/sources';
const table = (name: string): unknown => JSON.parse(readFileSync(`models/reference/${name}.json`, 'utf8'));
const context: MapContext = {
  receivedOn: localDate('2026-07-10'),
  hash: (value) => `hash-of-${value.length}`,
  tables: referenceTables(table('gb2260.v2'), table('gbt4754-2017.v1')),
};

interface Fixture {
  readonly file: string;
  readonly layout: Layout;
  readonly mapped: readonly MappedRow[];
  readonly rows: readonly RawRow[];
}

/** Ending of the file beside a fixture that is not read here line by line. */
const READ_ROWS = '.rows.json';

/** A fixture is named LAYOUT.WHAT.ENCODING.FORM; the test decodes, parses and maps it as intake would. */
function mapFixture(source: (typeof SOURCES)[number], file: string): Fixture {
  const [layoutName, , encoding] = file.split('.');
  const layout = source.layouts.find((l) => l.name === layoutName)!;
  expect(layout.encodings).toContain(encoding);
  const path = join(folder, source.name, 'fixtures', file);
  const rows: RawRow[] = [];
  if (layout.form === 'xlsx' || layout.form === 'xml') {
    // What intake reads of it (test/ledger/forms.spec.ts holds the two equal): the rows of a workbook can then be reviewed.
    const read = JSON.parse(readFileSync(`${path}${READ_ROWS}`, 'utf8')) as { row: number; fields: object }[];
    for (const { row, fields } of read) rows.push(RawRow.of(fields as Record<string, unknown>, row));
    return { file, layout, rows, mapped: rows.map((row) => layout.map(row, context)) };
  }
  const text = new TextDecoder(encoding, { fatal: true }).decode(readFileSync(path));
  if (layout.form === 'csv') {
    const [header, ...lines] = parse(text, { relaxColumnCount: false });
    for (const [i, line] of lines.entries()) rows.push(new RawRow(header!).load(line, i + 1));
  } else {
    const lines = text.trimEnd().split('\n');
    for (const [i, line] of lines.entries()) rows.push(RawRow.of(JSON.parse(line) as Record<string, unknown>, i + 1));
  }
  return { file, layout, rows, mapped: rows.map((row) => layout.map(row, context)) };
}

describe.each(SOURCES.map((source) => [source.name, source] as const))('source %s', (name, source) => {
  const files = readdirSync(join(folder, name, 'fixtures'))
    .filter((file) => !file.endsWith(READ_ROWS))
    .sort();
  const fixtures = (): Fixture[] => files.map((file) => mapFixture(source, file));

  it('has a definition that holds together', () => {
    expect(source.name).toBe(name);
    expect(sourceByName(name)).toBe(source);
    expect(new Set(source.layouts.map((l) => l.name)).size).toBe(source.layouts.length);
    expect(source.createsCompanies).toBe(source.code === 'REG');
    for (const field of source.amounts ?? []) expect(Object.keys(source.fields)).toContain(field);
    for (const layout of source.layouts) {
      const columns = [...layout.required, ...layout.optional];
      expect(new Set(columns).size).toBe(columns.length);
      // SOC.arrears, SOCX and ANRF are feeds of SOC and ANR.
      expect(layout.feed.startsWith(source.code)).toBe(true);
      const personal = layout.personal.map((p) => p.column);
      for (const column of personal) expect(columns).toContain(column);
      if (layout.nameColumn !== undefined) {
        expect(columns).toContain(layout.nameColumn);
        expect(personal).not.toContain(layout.nameColumn);
      }
      // A column whose header announces a person must be declared personal.
      for (const column of columns) if (looksPersonal(column, [])) expect(personal).toContain(column);
    }
  });

  it('takes every declared column of a row that it maps', () => {
    for (const layout of source.layouts) {
      const columns = [...layout.required, ...layout.optional];
      const empty = new RawRow(columns).load(Array<string>(columns.length).fill(''), 1);
      expect(layout.map(empty, context).kind).not.toBe('records');
      const example = fixtures()
        .filter((f) => f.layout === layout)
        .flatMap((f) => f.rows.filter((_, i) => f.mapped[i]!.kind === 'records'))[0]!;
      const full = new RawRow([...columns, '备注']);
      full.load([...columns.map((column) => example.take(column) ?? ''), 'x'], 1);
      expect(layout.map(full, context).kind).toBe('records');
      expect(full.leftover()).toEqual(['备注']);
    }
  });

  it('maps the fixtures as expected.json says', () => {
    const golden = join(folder, name, 'expected.json');
    const actual: unknown = JSON.parse(JSON.stringify(Object.fromEntries(fixtures().map((f) => [f.file, f.mapped]))));
    if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, `${JSON.stringify(actual, null, 2)}\n`);
    expect(actual).toEqual(JSON.parse(existsSync(golden) ? readFileSync(golden, 'utf8') : '{}'));
  });

  it('names only made-up firms, documented fields and known codes, and never null', () => {
    for (const { mapped } of fixtures())
      for (const row of mapped) {
        if (row.kind === 'ignored') continue;
        for (const issue of row.issues) expect(DQ).toHaveProperty(issue.code);
        if (row.kind === 'quarantined') continue;
        for (const record of row.records) {
          expect(isDemoUscc(record.uscc)).toBe(true);
          for (const [field, value] of Object.entries(record.payload)) {
            expect(Object.keys(source.fields)).toContain(field);
            expect(value ?? undefined).toBeDefined();
          }
        }
      }
  });
});

describe('the list of sources', () => {
  it('is what the generator makes of the folders', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/new-source/generate-sources.mjs', '--check']);
    expect([status, String(stderr)]).toEqual([0, '']);
  });
});
