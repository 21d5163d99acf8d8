import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '#lib/kernel';

/** `fm_<prefix>_<secret>`: the prefix finds the row and may be logged, the secret is 32 random bytes in base64url. */
const KEY = /^fm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export interface FreshKey {
  /** Shown once, never stored. */
  readonly key: string;
  readonly prefix: string;
  readonly sha256: Buffer;
}

export function makeKey(): FreshKey {
  const prefix = randomBytes(6).toString('hex');
  const key = `fm_${prefix}_${randomBytes(32).toString('base64url')}`;
  return { key, prefix, sha256: keyHash(key) };
}

/** A random 256-bit secret needs no slow hash: there is nothing to guess. */
export const keyHash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Constant in time, whatever the bytes. */
export const sameHash = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** The key of `Authorization: Bearer KEY`. Throws `key-missing` or `key-unknown`, both 401. */
export function bearerKey(authorization: string | undefined): { key: string; prefix: string } {
  if (authorization === undefined || authorization === '') {
    throw keyProblem('key-missing', '缺少密钥', 'no key was sent: Authorization: Bearer KEY is needed');
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  const prefix = key === undefined ? undefined : KEY.exec(key)?.[1];
  if (key === undefined || prefix === undefined) throw unknownKey();
  return { key, prefix };
}

/** One answer for a key that is malformed, has an unknown prefix or a wrong secret. */
export const unknownKey = (): ProblemError => keyProblem('key-unknown', '密钥无效', 'the key is not known');

export function keyProblem(code: string, zh: string, en: string): ProblemError {
  return new ProblemError({ code, status: 401, zh, en, errors: [{ header: 'Authorization', code, zh, en }] });
}
