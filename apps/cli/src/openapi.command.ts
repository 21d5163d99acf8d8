import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '#lib/platform';
import { buildOpenApi } from '../../api/src/openapi.ts';
import { EXIT, say } from './session.ts';

/** `firstmile openapi`: writes docs/openapi.json from the routes; with `--check` says whether it is up to date. */
export async function openapi(options: { check: boolean }): Promise<number> {
  const file = path.join(packageRoot(), 'docs', 'openapi.json');
  const text = `${JSON.stringify(await buildOpenApi(), null, 2)}\n`;
  if (!options.check) {
    writeFileSync(file, text);
    say(`wrote ${path.relative(process.cwd(), file)}`);
    return EXIT.done;
  }
  if (readGolden(file) === text) return EXIT.done;
  say('docs/openapi.json is not what the routes say; run: npm run firstmile -- openapi');
  return EXIT.refused;
}

function readGolden(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // never written
  }
}
