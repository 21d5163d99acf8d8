export * from './report-request.ts';
export * from './schema.ts';
