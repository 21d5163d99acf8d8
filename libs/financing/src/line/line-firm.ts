import { registrationOf, SOURCES, type Dossier } from '#lib/data-sources';
import type { Score } from '#lib/scoring';
import type { LineFirm } from './line.ts';

type GradedScore = Pick<Score, 'published' | 'grade' | 'confidence' | 'coverageBp'>;

/**
 * What the line reads of a firm's score. «Lists and lines use `low`, which hiding never raises» (domain §4.2): a firm that
 * closed a source, by opting out or by taking its authorisation back, is graded for its line (B8) by the low end of its
 * range. What is missing for any other reason is nobody's hiding: there the line keeps the grade that is published, as the
 * example of §5.1 has it.
 */
export function lineFirm(score: GradedScore, lowGrade: string, dossier: Dossier): LineFirm {
  const { published, grade, confidence, coverageBp } = score;
  const legalPerson = registrationOf(dossier)?.registration.legalPerson === true;
  const firm = { published, grade, confidence, coverageBp, legalPerson };
  const isHiding = grade !== null && SOURCES.some((source) => dossier.closed(source) !== undefined);
  return isHiding ? { ...firm, grade: lowGrade, byLow: true } : firm;
}
