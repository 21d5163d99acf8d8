export * from './candidate.ts';
export * from './candidate-facts.ts';
export * from './candidates.reader.ts';
export * from './schema.ts';
export * from './list-rules.ts';
export * from './membership.ts';
export * from './shipped-lists.ts';
