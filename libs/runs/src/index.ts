export { catalogueHash } from './catalogue.ts';
export { championModel, modelByHash } from './models.ts';
export * from './impact.ts';
export * from './run.ts';
export * from './runs.service.ts';
export * from './schema.ts';
export * from './score-shard.ts';
export * from './scores.service.ts';
export * from './verify-run.ts';
