import { randomBytes } from 'node:crypto';
import { migrateDoorbells, openServer, type Server } from '#lib/platform';
import { freshFolder, queryOnce, removeFolders } from './sessions.ts';

jest.setTimeout(60_000);

/** What a role is, and whether it owns anything here. Other databases of the cluster are other tests', with tables of their own. */
const ABOUT_ME = `
  SELECT current_user AS name, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS powerful,
         (SELECT count(*)::int FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = r.oid AND deptype = 'o'
             AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) AS owned
  FROM pg_roles r WHERE rolname = current_user`;
const DATABASE_OWNER = `SELECT pg_get_userbyid(datdba) AS name FROM pg_database WHERE datname = current_database()`;

describe('the two roles of the embedded server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await openServer({ dataDir: freshFolder() }, { volatile: true });
  });
  afterAll(async () => {
    await server.close();
    await removeFolders();
  });

  it('the application is nobody special and owns nothing', async () => {
    expect(await queryOnce(server.urls.app, ABOUT_ME)).toEqual([{ name: 'firstmile_app', powerful: false, owned: 0 }]);
  });

  it('the application can make no table', async () => {
    await expect(queryOnce(server.urls.app, 'CREATE TABLE mine (a int)')).rejects.toMatchObject({ code: '42501' });
  });

  it('the owner has the database and its schema, and is no superuser', async () => {
    expect(await queryOnce(server.urls.owner, ABOUT_ME)).toMatchObject([{ name: 'firstmile_owner', powerful: false }]);
    expect(await queryOnce(server.urls.owner, DATABASE_OWNER)).toEqual([{ name: 'firstmile_owner' }]);
    await queryOnce(
      server.urls.owner,
      'CREATE SCHEMA bullmq; CREATE TABLE ours (a int); DROP SCHEMA bullmq; DROP TABLE ours',
    );
  });

  it('keeps UTC whatever the host says', async () => {
    expect(await queryOnce(server.urls.app, 'SHOW timezone')).toEqual([{ TimeZone: 'UTC' }]);
  });
});

describe('a database of your own (DATABASE_URL)', () => {
  const admin = process.env['TEST_PG_ADMIN_URL']!;
  const name = `own_${randomBytes(6).toString('hex')}`;
  const user = `${name}_user`;
  const urlAs = (role: string): string =>
    Object.assign(new URL(admin), { username: role, pathname: `/${name}` }).toString();
  const external = (url: string): Promise<Server> => openServer({ dataDir: 'unused', databaseUrl: url });

  beforeAll(async () => {
    await queryOnce(admin, `CREATE DATABASE ${name}`);
    await queryOnce(admin, `CREATE ROLE ${user} LOGIN`);
  });
  afterAll(async () => {
    await queryOnce(admin, `DROP DATABASE ${name} WITH (FORCE)`);
    await queryOnce(admin, `DROP ROLE ${user}`);
  });

  it('refuses by name when its user may not make the roles', async () => {
    await expect(external(urlAs(user))).rejects.toMatchObject({ problem: { code: 'database-roles-missing' } });
  });

  it('makes the roles usable for a user who may, and takes each on as the connection opens', async () => {
    const server = await external(urlAs('firstmile_admin'));
    expect(server).toMatchObject({ embedded: false });
    expect(await queryOnce(server.urls.app, ABOUT_ME)).toEqual([{ name: 'firstmile_app', powerful: false, owned: 0 }]);
    await queryOnce(server.urls.owner, 'CREATE SCHEMA bullmq; CREATE TABLE ours (a int)');
    await expect(queryOnce(server.urls.app, 'SELECT * FROM ours')).rejects.toMatchObject({ code: '42501' });
    await server.close();
  });

  it('is made ready by eight programs that start at once', async () => {
    const fresh = `${name}_eight`;
    await queryOnce(admin, `CREATE DATABASE ${fresh}`);
    const owner = Object.assign(new URL(urlAs('firstmile_admin')), { pathname: `/${fresh}` }).toString();
    for (let round = 0; round < 3; round += 1)
      await expect(
        Promise.all(Array.from({ length: 8 }, () => migrateDoorbells(owner, 'firstmile_app'))),
      ).resolves.toHaveLength(8);
    await queryOnce(admin, `DROP DATABASE ${fresh} WITH (FORCE)`);
  });

  it('has the queue made anew for another BullMQ than the one that it was made for', async () => {
    const fresh = `${name}_other`;
    await queryOnce(admin, `CREATE DATABASE ${fresh}`);
    const owner = Object.assign(new URL(urlAs('firstmile_admin')), { pathname: `/${fresh}` }).toString();
    const rings = `SELECT has_table_privilege('firstmile_app', 'bullmq.job', 'INSERT') AS may`;
    const mayRing = async (): Promise<unknown> => (await queryOnce(owner, rings))[0];
    await migrateDoorbells(owner, 'firstmile_app');
    expect(await mayRing()).toEqual({ may: true });
    await queryOnce(
      owner,
      `REVOKE INSERT ON bullmq.job FROM firstmile_app; COMMENT ON SCHEMA bullmq IS 'BullMQ 0.0.1, for firstmile_app'`,
    );
    expect(await mayRing()).toEqual({ may: false });
    await migrateDoorbells(owner, 'firstmile_app');
    expect(await mayRing()).toEqual({ may: true });
    await queryOnce(admin, `DROP DATABASE ${fresh} WITH (FORCE)`);
  });

  it('is content with roles that an administrator has prepared', async () => {
    await queryOnce(admin, `GRANT firstmile_owner, firstmile_app TO ${user}`);
    const server = await external(urlAs(user));
    expect(await queryOnce(server.urls.app, 'SELECT current_user AS name')).toEqual([{ name: 'firstmile_app' }]);
  });

  it('says when nothing answers', async () => {
    await expect(external('postgres://localhost:1/none')).rejects.toMatchObject({
      problem: { code: 'database-unreachable' },
    });
  });
});
