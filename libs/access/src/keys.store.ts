import type { Db, Tx } from '#lib/platform';
import { scopesOf, type Scope } from './principal.ts';

export interface IssuedKey {
  readonly keyId: string;
  readonly prefix: string;
  /** The plain key: shown once, here. */
  readonly key: string;
  readonly expiresAt: Date;
}

/** A key without its secret, which nobody has but its holder. */
export interface KeyView {
  readonly keyId: string;
  readonly personId: string;
  readonly institutionId: string;
  readonly handle: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** Ranges from which it works; empty: from anywhere. */
  readonly addresses: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The key whose successor it is. */
  readonly replaces: string | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly revokeReason: string | null;
  /** Last day of use, YYYY-MM-DD. */
  readonly lastUsedOn: string | null;
}

export interface NewKey {
  readonly keyId: string;
  readonly personId: string;
  readonly prefix: string;
  readonly sha256: Buffer;
  readonly scopes: readonly Scope[];
  readonly addresses: readonly string[];
  readonly replaces: string | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

export async function insertKey(tx: Tx, made: NewKey): Promise<void> {
  await tx.execute(
    `INSERT INTO api_key (key_id, person_id, prefix, sha256, scopes, addresses, replaces, expires_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6::cidr[], $7, $8, $9)`,
    [
      made.keyId,
      made.personId,
      made.prefix,
      made.sha256,
      made.scopes,
      made.addresses,
      made.replaces,
      made.expiresAt,
      made.createdAt,
    ],
  );
}

type KeyRow = Omit<KeyView, 'scopes'> & { scopes: string[] };

const KEYS = `SELECT k.key_id AS "keyId", k.person_id AS "personId", p.institution_id AS "institutionId", p.handle, k.prefix, k.scopes,
   k.addresses::text[] AS addresses, k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.replaces,
   k.revoked_at AS "revokedAt", k.revoked_by AS "revokedBy", k.revoke_reason AS "revokeReason", k.last_used_on AS "lastUsedOn"
 FROM api_key k JOIN person p USING (person_id)`;

const keyOf = (row: KeyRow): KeyView => ({ ...row, scopes: scopesOf(row.scopes) });

/** Newest first, from the key before `before` on: ids are in the order of time. */
export async function keys(
  db: Db,
  where: { id?: string; personId?: string; before?: string; limit: number },
): Promise<KeyView[]> {
  const rows = await db.query<KeyRow>(
    `${KEYS} WHERE ($1::uuid IS NULL OR k.key_id = $1) AND ($2::uuid IS NULL OR k.person_id = $2)
       AND ($3::uuid IS NULL OR k.key_id < $3) ORDER BY k.key_id DESC LIMIT $4`,
    [where.id ?? null, where.personId ?? null, where.before ?? null, where.limit],
  );
  return rows.map(keyOf);
}

/** The key's row, held until the transaction ends. */
export async function lockKey(tx: Tx, keyId: string): Promise<KeyView | undefined> {
  const [row] = await tx.query<KeyRow>(`${KEYS} WHERE k.key_id = $1 FOR NO KEY UPDATE OF k`, [keyId]);
  return row && keyOf(row);
}

export async function hasSuccessor(tx: Tx, keyId: string): Promise<boolean> {
  return (await tx.query('SELECT FROM api_key WHERE replaces = $1', [keyId])).length > 0;
}

/** Only ever sooner: the database refuses a later end. */
export async function saveEnd(tx: Tx, keyId: string, expiresAt: Date): Promise<void> {
  await tx.execute('UPDATE api_key SET expires_at = $2 WHERE key_id = $1', [keyId, expiresAt]);
}

export async function saveRevocation(
  tx: Tx,
  keyId: string,
  at: Date,
  by: string | null,
  reason: string,
): Promise<void> {
  await tx.execute(
    'UPDATE api_key SET revoked_at = $2, revoked_by = $3, revoke_reason = $4 WHERE key_id = $1 AND revoked_at IS NULL',
    [keyId, at, by, reason],
  );
}
