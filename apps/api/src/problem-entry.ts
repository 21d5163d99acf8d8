import type { Text } from '#lib/scoring';

/** One problem code: its HTTP status and what it means. */
export interface ProblemEntry extends Text {
  readonly status: number;
}

export const entry = (status: number, zh: string, en: string): ProblemEntry => ({ status, zh, en });
