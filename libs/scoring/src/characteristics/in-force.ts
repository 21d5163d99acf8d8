import { addDays, addMonths, type LocalDate } from '#lib/kernel';
import type { DossierRecord } from '#lib/data-sources';
import type { CharacteristicValue, Measured } from '../value.ts';
import { citeCoverage, missing, valueOf, type Cite } from './characteristic.ts';
import type { AssessmentDay, FeedView, FirmAt } from './firm-at.ts';

/** What a record says of the day: it counts, it does not, or it leaves out what would decide. */
export type Counted = boolean | 'unstated';

interface Edges {
  readonly sixtyMonthsAgo: LocalDate;
  readonly in90Days: LocalDate;
}

const EDGES = new WeakMap<AssessmentDay, Edges>();

/** Further edges of windows, computed once for a run. */
export function edgesOf(day: AssessmentDay): Edges {
  let edges = EDGES.get(day);
  if (edges === undefined) {
    edges = { sixtyMonthsAgo: addMonths(day.date, -60), in90Days: addDays(day.date, 90) };
    EDGES.set(day, edges);
  }
  return edges;
}

/**
 * Whether «no record» is a zero: an `all` delivery speaks for the firm from the window's first day on, or from its
 * establishment, whichever is later. No window: from the establishment.
 */
export function provesAbsence(firm: FirmAt, view: FeedView, windowFrom?: LocalDate): boolean {
  if (view.from === undefined) return false;
  const { establishedOn } = firm;
  if (windowFrom !== undefined && (establishedOn === undefined || windowFrom > establishedOn))
    return view.from <= windowFrom;
  return view.from <= (establishedOn ?? '1900-01-01');
}

/**
 * The value of an earned count. Records that count are a value, whatever else is not known. None: NOT_STATED where
 * some record leaves out what would decide, NOT_COVERED where absence proves nothing, else `zero`.
 */
export function earned(
  firm: FirmAt,
  view: FeedView,
  cite: Cite,
  found: { readonly value: Measured; readonly any: boolean; readonly unstated: boolean },
  windowFrom?: LocalDate,
): CharacteristicValue {
  if (!found.any && found.unstated) return missing('NOT_STATED');
  if (!found.any && !provesAbsence(firm, view, windowFrom)) return missing('NOT_COVERED');
  citeCoverage(view, cite);
  return valueOf(found.value, view.freshness);
}

/** How many distinct names the counting records have; the slim path sees each record once. */
export function countDistinct<P extends object>(
  records: readonly DossierRecord<P>[],
  cite: Cite,
  nameOf: (payload: P) => string,
  counts: (payload: P) => Counted,
): { value: number; any: boolean; unstated: boolean } {
  let names: Set<string> | undefined;
  let unstated = false;
  for (const record of records) {
    const counted = counts(record.payload);
    if (counted === 'unstated') unstated = true;
    if (counted !== true) continue;
    cite.record(record);
    (names ??= new Set()).add(nameOf(record.payload));
  }
  const value = names?.size ?? 0;
  return { value, any: value > 0, unstated };
}
