import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ProblemError, type Clock } from '#lib/kernel';
import { requireScope, type Access, type Principal } from '#lib/access';
import type { ApiReply, ApiRequest } from './api-request.ts';
import type { RateLimits, Standing } from './rate-limits.ts';
import { PUBLIC, ROUTE_ACCESS, type RouteAccess } from './route-access.ts';

/** Says who asks, whether they ask too often and whether they may. A route that says nothing is closed. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly access: Access,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly scopes: 'checked' | 'unchecked',
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = Reflect.getMetadata(ROUTE_ACCESS, context.getHandler()) as RouteAccess | undefined;
    if (needed === PUBLIC) return true;
    if (needed === undefined) throw new Error(`route without access: ${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const reply = context.switchToHttp().getResponse<ApiReply>();
    admit(reply, this.limits.closedAddress(request.ip));
    const principal = await this.principalOf(request, reply);
    admit(reply, await this.limits.ofKey(principal));
    if (this.scopes === 'checked') requireScope(principal, needed);
    request.principal = principal;
    return true;
  }

  private async principalOf(request: ApiRequest, reply: ApiReply): Promise<Principal> {
    try {
      return await this.access.authenticate(request.headers.authorization, this.clock, request.ip);
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 401)
        admit(reply, await this.limits.ofFailure(request.ip));
      throw error;
    }
  }
}

/** Says where the sender stands (draft-ietf-httpapi-ratelimit-headers). Throws `rate-limited` 429 past the limit. */
function admit(reply: ApiReply, standing: Standing | undefined): void {
  if (standing === undefined) return;
  const { policy, limit, windowSeconds, remaining, resetSeconds } = standing;
  reply.header('ratelimit-policy', `"${policy}";q=${limit};w=${windowSeconds}`);
  reply.header('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  if (!standing.refused) return;
  reply.header('retry-after', String(resetSeconds));
  throw new ProblemError({
    code: 'rate-limited',
    status: 429,
    zh: `请求过于频繁，请于${resetSeconds}秒后重试`,
    en: `too many requests: ${limit} in ${windowSeconds} seconds; there is room in ${resetSeconds} seconds`,
    extra: { policy, limit, windowSeconds, retryAfterSeconds: resetSeconds },
  });
}
