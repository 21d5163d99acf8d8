const NULL_WORDS = new Set([
  '',
  '-',
  '--',
  '—',
  '/',
  '\\',
  '无',
  'n/a',
  'na',
  'null',
  'none',
  '不详',
  '未知',
  '0000-00-00',
]);
/** U+FEFF byte-order mark, zero-width characters and soft hyphen: never part of a value. */
const INVISIBLE = /[\uFEFF\u200B-\u200D\u2060\u00AD]/g;

/**
 * One cell as text: NFKC (full-width → half-width, （） → ()), no-break blanks, BOM and zero-width characters gone, control
 * characters and runs of blanks → one blank, trimmed; a lone
 * surrogate becomes U+FFFD, since a database cannot store it. Text that is clean already is returned as it is.
 */
export function cleanText(raw: string): string {
  return isClean(raw)
    ? raw
    : raw
        .replace(INVISIBLE, '')
        .replace(/\p{Cs}/gu, '\uFFFD')
        .normalize('NFKC')
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim();
}

/** ASCII without doubled or outer blanks, and the common Han characters, which NFKC leaves alone. */
function isClean(text: string): boolean {
  let previousBlank = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x20) {
      if (previousBlank) return false;
      previousBlank = true;
      continue;
    }
    previousBlank = false;
    if ((c > 0x20 && c < 0x7f) || (c >= 0x4e00 && c <= 0x9fff) || c === 0x3002 || c === 0x3001) continue;
    return false;
  }
  return text === '' || !previousBlank;
}

/** The words that bureaus write for «nothing». "0" is a value. The text must be clean. */
export function isNullWord(clean: string): boolean {
  if (clean.length > 10) return false;
  return NULL_WORDS.has(clean) || NULL_WORDS.has(clean.toLowerCase());
}

/** A cell as clean text; undefined for a null word or no cell. */
export function valueOf(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const clean = cleanText(raw);
  return isNullWord(clean) ? undefined : clean;
}

const BLANK_BESIDE_HAN = /(?<=[\u4e00-\u9fff()]) (?=[\u4e00-\u9fff()])/g;

/** 企业名称 for comparison and display (domain §1.2): clean text, no blank between Han characters. */
export function normaliseName(raw: string): string {
  const clean = cleanText(raw);
  return clean.includes(' ') ? clean.replace(BLANK_BESIDE_HAN, '') : clean;
}
