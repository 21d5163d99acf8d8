export * from './notices.service.ts';
export * from './schema.ts';
