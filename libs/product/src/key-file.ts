import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** 32 random bytes, made once a data folder, readable by its owner only. Throws for a file that holds anything else. */
export function keyFile(dataDir: string, name: string): Buffer {
  const file = path.join(dataDir, `${name}.key`);
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'hex');
  if (key.length !== 32) throw new Error(`${file} holds no key of 32 bytes`);
  return key;
}
