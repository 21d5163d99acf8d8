import { CAUSE_WORDS, type CharacteristicDocument, type Part, type Text } from '#lib/scoring';

/** 档次: 优 best, 良 good, 中 middling, 弱 weak; 缺 no value; 不适用 the characteristic does not apply yet. */
export type BandCode = 'A' | 'B' | 'C' | 'D' | 'MISSING' | 'NA';

export interface Band extends Text {
  readonly code: BandCode;
}

const BANDS: readonly Band[] = [
  { code: 'D', zh: '弱', en: 'weak' },
  { code: 'C', zh: '中', en: 'middling' },
  { code: 'B', zh: '良', en: 'good' },
  { code: 'A', zh: '优', en: 'best' },
];
const MISSING: Band = { code: 'MISSING', zh: '缺', en: 'missing' };
const NOT_APPLICABLE: Band = { code: 'NA', zh: '不适用', en: 'does not apply' };

/**
 * The band of a bin by its rank among the bins of its characteristic: with n + 1 different partial scores and the bin's
 * at rank r from the lowest (0), the band is number ⌊(6r + n) ÷ 2n⌋ of 弱 0, 中 1, 良 2, 优 3: 3r ÷ n, half up. So the
 * best bin is always 优 and the lowest always 弱; points themselves are not shown. One bin only: 中.
 */
export function bandOfRank(rank: number, ranks: number): Band {
  const n = ranks - 1;
  return n === 0 ? BANDS[1]! : BANDS[Math.floor((6 * rank + n) / (2 * n))]!;
}

export function bandOf(part: Part, { attributes }: CharacteristicDocument): Band {
  if (part.state === 'MISSING') return MISSING;
  if (part.state === 'NA') return NOT_APPLICABLE;
  const points = [...new Set(attributes.map((attribute) => attribute.partialScoreTenths))].sort((a, b) => a - b);
  return bandOfRank(points.indexOf(part.partialTenths), points.length);
}

/** Why a value is missing, in words; null where there is one. */
export const causeOf = (part: Part): (Text & { readonly code: string }) | null =>
  part.cause === undefined ? null : { code: part.cause, ...CAUSE_WORDS[part.cause] };
