export * from './actor.ts';
export * from './access.service.ts';
export * from './api-key.ts';
export * from './idempotency.store.ts';
export * from './institutions.reader.ts';
export * from './principal.ts';
export * from './schema.ts';
