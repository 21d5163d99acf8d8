export * from './deliveries.ts';
export * from './deliveries.service.ts';
export { INTAKE_LIMITS, type IntakeLimits } from './intake/limits.ts';
export * from './intake/intake.ts';
export * from './schema.ts';
export * from './spool.ts';
export { CoverageBook } from './coverage-book.ts';
export * from './dossiers.reader.ts';
export * from './documents.ts';
