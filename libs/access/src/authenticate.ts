import { dateAt, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { plainAddress } from './addresses.ts';
import { bearerKey, keyHash, keyProblem, sameHash, unknownKey } from './api-key.ts';
import { kindOf } from './institutions.store.ts';
import { scopesOf, type Principal } from './principal.ts';
import { refusal } from './refusals.ts';

interface KeyRow {
  key_id: string;
  person_id: string;
  institution_id: string;
  kind: string;
  sha256: Buffer;
  scopes: string[];
  expires_at: Date;
  revoked_at: Date | null;
  uscc: Uscc | null;
  state: string;
  here: boolean;
  last_used_on: string | null;
}

/**
 * Who sends this `Authorization` header from this address. Throws 401 `key-missing`, `key-unknown`, `key-expired` or
 * `key-revoked`, then 403 `address-refused` or `institution-suspended`. Whether the key is right is decided before
 * anything is said about it: an unknown prefix and a wrong secret take one path. A scope that the person's roles no
 * longer open is not the key's any more.
 */
export async function authenticate(
  db: Db,
  request: { readonly authorization: string | undefined; readonly address?: string },
  now: Date,
): Promise<Principal> {
  const { key, prefix } = bearerKey(request.authorization);
  const [row] = await db.query<KeyRow>(
    `SELECT k.key_id, k.person_id, p.institution_id, i.kind, k.sha256, k.expires_at, k.revoked_at, i.uscc, i.state, k.last_used_on,
       ARRAY(SELECT s FROM unnest(k.scopes) s WHERE s = ANY (scopes_of_person(k.person_id))) AS scopes,
       cardinality(k.addresses) = 0 OR coalesce($2::inet <<= ANY (k.addresses), false) AS here
     FROM api_key k JOIN person p USING (person_id) JOIN institution i USING (institution_id) WHERE k.prefix = $1`,
    [prefix, plainAddress(request.address) ?? null],
    'access-key-by-prefix',
  );
  if (!sameHash(row?.sha256 ?? NOBODY, keyHash(key)) || row === undefined) throw unknownKey();
  if (row.revoked_at !== null && row.revoked_at <= now)
    throw keyProblem('key-revoked', '密钥已被吊销', 'the key was revoked');
  if (row.expires_at <= now) throw keyProblem('key-expired', '密钥已过期', 'the key has expired');
  if (!row.here)
    throw refusal('address-refused', 403, '密钥不可从该网络地址使用', 'the key does not work from this address');
  if (row.state !== 'ACTIVE')
    throw refusal('institution-suspended', 403, '机构已被停用', 'the institution is suspended');
  await usedToday(db, row, now);
  return {
    personId: row.person_id,
    institutionId: row.institution_id,
    kind: kindOf(row.kind),
    keyId: row.key_id,
    scopes: scopesOf(row.scopes),
    ...(row.uscc === null ? {} : { uscc: row.uscc }),
  };
}

/** The hash of no key: an unknown prefix is compared like a known one. */
const NOBODY = Buffer.alloc(32);

/** One write a key and day. */
async function usedToday(db: Db, { key_id: keyId, last_used_on: last }: KeyRow, now: Date): Promise<void> {
  const today = dateAt(now);
  if (last !== null && last >= today) return;
  await db.query(
    'UPDATE api_key SET last_used_on = $2 WHERE key_id = $1 AND (last_used_on IS NULL OR last_used_on < $2)',
    [keyId, today],
  );
}
