import pg from 'pg';
import { ProblemError } from '#lib/kernel';
import type { FrontEnd, Layout } from '#lib/data-sources';
import type { Snapshot } from '#lib/platform';

/** A front-end table as it stands in the provider's database: names as they are spelled there. */
interface FrontEndTable {
  /** Quoted, with its schema. */
  readonly name: string;
  /** Columns of the layout that it has, in the order of the layout: our name, and its own, quoted. */
  readonly columns: readonly (readonly [column: string, quoted: string, type: string])[];
}

/** Rows fetched from the provider at once. */
const PIECE = 2_000;

/** A row as the text of its columns, and its place in time. */
export interface PolledRow {
  readonly cells: readonly string[];
  /** The provider's text of its watermark column; never later than the provider's own clock. */
  readonly at: string;
}

export interface PolledRows {
  readonly columns: readonly string[];
  /** In the order of the watermark; equal ones as they lie in the table. */
  readonly rows: AsyncGenerator<PolledRow>;
  /** Rows without a watermark, which no poll ever sees; counted to 1,000. */
  readonly undated: number;
}

/**
 * What a front-end table (前置库) holds from `since` on, its overlap before that included; undefined: all. Of several rows
 * of one key the newest is read: those before it were never known to anybody. A row that lacks a part of its key is
 * nobody's version, and read in any case. Throws ProblemError front-end-table or front-end-column.
 */
export async function readFrontEnd(
  snapshot: Snapshot,
  layout: Layout,
  frontEnd: FrontEnd,
  stated: string | undefined,
  since: string | undefined,
): Promise<PolledRows> {
  const table = await findTable(snapshot, layout, frontEnd, stated ?? frontEnd.table);
  const column = (name: string): (typeof table.columns)[number] => table.columns.find(([own]) => own === name)!;
  const [, at, type] = column(frontEnd.watermark);
  if (type !== 'timestamp' && type !== 'timestamptz')
    throw wrongColumn(frontEnd.watermark, `应为时间类型，而为${type}`, `must be a timestamp, and is a ${type}`);
  const key = frontEnd.key.map((name) => column(name)[1]);
  const lacksKey = key.map((quoted) => `coalesce(trim(${quoted}::text), '') = ''`).join(' OR ');
  const nowThere = type === 'timestamp' ? 'localtimestamp' : 'now()';
  const cells = table.columns.map(([name, quoted, of]) => textOf(quoted, of, name === frontEnd.watermark));
  const text = `SELECT ${cells.join(', ')}, least(${at}, ${nowThere})::text FROM (
      SELECT DISTINCT ON (${key.join(', ')}, CASE WHEN ${lacksKey} THEN ctid END) *, ctid AS "#row" FROM ${table.name}
      WHERE ${at} IS NOT NULL ${since === undefined ? '' : `AND ${at} >= $1::${type} - make_interval(mins => $2)`}
      ORDER BY ${key.join(', ')}, CASE WHEN ${lacksKey} THEN ctid END, ${at} DESC, ctid DESC
    ) newest ORDER BY ${at}, "#row"`;
  const values = since === undefined ? [] : [since, frontEnd.overlapMinutes];
  async function* rows(): AsyncGenerator<PolledRow> {
    for await (const piece of snapshot.pieces(text, values, PIECE))
      for (const row of piece as readonly (readonly (string | null)[])[])
        yield { cells: row.slice(0, -1).map((cell) => cell ?? ''), at: row.at(-1)! };
  }
  const [undated] = await snapshot.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT FROM ${table.name} WHERE ${at} IS NULL LIMIT 1000) counted`,
  );
  return { columns: table.columns.map(([name]) => name), rows: rows(), undated: undated!.n };
}

/** Times to the second, as people write them; the watermark in full, since it tells rows apart. */
const textOf = (quoted: string, type: string, whole: boolean): string =>
  type.startsWith('timestamp') && !whole ? `to_char(${quoted}, 'YYYY-MM-DD HH24:MI:SS')` : `${quoted}::text`;

const quotedName = (name: string): string => pg.escapeIdentifier(name);

/** Names are compared without regard to case: some databases write them large, some small. */
async function findTable(
  snapshot: Snapshot,
  layout: Layout,
  frontEnd: FrontEnd,
  stated: string,
): Promise<FrontEndTable> {
  const [name, schema] = stated.split('.').reverse();
  const [found] = await snapshot.query<{ oid: number; schema: string; name: string }>(
    `SELECT c.oid::int, n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND lower(c.relname) = lower($1)
       AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE lower(n.nspname) = lower($2) END
     ORDER BY c.relname <> $1, c.relname LIMIT 1`,
    [name, schema ?? null],
  );
  if (!found)
    throw new ProblemError({
      code: 'front-end-table',
      status: 422,
      zh: `前置库没有表 ${stated}`,
      en: `the front-end database has no table ${stated}`,
    });
  const there = await snapshot.query<{ name: string; type: string }>(
    `SELECT attname AS name, t.typname AS type FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [found.oid],
  );
  const columns = [...layout.required, ...layout.optional].flatMap((column) => {
    const own =
      there.find((c) => c.name === column) ?? there.find((c) => c.name.toLowerCase() === column.toLowerCase());
    return own ? [[column, quotedName(own.name), own.type] as const] : [];
  });
  for (const needed of new Set([...layout.required, ...frontEnd.key, frontEnd.watermark]))
    if (!columns.some(([column]) => column === needed)) throw wrongColumn(needed, '表中没有该列', 'the table lacks it');
  return { name: `${quotedName(found.schema)}.${quotedName(found.name)}`, columns };
}

const wrongColumn = (column: string, zh: string, en: string): ProblemError =>
  new ProblemError({
    code: 'front-end-column',
    status: 422,
    zh: `前置库列 ${column}：${zh}`,
    en: `column ${column} of the front-end table: ${en}`,
    errors: [{ field: column, code: 'front-end-column', zh, en }],
  });
