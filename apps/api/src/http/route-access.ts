import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Scope } from '#lib/access';
import { ProblemAnswers } from '../docs/answers.ts';

/** Metadata of a route handler: the scope it needs, or PUBLIC. A handler without it is refused when the app starts. */
export const ROUTE_ACCESS = 'firstmile:route-access';
export const PUBLIC = 'public';
export type RouteAccess = Scope | typeof PUBLIC;

/** The key needs this scope. */
export const Scopes = (scope: Scope): MethodDecorator =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, scope),
    ApiBearerAuth('key'),
    ProblemAnswers(
      'key-missing',
      'key-unknown',
      'key-expired',
      'key-revoked',
      'address-refused',
      'institution-suspended',
      'scope-missing',
      'rate-limited',
      'internal',
    ),
    ApiExtension('x-scope', scope),
  );

/** No key at all: health, documentation. */
export const Public = (): MethodDecorator => SetMetadata(ROUTE_ACCESS, PUBLIC);
