import { createHash } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { instantText } from '#lib/kernel';

/** One look at a firm or several (查询记录): who, when, what, what for, by which authorisation. */
export interface QueryEntry {
  readonly seq: number;
  readonly at: Date;
  readonly institutionId: string;
  readonly personId: string;
  readonly keyId: string | null;
  /** Whom the answer was about. */
  readonly subjects: readonly string[];
  /** What was given: `score`, `evidence`, `report`, `list` … */
  readonly product: string;
  readonly purpose: string;
  readonly authorisationId: string | null;
  /** What tells this answer from another: run, report number, page. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Before the first entry. */
export const GENESIS = Buffer.alloc(32);

/**
 * SHA-256 of the previous entry's hash and this entry as canonical JSON. A row that is changed, taken out, put in or
 * moved breaks the chain at its place.
 */
export function chainHash(previous: Buffer, entry: QueryEntry): Buffer {
  const text = canonicalJson({ ...entry, at: instantText(entry.at) });
  return createHash('sha256').update(previous).update(text).digest();
}

/** What is kept outside the table at the end of a day (日锚): a chain that is written anew does not agree with it. */
export interface Anchor {
  readonly day: string;
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

export const anchorLine = (anchor: Anchor): string => `${anchor.day} ${anchor.seq} ${anchor.hash}\n`;

/** Throws TypeError for a line that is none. */
export function parseAnchor(line: string): Anchor {
  const [, day, seq, hash] = /^(\d{4}-\d{2}-\d{2}) (\d{1,15}) ([0-9a-f]{64})$/.exec(line) ?? [];
  if (!day || !seq || !hash) throw new TypeError(`not an anchor: ${line.slice(0, 100)}`);
  return { day, seq: Number(seq), hash };
}
