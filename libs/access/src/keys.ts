import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#lib/platform';
import { appendEvent, type Act } from './access-events.ts';
import { isAddressRange } from './addresses.ts';
import { makeKey } from './api-key.ts';
import { kindOf, type Person } from './institutions.store.ts';
import {
  hasSuccessor,
  insertKey,
  keys,
  lockKey,
  saveEnd,
  saveRevocation,
  type IssuedKey,
  type KeyView,
} from './keys.store.ts';
import { scopesOf, type Scope } from './principal.ts';
import { refusal } from './refusals.ts';

const DAY_MS = 86_400_000;
const MOST_ADDRESSES = 32;
/** Days in which a rotated key and its successor both work (轮换重叠期). */
export const OVERLAP_DAYS = { usual: 7, most: 30 } as const;

export interface KeyOptions {
  /** Addresses or ranges in CIDR notation from which the key works; left out: from anywhere. */
  readonly addresses?: readonly string[];
  readonly act?: Act;
}

export interface Rotation {
  /** 0 to 30; 0: the old key ends at once. */
  readonly overlapDays?: number;
  /** Left out: as long a life as the old key was given. */
  readonly expiresAt?: Date;
  readonly act?: Act;
}

type Owner = Pick<Person, 'personId' | 'institutionId'>;

interface Wanted extends KeyOptions {
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date;
  readonly replaces?: string;
}

/** Makes a key. The database refuses a scope outside the person's roles. */
export async function issueKey(tx: Tx, person: Owner, wanted: Wanted, now: Date): Promise<IssuedKey> {
  const { expiresAt, addresses = [], act = {}, replaces } = wanted;
  const scopes = scopesOf(wanted.scopes);
  if (!(expiresAt > now)) throw new RangeError('a key expires after it is made');
  if (scopes.length === 0) throw new RangeError('a key without a scope opens nothing');
  refuseAddresses(addresses);
  await refuseForeignScopes(tx, person, scopes);
  const { key, prefix, sha256 } = makeKey();
  const keyId = uuidv7();
  const { personId, institutionId } = person;
  await insertKey(tx, {
    keyId,
    personId,
    prefix,
    sha256,
    scopes,
    addresses,
    replaces: replaces ?? null,
    expiresAt,
    createdAt: now,
  });
  const detail = { prefix, scopes, addresses, expiresAt: expiresAt.toISOString(), ...(replaces && { replaces }) };
  await appendEvent(tx, { institutionId, subject: 'key', subjectId: keyId, event: 'issue', act, at: now, detail });
  return { keyId, prefix, key, expiresAt };
}

export async function rotateKey(tx: Tx, keyId: string, rotation: Rotation, now: Date): Promise<IssuedKey> {
  const { overlapDays = OVERLAP_DAYS.usual, act = {} } = rotation;
  if (!Number.isInteger(overlapDays) || overlapDays < 0 || overlapDays > OVERLAP_DAYS.most)
    throw new RangeError(`a rotation overlaps by 0 to ${OVERLAP_DAYS.most} days`);
  const old = await lockKey(tx, keyId);
  if (!old) throw keyUnknown();
  if (old.revokedAt !== null || old.expiresAt <= now)
    throw refusal('key-ended', 409, '密钥已失效，请签发新密钥', 'the key has ended; issue a new one');
  if (await hasSuccessor(tx, keyId))
    throw refusal('key-replaced', 409, '密钥已轮换过', 'the key has a successor already');
  const lifetime = old.expiresAt.getTime() - old.createdAt.getTime();
  const { scopes, addresses } = old;
  const expiresAt = rotation.expiresAt ?? new Date(now.getTime() + lifetime);
  const made = await issueKey(tx, old, { scopes, addresses, act, expiresAt, replaces: keyId }, now);
  const end = new Date(Math.min(old.expiresAt.getTime(), now.getTime() + overlapDays * DAY_MS));
  if (overlapDays === 0) await saveRevocation(tx, keyId, now, act.by ?? null, act.reason ?? 'rotated 轮换');
  else await saveEnd(tx, keyId, end);
  await appendEvent(tx, {
    institutionId: old.institutionId,
    subject: 'key',
    subjectId: keyId,
    event: 'rotate',
    act,
    at: now,
    detail: { successor: made.keyId, overlapDays, ...(overlapDays > 0 && { expiresAt: end.toISOString() }) },
  });
  return made;
}

export async function revokeKey(tx: Tx, keyId: string, act: Act, now: Date): Promise<KeyView> {
  const old = await lockKey(tx, keyId);
  if (!old) throw keyUnknown();
  if (old.revokedAt !== null) return old;
  const reason = act.reason ?? 'revoked 吊销';
  await saveRevocation(tx, keyId, now, act.by ?? null, reason);
  const about = { institutionId: old.institutionId, subject: 'key', subjectId: keyId } as const;
  await appendEvent(tx, { ...about, event: 'revoke', act: { ...act, reason }, at: now });
  return (await keys(tx, { id: keyId, limit: 1 }))[0]!;
}

function refuseAddresses(addresses: readonly string[]): void {
  const wrong = addresses.findIndex((text) => !isAddressRange(text));
  if (wrong < 0 && addresses.length <= MOST_ADDRESSES) return;
  const zh = wrong < 0 ? `地址段不超过${MOST_ADDRESSES}个` : `「${addresses[wrong]}」不是 IP 地址或 CIDR 地址段`;
  const en =
    wrong < 0
      ? `at most ${MOST_ADDRESSES} ranges`
      : `"${addresses[wrong]}" is no address, and no range in CIDR notation whose host bits are zero`;
  const pointer = wrong < 0 ? '/addresses' : `/addresses/${wrong}`;
  throw refusal('address-invalid', 422, zh, en, [{ pointer, code: 'address-invalid', zh, en }]);
}

/** The scope of a firm is no matter of roles: no role may ever open it to somebody else. */
async function refuseForeignScopes(tx: Tx, { institutionId }: Owner, scopes: readonly Scope[]): Promise<void> {
  const [row] = await tx.query<{ kind: string }>('SELECT kind FROM institution WHERE institution_id = $1', [
    institutionId,
  ]);
  const ofFirm = kindOf(row!.kind) === 'firm';
  if (ofFirm ? scopes.length === 1 && scopes[0] === 'subject:own' : !scopes.includes('subject:own')) return;
  throw refusal(
    'scope-not-of-kind',
    409,
    '权限 subject:own 只用于企业查询自身，企业也只有此项权限',
    'the scope subject:own is the one scope of a firm, and of nobody else',
  );
}

const keyUnknown = (): Error => refusal('key-id-unknown', 404, '没有该密钥', 'there is no key with this id');
