import { createHash } from 'node:crypto';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** After the 1st, 2nd … failure; then the last, again and again. */
const DELAYS_MS = [10_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS] as const;
/** How long a notice is tried, from its first attempt on. */
export const TRIED_FOR_MS = 72 * HOUR_MS;
/** Up to a tenth later, so that partners that failed together are not tried together. */
const SPREAD = 0.1;

/** In [0, 1), the same for the same words: what is tried again has no need of chance. */
function spreadOf(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE() / 2 ** 32;
}

export interface Failure {
  readonly noticeId: string;
  /** Failed attempts so far, at least 1. */
  readonly attempts: number;
  readonly firstTriedAt: Date;
  /** When the last of them had failed. */
  readonly failedAt: Date;
}

/** When to try again (重试): the last attempt comes 72 hours after the first; undefined once it has failed too. */
export function nextAttempt({ noticeId, attempts, firstTriedAt, failedAt }: Failure): Date | undefined {
  const end = firstTriedAt.getTime() + TRIED_FOR_MS;
  if (failedAt.getTime() >= end) return undefined;
  const delay = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1]!;
  const spread = Math.floor(delay * SPREAD * spreadOf(noticeId, attempts));
  return new Date(Math.min(failedAt.getTime() + delay + spread, end));
}
