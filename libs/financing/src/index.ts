export * from './callbacks/callback-keys.ts';
export * from './callbacks/callback-signature.ts';
export * from './callbacks/callbacks.service.ts';
export * from './deals/deal.ts';
export * from './deals/deals.store.ts';
export * from './deals/raise.ts';
export { FINANCING_SCHEMA } from './schema.ts';
