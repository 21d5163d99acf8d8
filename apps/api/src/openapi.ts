import type { ApiDeps } from './deps.ts';
import { createApi } from './create-api.ts';
import { documentOf } from './docs/document.ts';

/** The OpenAPI document without a database: only the routes are looked at, nothing behind them is called. */
export async function buildOpenApi(): Promise<object> {
  const nothing = {} as ApiDeps;
  const app = await createApi({ ...nothing, log: () => undefined });
  try {
    return JSON.parse(JSON.stringify(documentOf(app))) as object;
  } finally {
    await app.close();
  }
}
