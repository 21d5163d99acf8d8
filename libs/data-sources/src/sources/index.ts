// Generated from the folders by tools/new-source/generate-sources.mjs; do not edit.
import type { SourceDefinition } from '../source.ts';
import { businessRegistration } from './business-registration/source.ts';
import { patents } from './patents/source.ts';
import { socialSecurity } from './social-security/source.ts';
import { subsidies } from './subsidies/source.ts';

export type * from './business-registration/payload.ts';
export type * from './patents/payload.ts';
export type * from './social-security/payload.ts';
export type * from './subsidies/payload.ts';
export { businessRegistration, patents, socialSecurity, subsidies };

/** Every source, by name. */
export const SOURCES: readonly SourceDefinition[] = [businessRegistration, patents, socialSecurity, subsidies];

const BY_NAME: ReadonlyMap<string, SourceDefinition> = new Map(SOURCES.map((source) => [source.name, source]));

/** The source of this name (its folder), or undefined. */
export const sourceByName = (name: string): SourceDefinition | undefined => BY_NAME.get(name);
