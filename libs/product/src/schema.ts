import { ACCESS_SCHEMA } from '#lib/access';
import { COMPLIANCE_SCHEMA } from '#lib/compliance';
import { NOTICES_SCHEMA } from '#lib/notices';
import { FINANCING_SCHEMA } from '#lib/financing';
import { LEDGER_SCHEMA } from '#lib/ledger';
import { migrate, migrateDoorbells, type SchemaStep } from '#lib/platform';
import { REPORTS_SCHEMA } from '#lib/reports';
import { RUNS_SCHEMA } from '#lib/runs';
import { WHITELIST_SCHEMA } from '#lib/whitelist';

/** Every lib's tables, in the order in which they build on one another. */
export const SCHEMA: readonly SchemaStep[] = [
  ...LEDGER_SCHEMA,
  ...ACCESS_SCHEMA,
  ...RUNS_SCHEMA,
  ...COMPLIANCE_SCHEMA,
  ...NOTICES_SCHEMA,
  ...WHITELIST_SCHEMA,
  ...REPORTS_SCHEMA,
  ...FINANCING_SCHEMA,
];

export const APP_ROLE = 'firstmile_app';

/** Brings the whole schema and the queue's tables up to date, as the owner. Safe from several processes at once. */
export async function migrateAll(ownerUrl: string): Promise<void> {
  await migrate(ownerUrl, SCHEMA);
  await migrateDoorbells(ownerUrl, APP_ROLE);
}
