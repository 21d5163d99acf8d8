import { actorOf, firmActor, HOUSE } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { openTestDatabase, type TestDatabase } from '../kit/database.ts';
import { seedMarkedRows, SIDES, sidesIn, type MarkedTable, type Side } from './marked-rows.ts';

/**
 * Tables that a policy shows to more than their owner, by design; each says to whom and why. A new table that is not here
 * is private: the test fails until it is, or until somebody writes the reason down.
 */
const SHARED: Readonly<Record<string, readonly string[]>> = {};

describe('rows of two institutions and two firms, in every table with row-level security', () => {
  let database: TestDatabase;
  let tables: readonly MarkedTable[];

  beforeAll(async () => {
    database = await openTestDatabase();
    tables = await seedMarkedRows(database.admin);
  });
  afterAll(() => database.close());

  /** Whose rows an actor sees in a table. */
  const seen = async (actor: string, table: string): Promise<string> => {
    const rows = await database.db.as(actor, (tx) =>
      tx.query<{ text: string }>(`SELECT t::text AS text FROM "${table}" t`),
    );
    const sides = sidesIn(rows.map(({ text }) => text).join('\n'));
    return sides || (rows.length > 0 ? 'unmarked' : '');
  };
  const institution = (side: Side): string => actorOf({ kind: 'bank', institutionId: SIDES[side].id });
  const firm = (side: Side): string => firmActor(SIDES[side].firm as unknown as Uscc);

  it('there are such tables, and the house sees both sides of each', async () => {
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['authorisation', 'query_log', 'access_event']),
    );
    for (const { name } of tables) expect([name, await seen(HOUSE, name)]).toEqual([name, 'AB']);
  });

  it('an institution and a firm see their own side at most, nobody sees anything', async () => {
    for (const { name } of tables) {
      const shared = SHARED[name] ?? [];
      const actors = { institution, firm };
      for (const [kind, actor] of Object.entries(actors))
        for (const side of ['A', 'B'] as const) {
          if (shared.includes(kind)) continue;
          const found = await seen(actor(side), name);
          expect([name, kind, side, found]).toEqual([name, kind, side, found === '' ? '' : side]);
        }
      expect([name, await seen('', name)]).toEqual([name, '']);
    }
  });

  it('none of this is so because nothing is seen at all', async () => {
    const own = await Promise.all(tables.map(({ name }) => seen(institution('A'), name)));
    expect(own.filter((found) => found === 'A').length).toBeGreaterThan(2);
    const subject = await Promise.all(tables.map(({ name }) => seen(firm('A'), name)));
    expect(subject.filter((found) => found === 'A').length).toBeGreaterThan(1);
  });

  it('a table that showed too much would be noticed', async () => {
    await database.admin.query(`
      CREATE TABLE leaky AS SELECT institution_id, uscc FROM authorisation;
      ALTER TABLE leaky ENABLE ROW LEVEL SECURITY;
      CREATE POLICY everybody ON leaky USING (actor() <> '');
      GRANT SELECT ON leaky TO firstmile_app`);
    expect([await seen(institution('A'), 'leaky'), await seen(firm('B'), 'leaky'), await seen('', 'leaky')]).toEqual([
      'AB',
      'AB',
      '',
    ]);
    await database.admin.query('DROP TABLE leaky');
  });

  it('nobody writes in the name of another', async () => {
    for (const { name, columns } of tables) {
      if (!columns.some((column) => column.name === 'institution_id')) continue;
      const foreign = database.db.as(institution('A'), (tx) =>
        tx.query(`INSERT INTO "${name}" (institution_id) VALUES ($1)`, [SIDES.B.id]),
      );
      // Refused before any other constraint is looked at: by row-level security, or for want of a grant.
      await expect(foreign).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('nor changes or drops a row of another, as far as it may change or drop any', async () => {
    let tried = 0;
    for (const { name, columns } of tables) {
      const { rows } = await database.admin.query<{ deletes: boolean; updates: string[] }>(
        `SELECT has_table_privilege('firstmile_app', $1, 'DELETE') AS deletes,
           ARRAY(SELECT c FROM unnest($2::text[]) c WHERE has_column_privilege('firstmile_app', $1, c, 'UPDATE')) AS updates`,
        [name, columns.map((column) => column.name)],
      );
      const [{ deletes, updates } = { deletes: false, updates: [] }] = rows;
      const changes = [
        ...updates.map((column) => `UPDATE "${name}" t SET "${column}" = "${column}" RETURNING t::text AS text`),
        ...(deletes ? [`DELETE FROM "${name}" t RETURNING t::text AS text`] : []),
      ];
      for (const actor of [institution('A'), firm('A'), ''])
        for (const sql of changes) {
          tried += 1;
          // Undone by the error; a trigger may have refused it before.
          const told = await database.db
            .as(actor, async (tx) => {
              const touched = await tx.query<{ text: string }>(sql);
              throw new Touched(touched.map(({ text }) => text).join('\n'));
            })
            .catch((error: unknown) => (error instanceof Touched ? error.message : ''));
          expect([name, actor, sql, sidesIn(told).includes('B')]).toEqual([name, actor, sql, false]);
        }
    }
    expect(tried).toBeGreaterThan(50);
  });
});

class Touched extends Error {}
