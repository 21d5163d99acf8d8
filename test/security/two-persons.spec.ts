import { openTestDatabase, type TestDatabase } from '../kit/database.ts';

/** Every constraint that keeps two people apart; one that goes missing, or a new one, is a decision. */
const KEPT_APART: Readonly<Record<string, readonly string[]>> = {
  'deal_event: first_person_id, person_id': [],
  'dispute: checked_by, rejected_by': [],
  'list_rules: first_approver, second_approver, submitted_by': [],
  'model_life: first_approver, second_approver, submitted_by': [],
  'person_role: granted_by, person_id': [],
  'review_decision: decided_by, proposed_by': [],
  'review_vote: decided_by, proposed_by, voter': [],
  'stated_input_check: person_id, stated_by': [],
};

interface Check {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  /** Columns that it compares and that name a person. */
  readonly people: readonly string[];
}

const ONE = '019a8c2e-7f00-7000-8000-000000000001';
const TWO = '019a8c2e-7f00-7000-8000-000000000002';
const THREE = '019a8c2e-7f00-7000-8000-000000000003';

describe('two persons, where the database itself asks for them', () => {
  let database: TestDatabase;
  let checks: readonly Check[];
  beforeAll(async () => {
    database = await openTestDatabase();
    const { rows } = await database.admin.query<Check>(
      `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(c.oid) AS definition,
         (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)) AS people
       FROM pg_constraint c WHERE contype = 'c' AND connamespace = 'public'::regnamespace
         AND pg_get_constraintdef(c.oid) ~ '[a-z_]+ <> [a-z_]+' AND pg_get_constraintdef(c.oid) !~ '::|NULL|=.*='
         AND (SELECT bool_and(a.atttypid = 'uuid'::regtype) FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey))
       ORDER BY 1, 2`,
    );
    checks = rows;
  });
  afterAll(() => database.close());

  it('are all known', () => {
    expect(checks.map(({ table, people }) => `${table}: ${people.join(', ')}`).sort()).toEqual(
      Object.keys(KEPT_APART).sort(),
    );
  });

  it('one in the place of two is refused, by each pair, in raw SQL as the owner', async () => {
    const { admin } = database;
    for (const { table, name, people } of checks) {
      await admin.query('BEGIN');
      // No other rule stands in the way: what refuses is this one.
      await admin.query('SET LOCAL session_replication_role = replica');
      const { rows: others } = await admin.query<{ sql: string }>(
        `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) AS sql FROM pg_constraint
         WHERE conrelid = $1::regclass AND conname <> $2 AND contype <> 'n'`,
        [table, name],
      );
      for (const { sql } of others) await admin.query(sql);
      const { rows: columns } = await admin.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND attidentity = ''`,
        [table],
      );
      for (const column of columns)
        await admin.query(`ALTER TABLE ${table} ALTER COLUMN "${column.name}" DROP NOT NULL`);
      const insert = async (values: readonly string[]): Promise<string> => {
        await admin.query('SAVEPOINT one');
        try {
          await admin.query(
            `INSERT INTO ${table} (${people.join(', ')}) VALUES (${people.map((_, i) => `$${i + 1}`).join(', ')})`,
            [...values],
          );
          return 'taken';
        } catch (error) {
          await admin.query('ROLLBACK TO one');
          return String((error as { constraint?: string }).constraint);
        }
      };
      const distinct = [ONE, TWO, THREE].slice(0, people.length);
      expect([table, await insert(distinct)]).toEqual([table, 'taken']);
      let pairs = 0;
      for (let a = 0; a < people.length; a++)
        for (let b = a + 1; b < people.length; b++) {
          const same = distinct.with(b, distinct[a]!);
          const outcome = await insert(same);
          // Of three, the constraint that keeps the other two apart may stand elsewhere.
          const elsewhere = table === 'review_vote' && people[a] === 'decided_by' && people[b] === 'proposed_by';
          expect([table, people[a], people[b], outcome]).toEqual([
            table,
            people[a],
            people[b],
            elsewhere ? 'taken' : name,
          ]);
          pairs += 1;
        }
      expect(pairs).toBeGreaterThan(0);
      await admin.query('ROLLBACK');
    }
  });
});
