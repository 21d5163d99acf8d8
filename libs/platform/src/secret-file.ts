import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The text of a file that holds a secret, made once a folder and readable by its owner only. Several processes may ask at
 * once: the file appears whole, and all get the same.
 */
export function secretFile(folder: string, name: string, make: () => string | Buffer): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Written aside and then given its name: a file that is being written could be read half.
  const aside = `${file}.${randomUUID()}`;
  writeFileSync(aside, make(), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside);
  }
  return readFileSync(file, 'utf8');
}
