import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import type { Layout } from '#lib/data-sources';
import { INTAKE_LIMITS } from './limits.ts';
import { rowParser } from './parse.ts';

const runs = process.env['FIRSTMILE_LONG'] ? 20_000 : 1000;

const layout: Layout = {
  name: 'any',
  zh: '任意',
  en: 'any',
  form: 'csv',
  encodings: ['utf-8'],
  required: [],
  optional: [],
  personal: [],
  feed: 'ANY',
  coverage: { territory: ['CN'], population: 'listed' },
  unknownSubject: 'ignore',
  map: () => ({ kind: 'ignored', reason: 'test' }),
};

/** Every row that the listener hears, shaped or not, without trailing empty cells. */
async function rowsOf(pieces: readonly string[], lineBytes = INTAKE_LIMITS.lineBytes): Promise<string[][]> {
  const rows: string[][] = [];
  const parser = rowParser(
    layout,
    { ...INTAKE_LIMITS, lineBytes },
    {
      columns: (columns) => void rows.push([...columns]),
      cells: (cells) => void rows.push([...cells]),
      object: () => undefined,
      misshapen: (raw) => void rows.push(JSON.parse(raw) as string[]),
    },
  );
  for (const piece of pieces) parser.write(piece);
  await parser.end();
  return rows;
}

const HEADER = 'a,b,c';

function expected(text: string): string[][] {
  const rows = parse(text, { relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  return rows.map((cells) => {
    while (cells.length > 3 && cells.at(-1)!.trim() === '') cells.pop();
    return cells;
  });
}

/** Text of the characters that CSV cares about, often without a quote. */
const body = fc
  .array(fc.constantFrom('x', '甲', ',', ',', '\n', '\n', '\r\n', '\r', ' ', '"', 'y,z', '1'), { maxLength: 60 })
  .chain((parts) => fc.constantFrom(parts.join(''), parts.filter((part) => part !== '"').join('')));

describe('CSV rows', () => {
  it('are those of csv-parse, however the text is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('\n', '\r\n', '\r'),
        body,
        fc.array(fc.nat(60), { maxLength: 8 }),
        fc.constantFrom(INTAKE_LIMITS.lineBytes, 400),
        async (lineEnd, text, cuts, lineBytes) => {
          const whole = `${HEADER}${lineEnd}${text}`;
          const at = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b);
          const pieces = [...at, whole.length].map((end, i) => whole.slice(at[i - 1] ?? 0, end));
          let wanted: string[][];
          try {
            wanted = expected(whole);
          } catch {
            return; // an open quote: refused by the parser itself
          }
          expect(await rowsOf(pieces, lineBytes)).toEqual(wanted);
        },
      ),
      { numRuns: runs },
    );
  });

  it('refuse a line past the limit with its row, with or without quotes', async () => {
    for (const long of ['x'.repeat(200), `"${'x'.repeat(200)}"`])
      await expect(rowsOf([`${HEADER}\n1,2,3\n${long},2,3\n`], 100)).rejects.toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'line-too-long' }) }),
      );
  });

  it('keep a quoted line end across pieces', async () => {
    expect(await rowsOf([`${HEADER}\n1,2,3\n`, '4,"5\n5",6\n7', ',8,9'])).toEqual([
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['4', '5\n5', '6'],
      ['7', '8', '9'],
    ]);
  });
});
