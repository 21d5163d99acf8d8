import type { Layout } from '#lib/data-sources';

/** Least share of rows that must parse, in basis points (domain §1.4 «Batch acceptance»). */
const MIN_PARSED_BP = 9_900;
/** Below this many rows a share says nothing: single bad rows would hold whole deliveries. */
const MIN_ROWS_FOR_SHARES = 50;

/** Earlier deliveries that a trailing median needs; with fewer there is nothing to compare with. */
const MIN_EARLIER = 3;
/**
 * Where files hold what has just happened, not everybody, the rates of small ones differ by chance: of 1,000 rows 10 points
 * are five standard errors, of the 90 rows of a month's subsidies one and a half.
 */
const MIN_ROWS_OF_INCREMENTS = 1_000;
/** A null rate may differ from the median of earlier ones by this much, in basis points. */
const NULL_RATE_BP = 1_000;
/** A slip between 元 and 万元 moves a median ×10⁴ or ÷10⁴; what moves it less than this is business. */
const UNIT_JUMP = 3_000;

/** What an applied delivery of the same layout and coverage looked like. */
export interface EarlierDelivery {
  readonly rows: number;
  /** Rows that state nothing, by column; null: applied before it was measured, as are the medians. */
  readonly nulls: Readonly<Record<string, number>> | null;
  /** Medians of amounts in minor units, by payload field. */
  readonly medians: Readonly<Record<string, number>> | null;
}

/** What a gate looks at. */
export interface GateInput {
  readonly layout: Layout;
  readonly population: 'all' | 'listed';
  readonly rows: number;
  /** Rows that could not be read or mapped at all. */
  readonly unreadable: number;
  /** Rows whose firm is not in the book. */
  readonly unknownFirms: number;
  readonly nulls: Readonly<Record<string, number>>;
  readonly medians: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly earlier: readonly EarlierDelivery[];
  readonly personalColumn: string | undefined;
}

export interface Gate {
  readonly code: 'DQ20' | 'PARSE_RATE' | 'MATCH_RATE' | 'ROW_COUNT' | 'NULL_RATE' | 'DQ08';
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
  const median = medianOf(input.earlier.map((delivery) => delivery.rows));
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
  return nullRateGate(input) ?? unitGate(input);
}

/** The column whose null rate lies furthest from the median of earlier deliveries, if that is too far (空值率). */
function nullRateGate({ rows, nulls, earlier, layout, population }: GateInput): Gate | undefined {
  const enough = layout.fullPeriod === true && population === 'all' ? MIN_ROWS_FOR_SHARES : MIN_ROWS_OF_INCREMENTS;
  if (rows < enough) return undefined;
  const measured = earlier.filter((delivery) => delivery.nulls !== null && delivery.rows >= enough);
  let worst: { column: string; now: number; median: number } | undefined;
  for (const column of new Set(measured.flatMap((delivery) => Object.keys(delivery.nulls!)))) {
    // A column that a delivery leaves out states nothing there; one that is new has nothing to compare with.
    const rates = measured.filter(({ nulls: n }) => column in n!).map((d) => share(d.nulls![column]!, d.rows));
    const median = medianOf(rates);
    const now = share(nulls[column] ?? rows, rows);
    if (median === undefined || Math.abs(now - median) <= NULL_RATE_BP) continue;
    if (worst === undefined || Math.abs(now - median) > Math.abs(worst.now - worst.median))
      worst = { column, now, median };
  }
  if (worst === undefined) return undefined;
  const { column, now, median } = worst;
  return {
    code: 'NULL_RATE',
    zh: `列「${column}」空值率${percent(now)}，此前中位数为${percent(median)}，相差超过10个百分点`,
    en: `column ${column} is empty in ${percent(now)} of the rows, the median of earlier deliveries is ${percent(median)}: more than 10 points apart`,
  };
}

/** The first field whose median amount jumped as a wrong unit makes it jump (金额单位可疑). */
function unitGate({ medians, earlier }: GateInput): Gate | undefined {
  for (const [field, now] of Object.entries(medians)) {
    const median = medianOf(earlier.flatMap((delivery) => delivery.medians?.[field] ?? []));
    if (median === undefined || (now < median * UNIT_JUMP && median < now * UNIT_JUMP)) continue;
    const [more, times] = now > median ? [true, now / median] : [false, median / now];
    const factor = Math.round(times);
    return {
      code: 'DQ08',
      zh: `金额单位可疑：${field}的中位数约为此前的${more ? `${factor}倍` : `1/${factor}`}`,
      en: `the unit of ${field} is suspect: its median is about ${more ? factor : `1/${factor}`} times what it was`,
    };
  }
  return undefined;
}

/** Basis points; what lies beyond a limit by less than one is not beyond it. */
const share = (part: number, rows: number): number => Math.round((part * 10_000) / rows);
const percent = (bp: number): string => `${(bp / 100).toFixed(1)} %`;

function medianOf(values: readonly number[]): number | undefined {
  if (values.length < MIN_EARLIER) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
