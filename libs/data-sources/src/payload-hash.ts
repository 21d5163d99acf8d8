import { hash } from 'node:crypto';

/**
 * JSON with object keys in code-unit order at every depth, no blanks, undefined members left out: one text for one
 * payload, whatever the order in which a map built it. Throws TypeError for a number that is not finite.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`);
    return String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`not a JSON value: ${typeof value}`);
  const object = value as Readonly<Record<string, unknown>>;
  return isCanonicalFlat(object) ? JSON.stringify(object) : objectJson(object);
}

function objectJson(object: Readonly<Record<string, unknown>>): string {
  let json = '';
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    json += `${json === '' ? '{' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return json === '' ? '{}' : `${json}}`;
}

/** Keys in order and plain values only: the runtime's own serialiser, several times faster, writes the same text. */
function isCanonicalFlat(object: Readonly<Record<string, unknown>>): boolean {
  let previous: string | undefined;
  for (const key in object) {
    if (previous !== undefined && previous > key) return false;
    previous = key;
    const member = object[key];
    if (
      typeof member === 'number' ? !Number.isFinite(member) : typeof member !== 'string' && typeof member !== 'boolean'
    )
      return false;
  }
  return previous !== undefined;
}

const sortedKeys = (object: object): string[] => Object.keys(object).sort();

/** SHA-256 of a payload's canonical JSON, 64 hex digits. */
export const payloadHashHex = (canonical: string): string => hash('sha256', canonical, 'hex');

/** As payloadHashHex, 32 bytes; a caller that has the canonical JSON already passes it. */
export const payloadHash = (payload: object, json: string = canonicalJson(payload)): Buffer =>
  hash('sha256', json, 'buffer');
