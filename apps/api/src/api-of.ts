import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Product } from '#lib/product';
import { createApi } from './create-api.ts';
import type { Log } from './http/request-log.ts';

/** The API over the product's services. The product is closed by whoever opened it, after the API. */
export function apiOf(product: Product, log?: Log): Promise<NestFastifyApplication> {
  const { rateLimits } = product.config;
  return createApi({
    ...product,
    bells: product.doorbells,
    ...(rateLimits ? { rateLimits } : {}),
    ...(log ? { log } : {}),
  });
}
