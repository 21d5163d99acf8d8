import type { LocalDate } from '#lib/kernel';
import type { FeedView, FirmAt } from './firm-at.ts';

/** The later of the window's edge and the establishment: counts are cut there. */
export const windowStart = (firm: FirmAt, from: LocalDate): LocalDate =>
  firm.establishedOn !== undefined && firm.establishedOn > from ? firm.establishedOn : from;

/** True where «no record» since the edge means zero: an `all` delivery reaches back to it, or to the establishment. */
export const provesAbsence = (firm: FirmAt, view: FeedView, from: LocalDate): boolean =>
  view.from !== undefined && view.from <= windowStart(firm, from);
