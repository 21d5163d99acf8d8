import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '#lib/access';

/** A request behind the guard. `principal` is absent on public routes only. */
export type ApiRequest = FastifyRequest & {
  principal?: Principal;
  /** The bytes of a signed body, as they came. */
  signedBody?: Buffer;
};
export type ApiReply = FastifyReply;

export function principalOf(request: ApiRequest): Principal {
  if (request.principal === undefined) throw new Error('a public route has no principal');
  return request.principal;
}
