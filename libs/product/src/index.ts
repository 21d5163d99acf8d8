export * from './background.ts';
export * from './deals-of.ts';
export * from './product.ts';
export * from './schema.ts';
