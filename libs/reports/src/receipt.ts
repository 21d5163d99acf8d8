import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { instantText } from '#lib/kernel';

/** What a report is signed with (签名回执). `signature` covers the other four as canonical JSON. */
export interface Receipt {
  readonly reportNo: string;
  /** SHA-256, hex, of the report's bytes as they were served. */
  readonly sha256: string;
  readonly keyId: string;
  /** ISO instant. */
  readonly signedAt: string;
  /** Ed25519, hex. */
  readonly signature: string;
}

/** First 16 hex digits of SHA-256 over the key's SubjectPublicKeyInfo. */
export const keyIdOf = (spki: Buffer): string => hash('sha256', spki, 'hex').slice(0, 16);

export const receiptMessage = ({ reportNo, sha256, keyId, signedAt }: Omit<Receipt, 'signature'>): Buffer =>
  Buffer.from(canonicalJson({ reportNo, sha256, keyId, signedAt }));

export interface Signer {
  readonly keyId: string;
  sign(message: Buffer): Buffer;
}

export function receiptFor(
  bytes: Buffer,
  { reportNo, at, signer }: { reportNo: string; at: Date; signer: Signer },
): Receipt {
  const signed = { reportNo, sha256: hash('sha256', bytes, 'hex'), keyId: signer.keyId, signedAt: instantText(at) };
  return { ...signed, signature: signer.sign(receiptMessage(signed)).toString('hex') };
}

/** What is wrong with a report file, in the words of its finder. */
export interface ReportFault {
  readonly code:
    | 'receipt-missing'
    | 'receipt-broken'
    | 'bytes-changed'
    | 'number-differs'
    | 'not-canonical'
    | 'key-missing'
    | 'key-wrong'
    | 'signature-wrong'
    // Of stored reports only: their rows beside the signed bytes.
    | 'row-differs'
    | 'report-missing';
  readonly zh: string;
  readonly en: string;
}

export const fault = (code: ReportFault['code'], zh: string, en: string): ReportFault => ({ code, zh, en });

const SHAPE: Readonly<Record<keyof Receipt, RegExp>> = {
  reportNo: /^FM-[0-9]{8}-[0-9A-HJ-NPQRTUWXY]{10}$/,
  sha256: /^[0-9a-f]{64}$/,
  keyId: /^[0-9a-f]{16}$/,
  signedAt: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+08:00$/,
  signature: /^[0-9a-f]{128}$/,
};

/** Undefined: not a receipt. */
export function parseReceipt(text: string): Receipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const members = value as Record<string, unknown>;
  const names = Object.keys(SHAPE) as (keyof Receipt)[];
  if (Object.keys(members).length !== names.length) return undefined;
  for (const name of names) {
    const member = members[name];
    if (typeof member !== 'string' || !SHAPE[name].test(member)) return undefined;
  }
  return members as unknown as Receipt;
}

/**
 * Checks a report by its receipt alone (离线验证): pure, no database, no network. Every fault is named; none: the bytes
 * are those that the holder of the key signed. `keys`: public keys, PEM.
 */
export function verifyReport(bytes: Buffer, receiptText: string | undefined, keys: readonly string[]): ReportFault[] {
  if (receiptText === undefined) return [fault('receipt-missing', '缺少签名回执', 'the receipt is missing')];
  const receipt = parseReceipt(receiptText);
  if (receipt === undefined) return [fault('receipt-broken', '回执格式有误', 'the receipt is not one of ours')];
  const faults: ReportFault[] = [];
  const digest = hash('sha256', bytes, 'hex');
  if (digest !== receipt.sha256)
    faults.push(
      fault(
        'bytes-changed',
        `内容已被改动：SHA-256 为 ${digest}`,
        `the bytes were changed: their SHA-256 is ${digest}, the receipt says ${receipt.sha256}`,
      ),
    );
  else faults.push(...contentFaults(bytes, receipt));
  faults.push(...signatureFaults(receipt, keys));
  return faults;
}

function contentFaults(bytes: Buffer, receipt: Receipt): ReportFault[] {
  let document: { cover?: { reportNo?: unknown } };
  try {
    document = JSON.parse(bytes.toString('utf8')) as typeof document;
  } catch {
    return [fault('not-canonical', '不是报告', 'the bytes are no report')];
  }
  if (document.cover?.reportNo !== receipt.reportNo)
    return [fault('number-differs', '报告编号与回执不符', 'the report has another number than the receipt')];
  return [];
}

function signatureFaults(receipt: Receipt, keys: readonly string[]): ReportFault[] {
  if (keys.length === 0)
    return [fault('key-missing', '没有公钥，签名未核验', 'there is no public key to check the signature with')];
  const parsed = keys.map((pem): KeyObject => createPublicKey(pem));
  const key = parsed.find((candidate) => keyIdOf(candidate.export({ type: 'spki', format: 'der' })) === receipt.keyId);
  if (key === undefined)
    return [
      fault(
        'key-wrong',
        `公钥不是签名所用的 ${receipt.keyId}`,
        `none of the keys given is ${receipt.keyId}, which signed`,
      ),
    ];
  if (verify(null, receiptMessage(receipt), key, Buffer.from(receipt.signature, 'hex'))) return [];
  return [fault('signature-wrong', '签名不符', 'the signature does not fit the receipt')];
}
