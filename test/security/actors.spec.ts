import { actorOf, firmActor, HOUSE } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { openTestDatabase, type TestDatabase } from '../kit/database.ts';

const A = '019a8c2e-7f00-7000-8000-00000000000a';
const B = '019a8c2e-7f00-7000-8000-00000000000b';
const FIRM = '91440300DMAB12340K' as Uscc;

describe('row-level security', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.admin.query(`
      CREATE TABLE owned (institution_id uuid NOT NULL, uscc text NOT NULL);
      ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
      CREATE POLICY mine ON owned USING (actor_is_house() OR institution_id = actor_institution())
        WITH CHECK (actor_is_house() OR institution_id = actor_institution());
      CREATE POLICY about_me ON owned FOR SELECT USING (uscc = actor_subject() OR actor_is_regulator());
      GRANT SELECT, INSERT ON owned TO firstmile_app;
      INSERT INTO owned VALUES ('${A}', '${FIRM}'), ('${B}', 'other')`);
  });
  afterAll(() => database.close());

  const seen = (actor: string): Promise<number> =>
    database.db.as(actor, async (tx) => (await tx.query('SELECT FROM owned')).length);
  const bank = (institutionId: string): string => actorOf({ kind: 'bank', institutionId });

  it('shows each actor what is theirs, and nobody nothing', async () => {
    expect(await Promise.all([HOUSE, bank(A), bank(B), firmActor(FIRM)].map(seen))).toEqual([2, 1, 1, 1]);
    expect(await seen(actorOf({ kind: 'regulator', institutionId: B }))).toBe(2);
    expect(await seen('')).toBe(0);
    expect(await database.db.query('SELECT FROM owned')).toEqual([]);
  });

  it('refuses rows in the name of another', async () => {
    const insert = (actor: string): Promise<number> =>
      database.db.as(actor, (tx) => tx.execute(`INSERT INTO owned VALUES ($1, 'x')`, [B]));
    await expect(insert(bank(A))).rejects.toThrow(/row-level security/);
    await expect(insert(firmActor(FIRM))).rejects.toThrow(/row-level security/);
    await expect(insert('')).rejects.toThrow(/row-level security/);
    await expect(insert(bank(B))).resolves.toBe(1);
  });

  it('ends with the transaction, also on the same connection', async () => {
    await database.db.session(async (session) => {
      await session.transaction((tx) => tx.query(`SELECT set_config('firstmile.actor', $1, true)`, [HOUSE]));
      expect(await session.query('SELECT FROM owned')).toEqual([]);
    });
  });

  it('holds for every table of an institution: none may come without it', async () => {
    const { rows } = await database.admin.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'institution_id'
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity`,
    );
    // Who exists is asked before anybody is known: these two name people and institutions, nothing of theirs.
    expect(rows.map(({ name }) => name).sort()).toEqual(['institution', 'person']);
  });
});
