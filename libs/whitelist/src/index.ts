export * from './candidate.ts';
export * from './candidate-facts.ts';
export * from './candidates.reader.ts';
export * from './schema.ts';
