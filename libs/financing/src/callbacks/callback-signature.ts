import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProblemError, type ProblemDetail } from '#lib/kernel';

/** How far a partner's clock may be from ours, in seconds. */
export const CLOCK_SECONDS = 300;
/** How long a nonce is remembered: longer than any timestamp that still passes. */
export const NONCE_MINUTES = 10;

/** Headers of a signed request, as they came. */
export interface SignedHeaders {
  /** X-Firstmile-Key: which of the partner's callback keys signed. */
  readonly key: string;
  /** X-Firstmile-Timestamp: seconds since 1970. */
  readonly timestamp: string;
  /** X-Firstmile-Nonce: once a request. */
  readonly nonce: string;
  /** X-Firstmile-Signature: 64 hex digits. */
  readonly signature: string;
}

const HEADERS: readonly (readonly [keyof SignedHeaders, string, RegExp, string, string])[] = [
  ['key', 'X-Firstmile-Key', /^fmcb_[0-9a-f]{16}$/, '回传密钥编号', 'the id of a callback key'],
  ['timestamp', 'X-Firstmile-Timestamp', /^\d{1,12}$/, 'Unix 秒', 'seconds since 1970'],
  ['nonce', 'X-Firstmile-Nonce', /^[\x21-\x7e]{8,128}$/, '8至128个可见ASCII字符', '8 to 128 visible ASCII characters'],
  ['signature', 'X-Firstmile-Signature', /^[0-9a-f]{64}$/, '64位小写十六进制', '64 hex digits in lower case'],
];

/** Reads the four headers. Throws ProblemError signature-missing 403, naming each one that is absent or malformed. */
export function signedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): SignedHeaders {
  const errors: ProblemDetail[] = [];
  const read: Partial<Record<keyof SignedHeaders, string>> = {};
  for (const [name, header, pattern, zh, en] of HEADERS) {
    const value = headers[header.toLowerCase()];
    if (typeof value === 'string' && pattern.test(value)) read[name] = value;
    else errors.push({ header, code: 'signature-missing', zh: `应为${zh}`, en: `${en} is expected` });
  }
  if (errors.length > 0)
    throw new ProblemError({
      code: 'signature-missing',
      status: 403,
      zh: `回传须签名：${errors.map(({ header }) => header).join('、')}`,
      en: `a callback is signed: ${errors.map(({ header }) => header).join(', ')}`,
      errors,
    });
  return read as SignedHeaders;
}

/** 签名: hex HMAC-SHA-256(secret, timestamp.nonce.body). */
export const callbackSignature = (secret: string, timestamp: string, nonce: string, body: Buffer): string =>
  createHmac('sha256', secret).update(`${timestamp}.${nonce}.`).update(body).digest('hex');

/**
 * Holds a signed body against the secret of the key that it names. Throws ProblemError timestamp-outside 403 or
 * signature-invalid 403 (also for an unknown key: `secret` undefined; the work done is the same).
 */
export function verifySignature(signed: SignedHeaders, body: Buffer, secret: string | undefined, now: Date): void {
  const { timestamp, nonce, signature } = signed;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > CLOCK_SECONDS)
    throw unsigned(
      'timestamp-outside',
      'X-Firstmile-Timestamp',
      '时间戳偏差超过300秒',
      'the timestamp is over 300 seconds off',
    );
  const ours = Buffer.from(callbackSignature(secret ?? 'no such key', timestamp, nonce, body), 'hex');
  const equal = timingSafeEqual(ours, Buffer.from(signature, 'hex'));
  if (secret === undefined || !equal)
    throw unsigned('signature-invalid', 'X-Firstmile-Signature', '签名不符', 'the signature does not fit');
}

function unsigned(code: string, header: string, zh: string, en: string): ProblemError {
  return new ProblemError({ code, status: 403, zh, en, errors: [{ header, code, zh, en }] });
}
