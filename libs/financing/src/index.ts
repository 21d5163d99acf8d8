export * from './deals/deal.ts';
export * from './deals/deals.store.ts';
export * from './deals/raise.ts';
export { FINANCING_SCHEMA } from './schema.ts';
