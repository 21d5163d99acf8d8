import type { LocalDate } from '#lib/kernel';

/** One firm as the figure counts it. */
export interface CoverageFirm {
  readonly uscc: string;
  /** GB/T 2260, six digits. */
  readonly district: string;
  /** Section of GB/T 4754, or null. */
  readonly industry: string | null;
  /** Points with the list sources switched off, before the lists came out. */
  readonly score: number;
  /** Would have been on the list without them. */
  readonly picked: boolean;
  /** On an official list by the day of the score; the lists are switched off, so the score does not know. */
  readonly alreadyListed: boolean;
  /** First day after the score on which an official list names it, anew or for the first time; null: none does. */
  readonly listedOn: LocalDate | null;
}

/** A share with the 95 % interval of Wilson, basis points; null where nothing can be counted. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly bp: number | null;
  readonly lowBp: number | null;
  readonly highBp: number | null;
}

export interface Coverage {
  readonly firms: number;
  /** Firms that an official list named after the score: N. */
  readonly nurtured: number;
  /** Firms that our list would have held: W. */
  readonly picked: number;
  /** |W ∩ N| / |N|. */
  readonly recall: Share;
  /** The same of the firms that no list had named before. */
  readonly recallNew: Share;
  /** Of the k best scores, those in N; k = |N|, so that precision and recall mean the same effort. */
  readonly precisionAtK: Share & { readonly k: number };
  /** Of the picked, those that no official list names, before or after (名单外). */
  readonly offList: Share;
  /** Months from the score to the listing, of the covered: median; null without any. */
  readonly leadMonths: number | null;
  readonly districts: readonly Slice[];
  readonly industries: readonly Slice[];
  /** Firms in slices too small to be shown. */
  readonly suppressed: number;
}

export interface Slice {
  readonly code: string;
  readonly recall: Share;
}

/** Slices with fewer firms in N are not shown: a firm could be told from them (domain §9). */
export const SMALLEST_SLICE = 5;

const Z2 = 1.959964 ** 2;

/** Wilson's interval of a share. Throws RangeError for more hits than tries. */
export function shareOf(hits: number, of: number): Share {
  if (hits > of || hits < 0) throw new RangeError(`${hits} of ${of} is no share`);
  if (of === 0) return { hits, of, bp: null, lowBp: null, highBp: null };
  const p = hits / of;
  const centre = (p + Z2 / (2 * of)) / (1 + Z2 / of);
  const half = (Math.sqrt(Z2) / (1 + Z2 / of)) * Math.sqrt((p * (1 - p)) / of + Z2 / (4 * of * of));
  const bp = (share: number): number => Math.round(10_000 * Math.min(1, Math.max(0, share)));
  return { hits, of, bp: bp(p), lowBp: bp(centre - half), highBp: bp(centre + half) };
}

/** 名单覆盖率 (domain §4.5) as of a day: what a score made before the lists came out, and without them, had found. Pure. */
export function coverageOf(firms: readonly CoverageFirm[], asOf: LocalDate): Coverage {
  const nurtured = firms.filter(({ listedOn }) => listedOn !== null);
  const picked = firms.filter((firm) => firm.picked);
  const covered = nurtured.filter((firm) => firm.picked);
  const fresh = nurtured.filter(({ alreadyListed }) => !alreadyListed);
  const best = [...firms].sort((a, b) => b.score - a.score || (a.uscc < b.uscc ? -1 : 1)).slice(0, nurtured.length);
  const districts = slices(nurtured, ({ district }) => district);
  const industries = slices(nurtured, ({ industry }) => industry ?? '–');
  return {
    firms: firms.length,
    nurtured: nurtured.length,
    picked: picked.length,
    recall: shareOf(covered.length, nurtured.length),
    recallNew: shareOf(fresh.filter((firm) => firm.picked).length, fresh.length),
    precisionAtK: { k: best.length, ...shareOf(best.filter(({ listedOn }) => listedOn !== null).length, best.length) },
    offList: shareOf(
      picked.filter(({ listedOn, alreadyListed }) => listedOn === null && !alreadyListed).length,
      picked.length,
    ),
    leadMonths: median(covered.map(({ listedOn }) => monthsBetween(asOf, listedOn!))),
    districts: districts.shown,
    industries: industries.shown,
    suppressed: districts.suppressed,
  };
}

function slices(
  firms: readonly CoverageFirm[],
  codeOf: (firm: CoverageFirm) => string,
): { shown: Slice[]; suppressed: number } {
  const byCode = new Map<string, CoverageFirm[]>();
  for (const firm of firms) byCode.set(codeOf(firm), [...(byCode.get(codeOf(firm)) ?? []), firm]);
  const shown = [...byCode]
    .filter(([, own]) => own.length >= SMALLEST_SLICE)
    .map(([code, own]) => ({ code, recall: shareOf(own.filter(({ picked }) => picked).length, own.length) }))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  return { shown, suppressed: firms.length - shown.reduce((sum, { recall }) => sum + recall.of, 0) };
}

/** Whole months between two days, 0 within the first. */
const monthsBetween = (from: LocalDate, to: LocalDate): number => {
  const [y1, m1, d1] = from.split('-').map(Number) as [number, number, number];
  const [y2, m2, d2] = to.split('-').map(Number) as [number, number, number];
  return Math.max(0, (y2 - y1) * 12 + m2 - m1 - (d2 < d1 ? 1 : 0));
};

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
