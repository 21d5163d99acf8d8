/** Characters that a terminal shows two columns wide: Han, kana, hangul, full-width forms and punctuation of CJK. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const COMBINING = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that the text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const symbol of text) width += COMBINING.test(symbol) ? 0 : WIDE.test(symbol) ? 2 : 1;
  return width;
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Lines of a table whose columns stand under one another, whatever script they are in. */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, i) => Math.max(widthOf(name), ...rows.map((row) => widthOf(row[i] ?? ''))));
  return [header, ...rows].map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
