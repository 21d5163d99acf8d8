import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openTestDatabase, type TestDatabase } from '../kit/database.ts';

const HASH = Buffer.alloc(32, 7);
const TICK = '2026-01-05T00:00:00.000Z';

/** One open record of company 1, written as the application. */
async function insertRecord(database: TestDatabase, key: string, knownFrom = TICK): Promise<void> {
  await database.db.query(
    `INSERT INTO record (company_id, source, record_key, known_from, op, delivery_id, row_no, payload, payload_hash)
     VALUES (1, 'subsidies', $1, $2, 'U', $3, 1, '{"projectNo":"P"}', $4)`,
    [key, knownFrom, randomUUID(), HASH],
  );
}

describe('the ledger is append-only', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await openTestDatabase();
    owner = new pg.Client({ connectionString: database.urls.owner });
    await owner.connect();
    await insertRecord(database, 'kept');
  });
  afterAll(async () => {
    await owner.end();
    await database.close();
  });

  const CHANGES: readonly (readonly [string, string])[] = [
    ['payload', `UPDATE record SET payload = '{}'`],
    ['payload_hash', `UPDATE record SET payload_hash = sha256('x')`],
    ['company_id', 'UPDATE record SET company_id = 2'],
    ['source', `UPDATE record SET source = 'patents'`],
    ['record_key', `UPDATE record SET record_key = 'other'`],
    ['known_from', `UPDATE record SET known_from = known_from - interval '1 day'`],
    ['event_date', `UPDATE record SET event_date = '2020-01-01'`],
    ['event_to', `UPDATE record SET event_to = '2020-01-01'`],
    ['op', `UPDATE record SET op = 'D'`],
    ['delivery_id', 'UPDATE record SET delivery_id = gen_random_uuid()'],
    ['row_no', 'UPDATE record SET row_no = 2'],
    ['payload together with closing', `UPDATE record SET known_to = known_from, payload = '{}'`],
    ['nothing at all', 'UPDATE record SET row_no = row_no'],
  ];

  it.each(CHANGES)('refuses the owner and the administrator a change of %s', async (_, statement) => {
    await expect(owner.query(statement)).rejects.toMatchObject({ code: '23000' });
    await expect(database.admin.query(statement)).rejects.toMatchObject({ code: '23000' });
  });

  it.each(['DELETE FROM record', 'TRUNCATE record', 'TRUNCATE record CASCADE'])(
    'refuses the owner and the administrator %s',
    async (statement) => {
      await expect(owner.query(statement)).rejects.toMatchObject({ code: '23000' });
      await expect(database.admin.query(statement)).rejects.toMatchObject({ code: '23000' });
    },
  );

  it('closes an open version once, never again and never back', async () => {
    await insertRecord(database, 'closed');
    const close = (to: string): Promise<unknown> =>
      database.db.query(`UPDATE record SET known_to = $1 WHERE record_key = 'closed'`, [to]);
    await expect(close('2026-01-04T00:00:00Z')).rejects.toMatchObject({ code: '23514' }); // before it began
    await close('2026-02-01T00:00:00Z');
    await expect(close('2026-03-01T00:00:00Z')).rejects.toMatchObject({ code: '23000' });
    await expect(
      database.admin.query(`UPDATE record SET known_to = NULL WHERE record_key = 'closed'`),
    ).rejects.toMatchObject({ code: '23000' });
  });

  it('refuses a second open version of one record, and a second version at one tick', async () => {
    await insertRecord(database, 'single');
    await expect(insertRecord(database, 'single', '2026-02-01T00:00:00Z')).rejects.toMatchObject({
      code: '23505',
      constraint: 'record_open',
    });
    await database.db.query(`UPDATE record SET known_to = known_from WHERE record_key = 'single'`);
    await expect(insertRecord(database, 'single')).rejects.toMatchObject({ code: '23505', constraint: 'record_pkey' });
    await insertRecord(database, 'single', '2026-02-01T00:00:00Z');
  });
});

describe('the role of the application', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it.each([
    'DELETE FROM record',
    'DELETE FROM company',
    'DELETE FROM run_score',
    'DELETE FROM delivery',
    'DELETE FROM coverage',
    'DELETE FROM quarantine',
    'TRUNCATE record',
    `UPDATE record SET payload = '{}'`,
    'UPDATE company SET known_from = now()',
    'UPDATE run_score SET score = 700',
    'UPDATE coverage SET through = through + 1',
    `UPDATE book SET kind = 'real'`,
    'ALTER TABLE record DISABLE TRIGGER ALL',
    'DROP TRIGGER record_append_only ON record',
  ])('may not: %s', async (statement) => {
    await expect(database.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('is no superuser, passes no row security, and owns nothing', async () => {
    const { rows } = await database.admin.query(
      `SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'firstmile_app'`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false }]);
    const owned = await database.admin.query(
      `SELECT relname FROM pg_class WHERE relowner = 'firstmile_app'::regrole
       UNION ALL SELECT proname FROM pg_proc WHERE proowner = 'firstmile_app'::regrole
       UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = 'firstmile_app'::regrole AND nspname NOT LIKE 'pg\\_%'`,
    );
    expect(owned.rows).toEqual([]);
    expect(await database.db.query('SELECT current_user AS name')).toEqual([{ name: 'firstmile_app' }]);
  });
});
