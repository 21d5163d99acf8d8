import type { SchemaStep } from '#lib/platform';

/** Lists, their members and reviews. After runs and compliance. */
export const WHITELIST_SCHEMA: readonly SchemaStep[] = [];
