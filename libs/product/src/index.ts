export * from './background.ts';
export * from './product.ts';
export * from './schema.ts';
