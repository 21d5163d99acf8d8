import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps what has to be read again, such as a secret to sign with, out of the database's plain sight (信封加密): AES-256-GCM,
 * nonce ‖ tag ‖ ciphertext. What is sealed for one owner does not open for another.
 */
export class SecretBox {
  /** Throws RangeError unless the key has 32 bytes. */
  constructor(private readonly key: Buffer) {
    if (key.length !== 32) throw new RangeError(`a key of 32 bytes is expected, not of ${key.length}`);
  }

  seal(owner: string, secret: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws when the key or the owner is another one, or a bit has changed. */
  open(owner: string, sealed: Buffer): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const cipher = createDecipheriv('aes-256-gcm', this.key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(tag);
    return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]).toString('utf8');
  }
}
