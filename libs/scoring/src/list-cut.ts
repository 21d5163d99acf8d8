import type { Score } from './score.ts';

/** 入库线 at cold start (domain §4.2): a parameter of each list. */
export const DEFAULT_CUT = 600;

/** How far the low end may lie below the cut (区间下限). */
export const LOW_BELOW_CUT = 60;

/**
 * What a list asks of score, coverage and low (domain §4.2, rules 2 and 3, of one run). A grade says that coverage reaches
 * the gate and that nothing excludes the firm.
 */
export const meetsCut = ({ grade, score, low }: Pick<Score, 'grade' | 'score' | 'low'>, cut: number): boolean =>
  grade !== null && score >= cut && low >= cut - LOW_BELOW_CUT;
