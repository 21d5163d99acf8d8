import type { Layout } from '#lib/data-sources';

/** Least share of rows that must parse, in basis points (domain §1.4 «Batch acceptance»). */
const MIN_PARSED_BP = 9_900;
/** Below this many rows a share says nothing: single bad rows would hold whole deliveries. */
const MIN_ROWS_FOR_SHARES = 50;

/** What a gate looks at. `recent` are row counts of earlier applied deliveries of the same layout and coverage, newest first. */
export interface GateInput {
  readonly layout: Layout;
  readonly population: 'all' | 'listed';
  readonly rows: number;
  /** Rows that could not be read or mapped at all. */
  readonly unreadable: number;
  /** Rows whose firm is not in the book. */
  readonly unknownFirms: number;
  readonly recent: readonly number[];
  readonly personalColumn: string | undefined;
}

export interface Gate {
  readonly code: 'DQ20' | 'PARSE_RATE' | 'MATCH_RATE' | 'ROW_COUNT';
  readonly zh: string;
  readonly en: string;
}

/** The first gate (批次闸门) that holds the delivery for a person to decide, or undefined. */
export function gateOf(input: GateInput): Gate | undefined {
  const { rows, layout } = input;
  if (input.personalColumn !== undefined)
    return {
      code: 'DQ20',
      zh: `未声明的列「${input.personalColumn}」疑似个人信息`,
      en: `undeclared column ${input.personalColumn} looks like personal data`,
    };
  if (rows >= MIN_ROWS_FOR_SHARES && (rows - input.unreadable) * 10_000 < rows * MIN_PARSED_BP)
    return {
      code: 'PARSE_RATE',
      zh: `${rows}行中有${input.unreadable}行无法识别，超过1%`,
      en: `${input.unreadable} of ${rows} rows cannot be read, more than 1 %`,
    };
  const named = rows - input.unreadable;
  if (
    layout.minMatchBp !== undefined &&
    named >= MIN_ROWS_FOR_SHARES &&
    (named - input.unknownFirms) * 10_000 < named * layout.minMatchBp
  )
    return {
      code: 'MATCH_RATE',
      zh: `${named}行中有${input.unknownFirms}行的主体未登记，超过允许比例`,
      en: `${input.unknownFirms} of ${named} rows name firms that nobody registered, more than allowed`,
    };
  const median = medianOf(input.recent);
  if (
    layout.fullPeriod === true &&
    input.population === 'all' &&
    median !== undefined &&
    median >= MIN_ROWS_FOR_SHARES &&
    (rows * 10 < median * 7 || rows > median * 2)
  )
    return {
      code: 'ROW_COUNT',
      zh: `本批${rows}行，此前中位数为${median}行，超出−30%至+100%`,
      en: `${rows} rows, the median of earlier deliveries is ${median}: outside −30 % to +100 %`,
    };
  return undefined;
}

/** Of at least three earlier deliveries; with fewer there is nothing to compare with. */
function medianOf(counts: readonly number[]): number | undefined {
  if (counts.length < 3) return undefined;
  const sorted = [...counts].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
