import type { Uscc } from '#lib/kernel';
import { principalOf, type ApiRequest } from '../http/api-request.ts';

/** The scope is given to firms only, whose institution has a code: the database sees to both. */
export function ownUscc(request: ApiRequest): Uscc {
  const { uscc } = principalOf(request);
  if (uscc === undefined) throw new Error('a key with subject:own that is no firm');
  return uscc;
}
