import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One step of the schema: plain SQL, its comments say why. Names end in a 13-digit number that orders them. */
export interface SchemaStep {
  readonly name: string;
  readonly sql: string;
}

function migrationOf(step: SchemaStep): new () => MigrationInterface {
  class Step implements MigrationInterface {
    readonly name = step.name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(step.sql);
    }
    down(): Promise<void> {
      // Evidence is never dropped; a wrong step is mended by a later one.
      return Promise.reject(new Error(`${step.name} cannot be undone`));
    }
  }
  Object.defineProperty(Step, 'name', { value: step.name });
  return Step;
}

/** Where every step has been taken there is nothing to lock, and TypeORM need not be loaded: most processes find it so. */
async function isUpToDate(ownerUrl: string, steps: readonly SchemaStep[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'firstmile-migrate' });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_step');
    const taken = new Set(rows.map(({ name }) => name));
    return steps.every(({ name }) => taken.has(name));
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return false;
    throw error;
  } finally {
    await client.end();
  }
}
const UNDEFINED_TABLE = '42P01';

/** Any fixed number: it only has to be the same in every process. */
const MIGRATION_LOCK = 7_104_001;

/** Brings the schema up to date as its owner. TypeORM takes no lock: two processes that start together would both migrate. */
export async function migrate(ownerUrl: string, steps: readonly SchemaStep[]): Promise<void> {
  if (await isUpToDate(ownerUrl, steps)) return;
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    migrations: steps.map(migrationOf),
    migrationsTransactionMode: 'each',
    migrationsTableName: 'schema_step',
    synchronize: false,
    extra: { max: 2, application_name: 'firstmile-migrate' },
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations();
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}
