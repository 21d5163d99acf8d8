import type { Text } from '#lib/scoring';

/** What a problem code means, and its HTTP status. */
export interface ProblemEntry extends Text {
  readonly status: number;
}

export const entry = (status: number, zh: string, en: string): ProblemEntry => ({ status, zh, en });
