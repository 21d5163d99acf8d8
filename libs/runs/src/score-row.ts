import type { Uscc } from '#lib/kernel';
import {
  BIN_MISSING,
  BIN_NA,
  MISSING_CAUSES,
  type CharacteristicValue,
  type Fraction,
  type Measured,
  type Score,
  type Values,
} from '#lib/scoring';

/** The stored score of one firm in one run (about 0.6 kB). Row class of run_score, private to this lib. */
export interface ScoreRow {
  readonly company_id: number;
  readonly uscc: Uscc;
  readonly score_tenths: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly coverage_bp: number;
  readonly confidence: Score['confidence'];
  readonly depth: Score['depth'];
  readonly decision: Score['decision'];
  readonly published: string;
  readonly grade: string | null;
  readonly knock_outs: string[];
  readonly warnings: string[];
  readonly dimension_tenths: number[];
  readonly bins: Buffer;
  /** JSON: one entry a characteristic, null where there is no value. */
  readonly measured: string;
}

export const SCORE_COLUMNS = `company_id, uscc, score_tenths, score, low, high, coverage_bp, confidence, depth, decision, published, grade,
  knock_outs, warnings, dimension_tenths, bins, measured`;

type StoredValue =
  | null
  | number
  | string
  | readonly [number, number]
  | { readonly v: StoredValue; readonly f: readonly [number, number] };

const pack = (value: Measured): StoredValue => (typeof value === 'object' ? [value.num, value.den] : value);
const fraction = ([num, den]: readonly [number, number]): Fraction => ({ num, den });

function unpack(stored: Exclude<StoredValue, null>): CharacteristicValue {
  if (typeof stored !== 'object') return { state: 'VALUE', value: stored };
  if ('v' in stored) {
    const inner = unpack(stored.v as Exclude<StoredValue, null>) as Extract<CharacteristicValue, { state: 'VALUE' }>;
    return { ...inner, freshness: fraction(stored.f) };
  }
  return { state: 'VALUE', value: fraction(stored) };
}

/** The values as JSON, without spaces; states and causes are in `bins`. */
export function packValues(values: Values): string {
  return JSON.stringify(
    values.map((value): StoredValue => {
      if (value.state !== 'VALUE') return null;
      const { freshness } = value;
      return freshness && freshness.num !== freshness.den
        ? { v: pack(value.value), f: [freshness.num, freshness.den] }
        : pack(value.value);
    }),
  );
}

/** The inverse of packValues, with the states that `bins` holds. */
export function unpackValues(measured: string, bins: Uint8Array): CharacteristicValue[] {
  return (JSON.parse(measured) as StoredValue[]).map((stored, i): CharacteristicValue => {
    const bin = bins[i]!;
    if (bin === BIN_NA) return { state: 'NA' };
    if (bin >= BIN_MISSING) return { state: 'MISSING', cause: MISSING_CAUSES[bin - BIN_MISSING]! };
    if (stored === null) throw new Error(`stored score: characteristic ${i} has a bin and no value`);
    return unpack(stored);
  });
}

export function scoreOf(row: ScoreRow, gradeRange: Score['gradeRange']): Score {
  return {
    scoreTenths: row.score_tenths,
    score: row.score,
    low: row.low,
    high: row.high,
    coverageBp: row.coverage_bp,
    confidence: row.confidence,
    depth: row.depth,
    decision: row.decision,
    published: row.published,
    grade: row.grade,
    gradeRange,
    dimensionTenths: row.dimension_tenths,
    knockOuts: row.knock_outs,
    warnings: row.warnings,
    bins: row.bins,
  };
}

const array = (items: readonly (string | number)[]): string => `{${items.join(',')}}`;

/** One line of COPY into run_score (run_id first, then SCORE_COLUMNS). Codes and numbers only: nothing to escape. */
export function copyLine(runId: string, companyId: number, uscc: string, score: Score, values: Values): string {
  return (
    `${runId}\t${companyId}\t${uscc}\t${score.scoreTenths}\t${score.score}\t${score.low}\t${score.high}\t${score.coverageBp}\t` +
    `${score.confidence}\t${score.depth}\t${score.decision}\t${score.published}\t${score.grade ?? '\\N'}\t${array(score.knockOuts)}\t` +
    `${array(score.warnings)}\t${array(score.dimensionTenths)}\t\\\\x${Buffer.from(score.bins).toString('hex')}\t${packValues(values)}\n`
  );
}

/**
 * The fields of a stored row that are not what was worked out just now, by the names of their columns; empty: it is the
 * same score in everything that is stored, also in what the output hash leaves out.
 */
export function differingFields(row: ScoreRow, score: Score, values: Values): string[] {
  const told: Omit<ScoreRow, 'company_id'> = {
    ...hashedFields(row.uscc, score),
    score: score.score,
    confidence: score.confidence,
    depth: score.depth,
    published: score.published,
    warnings: [...score.warnings],
    dimension_tenths: [...score.dimensionTenths],
    measured: packValues(values),
  };
  return Object.entries(told).flatMap(([name, value]) =>
    JSON.stringify(row[name as keyof typeof told]) === JSON.stringify(value) ? [] : [name],
  );
}

/** The hashed fields of a score that has just been worked out. */
export const hashedFields = (uscc: Uscc, score: Score): HashedFields => ({
  uscc,
  score_tenths: score.scoreTenths,
  low: score.low,
  high: score.high,
  coverage_bp: score.coverageBp,
  grade: score.grade,
  decision: score.decision,
  knock_outs: [...score.knockOuts],
  bins: Buffer.from(score.bins),
});

type HashedFields = Pick<
  ScoreRow,
  'uscc' | 'score_tenths' | 'low' | 'high' | 'coverage_bp' | 'grade' | 'decision' | 'knock_outs' | 'bins'
>;

/** The line of one firm in the hashed output (architecture §6). No ids, times, shards or code version enter. */
export function outputLine(row: HashedFields): string {
  return `${row.uscc},${row.score_tenths},${row.low},${row.high},${row.coverage_bp},${row.grade ?? '-'},${row.decision},${row.knock_outs.join('+')},${row.bins.toString('base64')}\n`;
}
