import type pg from 'pg';

/** Everything of side A bears A's marks: each uuid is A's, each text is A's firm. So is everything of B. */
export const SIDES = {
  A: { id: '019a8c2e-7f00-7000-8000-00000000000a', firm: '91440300DMAAAAAAAA', digit: 1 },
  B: { id: '019a8c2e-7f00-7000-8000-00000000000b', firm: '91440300DMBBBBBBBB', digit: 2 },
} as const;
export type Side = keyof typeof SIDES;

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** A literal of this type that bears the marks of a side; undefined for what bears none. */
function marked(type: string, side: Side): string | undefined {
  const { id, firm, digit } = SIDES[side];
  if (type.endsWith('[]')) {
    const one = marked(type.slice(0, -2), side);
    return one === undefined ? undefined : `ARRAY[${one}]::${type}`;
  }
  if (type === 'uuid') return `'${id}'::uuid`;
  if (/^(text|character)/.test(type)) return `'${firm}'::${type}`;
  if (/^(smallint|integer|bigint|numeric|double|real)/.test(type)) return `3000${digit}::${type}`; // fits a smallint, and no sequence has come so far
  if (type === 'bytea') return `decode(repeat('0${digit}', 32), 'hex')`;
  if (type === 'date') return `'2026-07-0${digit}'::date`;
  if (type.startsWith('timestamp')) return `'2026-07-0${digit}T00:00:00Z'::${type}`;
  if (type === 'jsonb') return `jsonb_build_object('institutionId', '${id}', 'uscc', '${firm}')`;
  if (type === 'boolean') return 'true';
  return undefined;
}

export interface MarkedTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * A row of each side in every table with row-level security, whatever the table is: a new one is covered without anybody
 * thinking of it. What a row may look like is tested elsewhere, so this drops the CHECKs; the database is thrown away.
 */
export async function seedMarkedRows(admin: pg.Client): Promise<readonly MarkedTable[]> {
  const { rows: checks } = await admin.query<{ sql: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS sql
     FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
     WHERE contype = 'c' AND coninhcount = 0 AND c.relrowsecurity AND connamespace = 'public'::regnamespace`,
  );
  for (const { sql } of checks) await admin.query(sql);
  const { rows: columns } = await admin.query<Column>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1, a.attnum`,
  );
  const names = [...new Set(columns.map(({ table }) => table))];
  const tables = names.map((name) => ({ name, columns: columns.filter(({ table }) => table === name) }));
  await admin.query('SET session_replication_role = replica'); // no triggers, no foreign keys
  for (const { name, columns: own } of tables)
    for (const side of ['A', 'B'] as const) {
      const set = own.flatMap((column) => {
        const value = marked(column.type, side);
        return value === undefined ? [] : [[`"${column.name}"`, value]];
      });
      await admin.query(
        `INSERT INTO "${name}" (${set.map(([column]) => column).join(', ')}) OVERRIDING SYSTEM VALUE
         VALUES (${set.map(([, value]) => value).join(', ')})`,
      );
    }
  await admin.query('RESET session_replication_role');
  return tables;
}

/** Whose marks a text bears: '', A, B or AB. */
export const sidesIn = (text: string): string =>
  (Object.keys(SIDES) as Side[])
    .filter((side) => [SIDES[side].id, SIDES[side].firm].some((mark) => text.includes(mark)))
    .join('');
