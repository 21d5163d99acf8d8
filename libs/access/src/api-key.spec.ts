import { ProblemError } from '#lib/kernel';
import { bearerKey, keyHash, makeKey, sameHash } from './api-key.ts';
import { requireScope, type Principal } from './principal.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problem.status} ${error.problem.code}`;
    throw error;
  }
  return 'none';
};

describe('api keys', () => {
  it('are read back from the header, with their prefix', () => {
    for (let i = 0; i < 50; i++) {
      const { key, prefix, sha256 } = makeKey();
      expect(bearerKey(`Bearer ${key}`)).toEqual({ key, prefix });
      expect(sameHash(sha256, keyHash(key))).toBe(true);
      expect(sha256).toHaveLength(32);
    }
  });

  it('are refused by name when missing or malformed', () => {
    const { key } = makeKey();
    expect(codeOf(() => bearerKey(undefined))).toBe('401 key-missing');
    expect(codeOf(() => bearerKey(''))).toBe('401 key-missing');
    for (const header of [
      key,
      `Basic ${key}`,
      `Bearer ${key.slice(0, -1)}`,
      `Bearer ${key}x`,
      'Bearer',
      `Bearer ${key} ${key}`,
    ]) {
      expect(codeOf(() => bearerKey(header))).toBe('401 key-unknown');
    }
  });

  it('differ in hash when one character differs', () => {
    const { key, sha256 } = makeKey();
    const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    expect(sameHash(sha256, keyHash(other))).toBe(false);
    expect(sameHash(sha256, sha256.subarray(1))).toBe(false);
  });
});

describe('scopes', () => {
  it('a missing one is 403 and named', () => {
    const principal: Principal = {
      personId: 'p',
      institutionId: 'i',
      kind: 'bank',
      keyId: 'k',
      scopes: ['partner:scores'],
    };
    expect(codeOf(() => requireScope(principal, 'partner:scores'))).toBe('none');
    expect(codeOf(() => requireScope(principal, 'ops:runs'))).toBe('403 scope-missing');
  });
});
