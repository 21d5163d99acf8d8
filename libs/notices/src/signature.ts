import { createHmac, randomBytes } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { instantText } from '#lib/kernel';
import type { StoredNotice } from './notice.ts';

/** `fmwh_` and 32 random bytes in base64url. The text itself, as UTF-8, is the key of the signature: nothing to decode. */
export const makeSecret = (): string => `fmwh_${randomBytes(32).toString('base64url')}`;

/** What is sent: canonical JSON, the same bytes at each attempt. */
export const noticeText = ({ id, seq, type, aggregate, at, body }: StoredNotice): string =>
  canonicalJson({ id, seq, type, aggregate, at: instantText(at), body });

export interface Stamp {
  /** Of this attempt. */
  readonly at: Date;
  /** Once an attempt: a partner that remembers nonces sees a copied request. */
  readonly nonce: string;
}

/** 签名: hex HMAC-SHA-256(secret, timestamp.nonce.text); timestamp in seconds since 1970. */
export const signatureOf = (secret: string, timestamp: string, nonce: string, text: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${nonce}.${text}`).digest('hex');

/** One signature for each live secret, the newest first: during a rotation either verifies. */
export function signedHeaders(
  text: string,
  seq: number,
  secrets: readonly string[],
  { at, nonce }: Stamp,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    'X-Firstmile-Timestamp': timestamp,
    'X-Firstmile-Nonce': nonce,
    'X-Firstmile-Seq': String(seq),
    'X-Firstmile-Signature': secrets.map((secret) => signatureOf(secret, timestamp, nonce, text)).join(','),
  };
}
