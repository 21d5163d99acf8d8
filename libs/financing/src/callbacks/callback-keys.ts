import { randomBytes } from 'node:crypto';
import { actorOf, type Principal } from '#lib/access';
import { ProblemError, type Clock } from '#lib/kernel';
import type { SecretBox } from '#lib/notices';
import type { Database, Db, Tx } from '#lib/platform';

/** How long the older of two keys goes on to sign after a newer one was made. */
export const KEY_OVERLAP_MS = 24 * 3_600_000;

/** 回传密钥, without its secret. */
export interface CallbackKey {
  readonly keyId: string;
  readonly madeAt: Date;
  /** null: until it is rotated or ended. */
  readonly endsAt: Date | null;
}

interface KeyRow extends CallbackKey {
  readonly secret: Buffer;
}

const COLUMNS = `key_id AS "keyId", made_at AS "madeAt", ends_at AS "endsAt"`;

/** Keys with which a partner signs what it calls back. Its own people make and end them; two live at most. */
export class CallbackKeys {
  constructor(
    private readonly db: Database,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** The live ones, the newest first. */
  async list(principal: Principal): Promise<CallbackKey[]> {
    return this.db.as(actorOf(principal), (tx) => liveKeys(tx, principal.institutionId, this.clock.now()));
  }

  /**
   * A new key (轮换); the one before it signs for 24 hours more. Its secret is shown in this answer only. Throws ProblemError
   * callback-keys-full 409 while two are live.
   */
  async make(principal: Principal): Promise<CallbackKey & { readonly secret: string }> {
    const { institutionId, personId } = principal;
    const now = this.clock.now();
    return this.db.as(actorOf(principal), async (tx) => {
      await lockKeys(tx, institutionId);
      const live = await liveKeys(tx, institutionId, now);
      if (live.length > 1) throw keysFull();
      const keyId = `fmcb_${randomBytes(8).toString('hex')}`;
      const secret = `fmcs_${randomBytes(32).toString('base64url')}`;
      for (const older of live) await endKey(tx, institutionId, older.keyId, new Date(now.getTime() + KEY_OVERLAP_MS));
      await tx.execute(
        'INSERT INTO callback_key (key_id, institution_id, secret, made_by, made_at) VALUES ($1, $2, $3, $4, $5)',
        [keyId, institutionId, this.box.seal(keyId, secret), personId, now],
      );
      return { keyId, madeAt: now, endsAt: null, secret };
    });
  }

  /** Ends a key now. Throws ProblemError callback-key-unknown 404. */
  async end(principal: Principal, keyId: string): Promise<void> {
    const { institutionId } = principal;
    await this.db.as(actorOf(principal), async (tx) => {
      await lockKeys(tx, institutionId);
      const live = await liveKeys(tx, institutionId, this.clock.now());
      if (!live.some((key) => key.keyId === keyId)) throw keyUnknown(keyId);
      await endKey(tx, institutionId, keyId, this.clock.now());
    });
  }

  /** The secret of a live key of the institution; undefined: there is none. */
  async secretOf(db: Db, institutionId: string, keyId: string, now: Date): Promise<string | undefined> {
    const [row] = await db.query<KeyRow>(
      `SELECT ${COLUMNS}, secret FROM callback_key WHERE institution_id = $1 AND key_id = $2 AND (ends_at IS NULL OR ends_at > $3)`,
      [institutionId, keyId, now],
      'callback-key',
    );
    return row && this.box.open(keyId, row.secret);
  }
}

const lockKeys = (tx: Tx, institutionId: string): Promise<unknown> =>
  tx.query('SELECT pg_advisory_xact_lock(7104021, hashtext($1))', [institutionId]);

const liveKeys = (db: Db, institutionId: string, now: Date): Promise<CallbackKey[]> =>
  db.query<CallbackKey>(
    `SELECT ${COLUMNS} FROM callback_key WHERE institution_id = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY made_at DESC, key_id`,
    [institutionId, now],
  );

const endKey = (tx: Tx, institutionId: string, keyId: string, at: Date): Promise<number> =>
  tx.execute('UPDATE callback_key SET ends_at = least(ends_at, $3) WHERE institution_id = $1 AND key_id = $2', [
    institutionId,
    keyId,
    at,
  ]);

const keysFull = (): ProblemError =>
  new ProblemError({
    code: 'callback-keys-full',
    status: 409,
    zh: '已有两把有效的回传密钥，请先停用一把',
    en: 'two callback keys are live already: end one first',
  });

const keyUnknown = (keyId: string): ProblemError =>
  new ProblemError({
    code: 'callback-key-unknown',
    status: 404,
    zh: `没有有效的回传密钥 ${keyId}`,
    en: `there is no live callback key ${keyId}`,
  });
