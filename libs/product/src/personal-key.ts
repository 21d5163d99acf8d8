import { keyFile } from './key-file.ts';

/** The key of the hash that replaces personal values. */
export const personalKey = (dataDir: string): Buffer => keyFile(dataDir, 'personal-hash');
