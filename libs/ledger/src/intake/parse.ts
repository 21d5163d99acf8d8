import { finished } from 'node:stream/promises';
import { Parser, CsvError } from 'csv-parse';
import type { Layout } from '#lib/data-sources';
import { lineTooLong } from './decode.ts';
import type { IntakeLimits } from './limits.ts';
import { atRow, refusal } from './refusals.ts';
import { checkedHeader } from './header.ts';
import type { RowListener, RowParser } from './row-listener.ts';
import { MAX_NESTING, XmlRecords } from './xml-records.ts';

export function rowParser(layout: Layout, limits: IntakeLimits, listener: RowListener): RowParser {
  switch (layout.form) {
    case 'csv':
      return csvParser(layout, limits, listener);
    case 'jsonl':
      return jsonLinesParser(limits, listener);
    case 'xml':
      return new XmlRecords(layout, limits, listener);
    case 'xlsx':
      throw new Error('a workbook is no text: readXlsx reads it');
  }
}

function csvParser(layout: Layout, limits: IntakeLimits, listener: RowListener): RowParser {
  let columns: readonly string[] | undefined;
  let row = 0;
  const take = (cells: string[]): void => {
    if (!columns) {
      columns = checkedHeader(cells, layout, limits);
      listener.columns(columns);
      return;
    }
    row += 1;
    // Spreadsheets leave empty cells behind the last column.
    while (cells.length > columns.length && cells.at(-1)!.trim() === '') cells.pop();
    if (cells.length === columns.length) listener.cells(cells, row);
    else
      listener.misshapen(JSON.stringify(cells), row, {
        zh: `应有${columns.length}列，实有${cells.length}列`,
        en: `${columns.length} columns expected, ${cells.length} found`,
      });
  };
  const parser = new CsvRows(take, limits);
  const check = (): void => {
    const failure = parser.errored; // known at once, while the event comes a turn later
    if (!failure) return;
    if (failure instanceof CsvError) throw csvRefusal(failure, row + (columns ? 1 : 0), limits);
    throw failure;
  };
  parser.on('error', () => undefined); // check() throws it
  parser.resume();
  return {
    write(text) {
      parser.write(text);
      check();
    },
    async end() {
      parser.end();
      await finished(parser).catch(() => undefined); // check() throws it
      check();
      if (!columns) throw refusal('file-empty', '文件为空，没有表头', 'the file is empty: it has no header');
    },
  };
}

/** Deals with each row where the parser would queue it. Its own hook, on_record, describes every row at a quarter of the cost. */
class CsvRows extends Parser {
  constructor(
    private readonly onRow: (cells: string[]) => void,
    { lineBytes }: IntakeLimits,
  ) {
    super({ relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: lineBytes });
  }

  override push(cells: string[] | null): boolean {
    if (cells === null) return super.push(null);
    if (this.errored) return true;
    try {
      this.onRow(cells);
    } catch (error) {
      this.destroy(error as Error);
    }
    return true;
  }
}

function csvRefusal(error: CsvError, row: number, limits: IntakeLimits): Error {
  if (error.code === 'CSV_MAX_RECORD_SIZE') return lineTooLong(row, limits);
  const zh = `第${row}行的CSV格式有误`;
  const en = `row ${row} is not valid CSV: ${error.message}`;
  return refusal('csv-broken', zh, en, atRow(row, 'csv-broken', zh, en));
}

const nestsDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => nestsDeeper(member, levels - 1)));

function jsonLinesParser(limits: IntakeLimits, listener: RowListener): RowParser {
  let rest = '';
  let row = 0;
  const line = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    row += 1;
    if (trimmed.length > limits.lineBytes) throw lineTooLong(row, limits);
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch {
      if (row === 1 && !trimmed.startsWith('{'))
        throw refusal(
          'not-json-lines',
          '文件不是JSON Lines格式',
          'the file is not JSON lines',
          atRow(1, 'not-json-lines', '不是JSON对象', 'not a JSON object'),
        );
      listener.misshapen(trimmed, row, { zh: 'JSON无法解析', en: 'the line is not valid JSON' });
      return;
    }
    if (nestsDeeper(value, MAX_NESTING))
      listener.misshapen(trimmed, row, {
        zh: `嵌套超过${MAX_NESTING}层`,
        en: `nested deeper than ${MAX_NESTING} levels`,
      });
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      listener.object(value as Record<string, unknown>, row);
    else listener.misshapen(trimmed, row, { zh: '不是JSON对象', en: 'the line is not a JSON object' });
  };
  return {
    write(text) {
      let from = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        line(rest + text.slice(from, at));
        rest = '';
        from = at + 1;
      }
      rest += text.slice(from);
      if (rest.length > limits.lineBytes) throw lineTooLong(row + 1, limits);
    },
    end() {
      line(rest);
      if (row === 0) throw refusal('file-empty', '文件为空', 'the file is empty');
      return Promise.resolve();
    },
  };
}
