import type { SchemaStep } from '#lib/platform';

/** Report requests and stored reports. After compliance, whose authorisations they name. */
export const REPORTS_SCHEMA: readonly SchemaStep[] = [];
