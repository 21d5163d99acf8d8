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

  it('holds for every table that names an institution', async () => {
    const { rows } = await database.admin.query<{ name: string }>(
      `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname ~ '(^|_)institution(_id)?$'
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity`,
    );
    // Who exists is asked before anybody is known: these two name people and institutions, nothing of theirs.
    expect(rows.map(({ name }) => name).sort()).toEqual(['institution', 'person']);
  });

  it('holds for every other table too, or somebody wrote down why not', async () => {
    const { rows } = await database.admin.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
         AND NOT relrowsecurity AND has_any_column_privilege('firstmile_app', oid, 'SELECT') ORDER BY 1`,
    );
    const open = Object.values(WITHOUT_ROW_SECURITY).flat();
    expect(rows.map(({ name }) => name)).toEqual(open.sort());
  });

  it('is passed by only where somebody wrote down why: functions that run as the owner', async () => {
    const { rows } = await database.admin.query<{ name: string }>(
      `SELECT proname AS name FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
         AND has_function_privilege('firstmile_app', oid, 'EXECUTE') ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(AS_THE_OWNER).sort());
    const { rows: views } = await database.admin.query(
      `SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace`,
    );
    expect(views).toEqual([]); // a view shows its owner's rows
  });
});

/** What every process may read whole. A new table is private to its owner, or stands here with a reason. */
const WITHOUT_ROW_SECURITY: Readonly<Record<string, readonly string[]>> = {
  'asked before anybody is known': ['api_key', 'institution', 'person', 'person_role', 'role', 'role_conflict'],
  'counts by opaque names, and holds no row of anybody': ['rate_limit'],
  'the ledger is the house’s; firms are read through the scores, lists and reports that name a purpose': [
    'book',
    'company',
    'company_alias',
    'coverage',
    'delivery',
    'delivery_block',
    'delivery_release',
    'dossier_document',
    'dossier_stale',
    'identity_decision',
    'ledger_tick',
    'quarantine',
    'quarantine_record',
    'record',
    'record_confirmed',
    'row_issue',
    'source_closure',
    'waiting_record',
  ],
  'runs and their models are the house’s': [
    'model',
    'model_event',
    'model_life',
    'run',
    'run_cohort',
    'run_score',
    'run_shard',
  ],
  'lists are the house’s, and shown to institutions that name a purpose': [
    'knock_out_look',
    'list_entry',
    'list_opt_out',
    'list_rules',
    'list_rules_event',
    'list_version',
    'membership',
    'membership_event',
  ],
  'published, or about the database itself': ['query_log_anchor', 'report_key', 'schema_step'],
};

/** Functions that the application may call and that see every row: each gives one fact, whoever asks. */
const AS_THE_OWNER: Readonly<Record<string, string>> = {
  api_key_of_roles: 'a trigger: locks the person and looks at their roles',
  person_role_fits: 'a trigger: locks the person and looks at their other roles',
  create_run_partition: 'makes the one kind of table that a run needs',
  finish_run_partition: 'closes that table',
  notices_drop: 'drops what is older than 24 months, says how many',
  query_log_end: 'number and hash of the newest entry, which says nothing of whom it is about',
  capacity_lock: 'locks the row of a guarantor, whoever moves the deal',
  capacity_open: 'opens that row before the first lock',
  deal_is_theirs: 'says whether the asker sits at a deal; the policies of deals and of parties would ask one another',
  guarantee_liability_counts: 'a trigger: adds up what a guarantor is liable for, over all its clients',
};
