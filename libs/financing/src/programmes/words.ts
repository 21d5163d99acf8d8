import type { Text } from '#lib/scoring';

/** How certain a number, a date or a condition is: read in a source, a starting value of this service, or not checked. */
export const AUTHORITIES = ['stated', 'proposal', 'unverified'] as const;
export type Authority = (typeof AUTHORITIES)[number];

const MARKS: Readonly<Record<Authority, Text>> = {
  stated: { zh: '', en: '' },
  proposal: { zh: '（平台建议值，非官方）', en: ' (a starting value of this service, not official)' },
  unverified: { zh: '（未核实）', en: ' (not verified)' },
};

/** A proposal or an unverified figure is never shown without saying so. */
export const withMark = ({ zh, en }: Text, authority: Authority): Text => ({
  zh: `${zh}${MARKS[authority].zh}`,
  en: `${en}${MARKS[authority].en}`,
});

const YUAN = 100;
const WAN = 10_000 * YUAN;
const YI = 10_000 * WAN;

const grouped = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+$)/g, ',');

/** 500000000 fen → 500万元, 5,000,000 yuan. */
export function yuanWords(fen: number): Text {
  const cents = fen % YUAN;
  const yuan = `${grouped((fen - cents) / YUAN)}${cents === 0 ? '' : `.${String(cents).padStart(2, '0')}`}`;
  const zh =
    fen > 0 && fen % YI === 0 ? `${fen / YI}亿元` : fen > 0 && fen % WAN === 0 ? `${fen / WAN}万元` : `${yuan}元`;
  return { zh, en: `${yuan} yuan` };
}

/** 125 → 1.25 %. */
export function percentOfBp(bp: number): string {
  const text = (bp / 100).toFixed(2).replace(/\.?0+$/, '');
  return `${text} %`;
}

export const joined = (texts: readonly Text[], zh: string, en: string): Text => ({
  zh: texts.map((text) => text.zh).join(zh),
  en: texts.map((text) => text.en).join(en),
});
