export * from './authorisation.ts';
export * from './authorisations.service.ts';
export * from './purpose.ts';
export { chainHash, GENESIS, type Anchor, type QueryEntry } from './query-log.ts';
export * from './query-log.service.ts';
export * from './schema.ts';
export * from './disputes/dispute.ts';
export * from './disputes/disputes.service.ts';
export type { DisputeRow, DisputeView, RecordedDisputeEvent } from './disputes/disputes.store.ts';
