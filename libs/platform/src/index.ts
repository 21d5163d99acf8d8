export * from './build-info.ts';
export * from './config.ts';
export * from './database.ts';
export * from './doorbells.ts';
export * from './embedded-postgres/index.ts';
export * from './migrate.ts';
export * from './on-stop.ts';
export * from './system-clock.ts';
