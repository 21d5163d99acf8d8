import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '#lib/kernel';
import { secretFile, type Database } from '#lib/platform';
import { keyIdOf } from './receipt.ts';

/** A key as it is published (验签公钥). */
export interface PublishedKey {
  readonly keyId: string;
  readonly algorithm: 'Ed25519';
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly madeAt: Date;
}

const FILE = 'report-signing.key';

/**
 * The key that signs reports: made once a data folder, readable by its owner only. A new one is made where the file was
 * taken away; the public halves of all that ever signed stay in the database.
 */
export class ReportKeys {
  readonly keyId: string;
  private readonly key: KeyObject;
  private readonly der: Buffer;

  constructor(
    private readonly db: Database,
    dataDir: string,
  ) {
    this.key = createPrivateKey(signingKeyOf(dataDir));
    this.der = createPublicKey(this.key).export({ type: 'spki', format: 'der' });
    this.keyId = keyIdOf(this.der);
  }

  /** Publishes the public half; nothing where it is published already. */
  async publish(clock: Clock): Promise<void> {
    await this.db.query(
      'INSERT INTO report_key (key_id, public_key, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [this.keyId, this.der, clock.now()],
    );
  }

  /** 64 bytes. */
  sign(message: Buffer): Buffer {
    return sign(null, message, this.key);
  }

  /** All of them, the newest first. */
  async published(): Promise<PublishedKey[]> {
    const rows = await this.db.query<{ key_id: string; public_key: Buffer; made_at: Date }>(
      'SELECT key_id, public_key, made_at FROM report_key ORDER BY made_at DESC, key_id',
    );
    return rows.map(({ key_id: keyId, public_key: der, made_at: madeAt }) => ({
      keyId,
      algorithm: 'Ed25519',
      publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' })
        .export({ type: 'spki', format: 'pem' })
        .toString(),
      madeAt,
    }));
  }
}

/** PEM of the private key. Two processes that start at once agree on one: the first to write wins. */
const signingKeyOf = (dataDir: string): string =>
  secretFile(dataDir, FILE, () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** The public half of the data folder's own key, PEM; undefined where there is none: for checks without a database. */
export function localPublicKey(dataDir: string): string | undefined {
  try {
    return createPublicKey(readFileSync(path.join(dataDir, FILE), 'utf8'))
      .export({ type: 'spki', format: 'pem' })
      .toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
