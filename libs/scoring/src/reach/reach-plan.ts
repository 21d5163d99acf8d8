import { addMonths, lastDay, monthOfDate, type LocalDate } from '#lib/kernel';
import type { Dossier } from '#lib/data-sources';
import type { Part, Score, ScoredFirm, Text } from '../score.ts';
import { meetsCut } from '../list-cut.ts';
import { scoreFirm } from '../score-firm.ts';
import { wholePoints } from '../scorecard/evaluate.ts';
import { partsOf } from '../scorecard/explain.ts';
import type { Model } from '../scorecard/model.ts';
import { carryForward } from './carry-forward.ts';
import { FIRM_CHANGES, type FirmChange } from './changes.ts';
import { Future } from './future.ts';

/** The next grade, or what a list asks of score, coverage and low (domain §4.2, rules 2 and 3). */
export type ReachTarget = { readonly kind: 'next-grade' } | { readonly kind: 'list'; readonly cut: number };

/** A change of a plan with the day from which it counts. */
export interface PlannedChange extends Text {
  readonly code: string;
  readonly time: Text;
  readonly readyOn: LocalDate;
  readonly characteristics: readonly string[];
}

export type ReachedScore = Pick<Score, 'scoreTenths' | 'score' | 'low' | 'high' | 'coverageBp' | 'published' | 'grade'>;

/**
 * How a firm comes to its target (提升路径). `plan`: the fewest changes, then the earliest month end, scored on the changed
 * dossier; no changes: time alone. `out-of-reach`: nothing of the allow-list gets there. `not-scored`: never scored in public.
 */
export type ReachPlan = { readonly wanted: number | null; readonly now: ReachedScore | null } & (
  | { readonly state: 'reached' | 'not-scored' }
  | { readonly state: 'out-of-reach'; readonly why: Text }
  | {
      readonly state: 'plan';
      readonly date: LocalDate;
      readonly changes: readonly PlannedChange[];
      readonly after: ReachedScore;
    }
);

export const HORIZON_MONTHS = 24;
/** More at once is no plan but a wish. */
export const MOST_CHANGES = 4;
/** Beside the days on which changes come true: does time alone do it? */
const WAITING_MONTHS = [3, 6, 12, 18, 24] as const;

const OUT_OF_REACH: Text = {
  zh: `${HORIZON_MONTHS}个月内，企业自身可为的事项（至多${MOST_CHANGES}项）不足以达到`,
  en: `cannot be reached by what a firm can do within ${HORIZON_MONTHS} months, with ${MOST_CHANGES} changes at most`,
};

interface Candidate {
  readonly change: FirmChange;
  readonly readyOn: LocalDate;
}

/** The firm on one later month end, if it goes on as it is. */
interface Moment {
  readonly date: LocalDate;
  readonly future: Future;
  readonly scoreTenths: number;
  readonly tenths: ReadonlyMap<string, number>;
  /** What each characteristic gives when one change alone is made, by change; absent before it can be true. */
  readonly alone: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Plans the way to `target` from the dossier as scored on `asOf`. Every plan is verified: the dossier with its changes,
 * on the day on which all of them are true, with windows moved and the firm grown older, is scored by scoreFirm.
 */
export function reachPlan(dossier: Dossier, model: Model, asOf: LocalDate, target: ReachTarget): ReachPlan {
  const today = new Future(dossier, asOf, asOf);
  const scored = scoreFirm(today.dossier(), model, asOf);
  if (scored.kind !== 'scored' || scored.score.decision === 'NOT_SCORED')
    return { state: 'not-scored', wanted: null, now: null };
  const { score } = scored;
  const wanted = wantedScore(model, score, target);
  const now = shown(score);
  const reaches = (later: Score): boolean => wanted !== null && isReached(later, wanted, target);
  if (wanted === null || reaches(score)) return { state: 'reached', wanted, now };
  const parts = byCode(partsOf(model, scored.values, score.bins));
  const candidates = candidatesFor(dossier, asOf, parts);
  const moments = momentsOf(dossier, model, asOf, candidates);
  for (let size = 0; size <= Math.min(MOST_CHANGES, candidates.length); size++) {
    let best: { date: LocalDate; set: readonly Candidate[]; score: Score } | undefined;
    for (const set of subsets(candidates, size)) {
      if (hasRivals(set)) continue;
      for (const moment of moments) {
        if (best !== undefined && moment.date >= best.date) break;
        if (set.some(({ readyOn }) => readyOn > moment.date) || !mayReach(model, moment, set, wanted)) continue;
        const later = scoredWith(moment, set, model);
        if (later !== undefined && reaches(later.score)) best = { date: moment.date, set, score: later.score };
      }
    }
    if (best !== undefined) {
      const changes = best.set.map(({ change: { code, zh, en, time, characteristics }, readyOn }) => ({
        code,
        zh,
        en,
        time,
        readyOn,
        characteristics,
      }));
      return { state: 'plan', wanted, now, date: best.date, changes, after: shown(best.score) };
    }
  }
  return { state: 'out-of-reach', wanted, now, why: OUT_OF_REACH };
}

const shown = ({ scoreTenths, score, low, high, coverageBp, published, grade }: Score): ReachedScore => ({
  scoreTenths,
  score,
  low,
  high,
  coverageBp,
  published,
  grade,
});

const byCode = (parts: readonly Part[]): ReadonlyMap<string, Part> =>
  new Map(parts.map((part) => [part.characteristic, part]));

/** The score that the target asks for; null: there is no grade above. */
function wantedScore(model: Model, { score }: Score, target: ReachTarget): number | null {
  if (target.kind === 'list') return target.cut;
  return model.document.gradeCuts.findLast(({ from }) => from > score)?.from ?? null;
}

const isReached = (score: Score, wanted: number, target: ReachTarget): boolean =>
  target.kind === 'list' ? meetsCut(score, wanted) : score.grade !== null && score.score >= wanted;

function candidatesFor(dossier: Dossier, asOf: LocalDate, parts: ReadonlyMap<string, Part>): Candidate[] {
  const horizon = addMonths(asOf, HORIZON_MONTHS);
  const today = { dossier, asOf, part: (code: string) => parts.get(code) };
  return FIRM_CHANGES.flatMap((change) => {
    if (!dossier.connected(change.feed)) return [];
    const readyOn = change.readyOn(today);
    return readyOn === undefined || readyOn > horizon ? [] : [{ change, readyOn }];
  });
}

/** Month ends, for runs are monthly. */
function momentsOf(dossier: Dossier, model: Model, asOf: LocalDate, candidates: readonly Candidate[]): Moment[] {
  const days = [...WAITING_MONTHS.map((months) => addMonths(asOf, months)), ...candidates.map((c) => c.readyOn)];
  const ends = [...new Set(days.map((day) => lastDay(monthOfDate(day))))].sort();
  return ends.flatMap((date): Moment[] => {
    const future = new Future(dossier, asOf, date);
    carryForward(future);
    const scored = scoreFirm(future.dossier(), model, date);
    if (scored.kind !== 'scored') return [];
    const alone = new Map<string, ReadonlyMap<string, number>>();
    for (const candidate of candidates) {
      if (candidate.readyOn > date) continue;
      const changed = scoredWith({ future, date }, [candidate], model);
      if (changed !== undefined) alone.set(candidate.change.code, tenthsOf(model, changed));
    }
    return [{ date, future, scoreTenths: scored.score.scoreTenths, tenths: tenthsOf(model, scored), alone }];
  });
}

const tenthsOf = (model: Model, { values, score }: ScoredFirm): ReadonlyMap<string, number> =>
  new Map(partsOf(model, values, score.bins).map((part) => [part.characteristic, part.partialTenths]));

/**
 * No change touches more than it declares: what one change of the set touches gives what it gives with that change
 * alone, what several touch gives its maximum at most.
 */
function mayReach(model: Model, moment: Moment, set: readonly Candidate[], wanted: number): boolean {
  const touched = new Map<string, string[]>();
  for (const { change } of set)
    for (const code of change.characteristics) touched.set(code, [...(touched.get(code) ?? []), change.code]);
  let most = moment.scoreTenths;
  for (const [code, [first, ...others]] of touched) {
    const position = model.position.get(code);
    if (position === undefined) continue;
    const { maxTenths } = model.characteristics[position]!;
    const then = others.length > 0 ? maxTenths : (moment.alone.get(first!)?.get(code) ?? maxTenths);
    most += then - moment.tenths.get(code)!;
  }
  return wholePoints(most) >= wanted;
}

/**
 * The score on a later day if the firm makes these changes and else goes on as it is; undefined: it is not in a run of
 * that day. Throws RangeError for a change that is not of the list, or not for this firm.
 */
export function scoreWithChanges(
  dossier: Dossier,
  model: Model,
  asOf: LocalDate,
  date: LocalDate,
  codes: readonly string[],
): ScoredFirm | undefined {
  const scored = scoreFirm(new Future(dossier, asOf, asOf).dossier(), model, asOf);
  if (scored.kind !== 'scored') return undefined;
  const known = candidatesFor(dossier, asOf, byCode(partsOf(model, scored.values, scored.score.bins)));
  const set = codes.map((code) => {
    const candidate = known.find(({ change }) => change.code === code);
    if (candidate === undefined) throw new RangeError(`not a change for this firm: ${code}`);
    return candidate;
  });
  const future = new Future(dossier, asOf, date);
  carryForward(future);
  return scoredWith({ future, date }, set, model);
}

/** The score of the firm at the moment with the changes made. */
function scoredWith(
  { future, date }: Pick<Moment, 'future' | 'date'>,
  set: readonly Candidate[],
  model: Model,
): ScoredFirm | undefined {
  const changed = future.copy();
  for (const { change, readyOn } of set) change.apply(changed, readyOn);
  const scored = scoreFirm(changed.dossier(), model, date);
  return scored.kind === 'scored' ? scored : undefined;
}

function hasRivals(set: readonly Candidate[]): boolean {
  const groups = set.flatMap(({ change }) => change.oneOf ?? []);
  return new Set(groups).size < groups.length;
}

/** Subsets of one size, in the order of the list. */
function* subsets<T>(items: readonly T[], size: number, from = 0): Generator<readonly T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i + size <= items.length; i++)
    for (const rest of subsets(items, size - 1, i + 1)) yield [items[i]!, ...rest];
}
