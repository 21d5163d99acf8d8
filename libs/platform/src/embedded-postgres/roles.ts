import pg from 'pg';
import { ProblemError } from '#lib/kernel';

export const OWNER = 'firstmile_owner';
export const APP = 'firstmile_app';
export const DATABASE = 'firstmile';

/** Any fixed number: it only has to be the same in every process. */
const BOOTSTRAP_LOCK = 7_104_003;

/**
 * Makes what is missing of the two roles and the database. `firstmile_owner` owns the database and, through
 * pg_database_owner, its schema; `firstmile_app` owns nothing and no row-level policy lets it pass.
 */
export async function ensureRolesAndDatabase(admin: pg.Client): Promise<void> {
  await underLock(admin, async () => {
    await ensureRoles(admin);
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await admin.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
  });
}

async function underLock(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [BOOTSTRAP_LOCK]);
  try {
    await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [BOOTSTRAP_LOCK]).catch(() => undefined);
  }
}

async function ensureRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [
    [OWNER, APP],
  ]);
  for (const role of [OWNER, APP].filter((name) => !rows.some((row) => row.rolname === name)))
    await client.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`);
}

/**
 * Prepares a database that is not ours (`DATABASE_URL`): makes the two roles and grants them to the user of the URL if that
 * user may do so; if not they must be there already, with the user of the URL a member of both. Throws ProblemError
 * `database-unreachable` or `database-roles-missing`.
 */
export async function ensureExternalRoles(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firstmile setup',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const reason = (error as Error).message;
    const problem = {
      code: 'database-unreachable',
      status: 503,
      zh: `无法连接 DATABASE_URL：${reason}`,
      en: `DATABASE_URL cannot be reached: ${reason}`,
    };
    throw new ProblemError(problem, { cause: error });
  }
  try {
    if (!(await areRolesUsable(client))) await underLock(client, () => grantRoles(client));
  } finally {
    await client.end();
  }
}

async function areRolesUsable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ usable: boolean }>(
    `SELECT count(*) FILTER (WHERE pg_has_role(rolname, 'SET')) = 2
            AND bool_and(rolname <> $1 OR has_database_privilege(rolname, current_database(), 'CREATE')) AS usable
     FROM pg_roles WHERE rolname IN ($1, $2)`,
    [OWNER, APP],
  );
  return rows[0]?.usable ?? false;
}

async function grantRoles(client: pg.Client): Promise<void> {
  try {
    await ensureRoles(client);
    await client.query(`GRANT ${OWNER}, ${APP} TO CURRENT_USER`);
    await client.query(`GRANT CREATE ON SCHEMA public TO ${OWNER}`);
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    await client.query(`GRANT CREATE ON DATABASE ${pg.escapeIdentifier(rows[0]!.name)} TO ${OWNER}`);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ProblemError(
      {
        code: 'database-roles-missing',
        status: 500,
        zh: `DATABASE_URL 的用户无权建立角色 ${OWNER} 与 ${APP}（${reason}），请由数据库管理员建立并授予该用户`,
        en: `the user of DATABASE_URL may not make the roles ${OWNER} and ${APP} (${reason}); have them made and granted to it`,
      },
      { cause: error },
    );
  }
}

/** The same URL, with `SET ROLE` done by the server when the connection opens. */
export function urlAs(url: string, role: string): string {
  const as = new URL(url);
  const options = as.searchParams.get('options');
  as.searchParams.set('options', [options, `-c role=${role}`].filter(Boolean).join(' '));
  // URLSearchParams writes a space as '+', which PostgreSQL's own clients do not read back.
  as.search = as.search.replaceAll('+', '%20');
  return as.toString();
}
