import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildInfo, packageRoot } from '#lib/platform';

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* filesBelow(file);
    else yield file;
  }
}

let known: Buffer | undefined;

/**
 * SHA-256 over everything that computes a score: the built kernel, data-sources and scoring (their sources when nothing
 * is built, as in tests) and the reference tables. Two processes with one hash give one result for the same pins.
 */
export function catalogueHash(): Buffer {
  if (known) return known;
  const root = packageRoot();
  const { built } = buildInfo();
  const hash = createHash('sha256');
  for (const lib of ['kernel', 'data-sources', 'scoring']) {
    const folder = path.join(root, built ? 'dist' : '', 'libs', lib, 'src');
    for (const file of filesBelow(folder)) {
      const counts = built ? file.endsWith('.js') : file.endsWith('.ts') && !file.endsWith('.spec.ts');
      if (counts)
        hash
          .update(`${path.relative(folder, file)}\0`)
          .update(readFileSync(file))
          .update('\0');
    }
  }
  const tables = path.join(root, 'models', 'reference');
  for (const file of filesBelow(tables))
    hash
      .update(`${path.relative(tables, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  known = hash.digest();
  return known;
}
