import { randomBytes } from 'node:crypto';
import { secretFile } from '#lib/platform';

/** 32 random bytes, made once a data folder, readable by its owner only. Throws for a file that holds anything else. */
export function keyFile(dataDir: string, name: string): Buffer {
  const key = Buffer.from(
    secretFile(dataDir, `${name}.key`, () => randomBytes(32).toString('hex')),
    'hex',
  );
  if (key.length !== 32) throw new Error(`${name}.key in ${dataDir} holds no key of 32 bytes`);
  return key;
}
