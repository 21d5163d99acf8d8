export * from './composition/drawable.ts';
export * from './composition/effective.ts';
export * from './composition/guarantee-outlasts.ts';
export * from './composition/joint-case.ts';
export * from './composition/movements.ts';
export * from './composition/plan.ts';
export * from './composition/strict.ts';
export * from './composition/substitution.ts';
export type * from './composition/words.ts';
