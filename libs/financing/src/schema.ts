import type { SchemaStep } from '#lib/platform';
import { ALARMS_SCHEMA } from './alarms/schema.ts';
import { CALLBACKS_SCHEMA } from './callbacks/schema.ts';
import { CAPACITY_SCHEMA } from './capacity/schema.ts';
import { DEALS_SCHEMA } from './deals/schema.ts';
import { GUARANTEES_SCHEMA } from './guarantees/schema.ts';
import { OUTCOMES_SCHEMA } from './outcomes/schema.ts';
import { STANDING_SCHEMA } from './standing/schema.ts';
import { STATED_SCHEMA } from './stated/schema.ts';

/** Financing. After compliance, whitelist and reports, on which it stands. */
export const FINANCING_SCHEMA: readonly SchemaStep[] = [
  ...DEALS_SCHEMA,
  ...CALLBACKS_SCHEMA,
  ...OUTCOMES_SCHEMA,
  ...CAPACITY_SCHEMA,
  ...GUARANTEES_SCHEMA,
  ...STANDING_SCHEMA,
  ...STATED_SCHEMA,
  ...ALARMS_SCHEMA,
];
