import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireScope, type Access, type Principal } from '#lib/access';
import type { Clock } from '#lib/kernel';
import type { ApiRequest } from './api-request.ts';
import { PUBLIC, ROUTE_ACCESS, type RouteAccess } from './route-access.ts';

/** Says who asks and whether they may. A route that says nothing is closed. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = Reflect.getMetadata(ROUTE_ACCESS, context.getHandler()) as RouteAccess | undefined;
    if (needed === PUBLIC) return true;
    if (needed === undefined) throw new Error(`route without access: ${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const principal: Principal = await this.access.authenticate(request.headers.authorization, this.clock);
    requireScope(principal, needed);
    request.principal = principal;
    return true;
  }
}
