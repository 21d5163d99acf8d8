import { createRequire } from 'node:module';
import pg from 'pg';

/** A pool takes its start-up options from its URL alone, so they are appended there (a role may stand there already). */
export function inQueueSchema(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  url.searchParams.set('options', `${options === null ? '' : `${options} `}-c search_path=bullmq`);
  return url.toString();
}

/** Any number of ours. */
const GRANT_LOCK = 7_104_004;

/**
 * BullMQ's tables on PostgreSQL belong to the owner; the application only uses them. Idempotent: the schema's comment says
 * for which BullMQ and which role it was made, and where that is so nothing is locked or loaded, as most processes find it.
 */
export async function migrateDoorbells(ownerUrl: string, appRole: string): Promise<void> {
  const client = new pg.Client({ connectionString: inQueueSchema(ownerUrl), application_name: 'firstmile-migrate' });
  await client.connect();
  try {
    const made = madeFor(appRole);
    const isMade = async (): Promise<boolean> => {
      const { rows } = await client.query<{ made: string | null }>(
        `SELECT obj_description(to_regnamespace('bullmq'), 'pg_namespace') AS made`,
      );
      return rows[0]!.made === made;
    };
    if (await isMade()) return;
    const { runMigrations } = await import('bullmq');
    // Held until the connection ends: two programs that grant at once would update one row of the catalogue.
    await client.query(`SELECT pg_advisory_lock(${GRANT_LOCK})`);
    if (await isMade()) return;
    await runMigrations(client);
    const role = client.escapeIdentifier(appRole);
    await client.query(`GRANT USAGE ON SCHEMA bullmq TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA bullmq TO ${role};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO ${role};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO ${role};
      COMMENT ON SCHEMA bullmq IS ${client.escapeLiteral(made)}`);
  } finally {
    await client.end();
  }
}

function madeFor(appRole: string): string {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string };
  return `BullMQ ${version}, for ${appRole}`;
}
