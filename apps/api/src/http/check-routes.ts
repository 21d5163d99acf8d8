import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROUTE_ACCESS } from './route-access.ts';

/** Default deny: throws, naming them, when handlers of routes say neither @Scopes nor @Public. */
export function checkRoutes(app: INestApplicationContext): void {
  const scanner = new MetadataScanner();
  const open: string[] = [];
  for (const { metatype, instance } of app.get(DiscoveryService).getControllers()) {
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name]!;
      const isRoute = Reflect.hasMetadata('path', handler);
      if (isRoute && !Reflect.hasMetadata(ROUTE_ACCESS, handler)) open.push(`${metatype?.name ?? '?'}.${name}`);
    }
  }
  if (open.length > 0) throw new Error(`routes without @Scopes or @Public: ${open.join(', ')}`);
}
