import type { Uscc } from '#lib/kernel';
import type { Principal } from './principal.ts';

/** The house itself: its operators, workers and commands. */
export const HOUSE = 'house';

/** A firm that looks at its own records. */
export const firmActor = (uscc: Uscc): string => `firm:${uscc}`;

/** One person, to whom nothing belongs but the answers kept for them. */
export const personActor = (personId: string): string => `person:${personId}`;

/** For whom a request acts (行级权限主体): what row-level security lets it see. */
export function actorOf(principal: Pick<Principal, 'kind' | 'institutionId' | 'uscc'>): string {
  if (principal.uscc !== undefined) return firmActor(principal.uscc);
  if (principal.kind === 'operator') return HOUSE;
  if (principal.kind === 'regulator') return `regulator:${principal.institutionId}`;
  return `institution:${principal.institutionId}`;
}
