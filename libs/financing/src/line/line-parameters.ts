import { createHash } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { parseLocalDate, ProblemError, type Fen, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/** The nine grades (等级) in their order, the best first. */
export const LINE_GRADES = ['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C'] as const;

/** One row of B8, the grade table (等级额度表). */
export interface GradeAmount {
  readonly grade: string;
  readonly fen: Fen;
  /** 仅限担保: such a grade borrows under a guarantee only. */
  readonly guaranteedOnly?: boolean;
}

/**
 * The numbers of the suggested line (建议额度参数, domain §5.1): dated data of models/line. All of them are proposals of
 * our own, to be tuned on data, and never shown as official. Amounts in 分, ratios in basis points.
 */
export interface LineParameters extends Text {
  readonly code: string;
  readonly version: string;
  readonly status: 'proposal';
  readonly validFrom: LocalDate;
  /** The last day; null: until further notice. */
  readonly validTo: LocalDate | null;
  readonly note: string;
  readonly gradeTable: readonly GradeAmount[];
  /** The line lies between these parts of the grade's amount: ½ and 1½. */
  readonly floorBp: number;
  readonly ceilingBp: number;
  /** g by confidence; without an entry (L) there is no line. */
  readonly haircutBp: { readonly H: number; readonly M: number };
  readonly minCoverageBp: number;
  /** Per firm. */
  readonly platformCapFen: Fen;
  readonly roundingFen: Fen;
  /** Less is no line. */
  readonly minimumFen: Fen;
  /** The step that raiseByNext looks for. */
  readonly raiseStepFen: Fen;
  /** B1: months of contribution base, and the part of them that counts. */
  readonly payroll: { readonly months: number; readonly shareBp: number };
  /** B2: equity paid in within so many months. */
  readonly equity: { readonly months: number; readonly shareBp: number };
  readonly research: { readonly shareBp: number };
  /** B4: awards approved within so many months. */
  readonly subsidy: { readonly months: number; readonly shareBp: number };
  /** B5: years of the mean; times the tax, by kind where it is told apart; the tax grades that count. */
  readonly tax: {
    readonly years: number;
    readonly totalTimes: number;
    readonly vatTimes: number;
    readonly citTimes: number;
    readonly grades: readonly string[];
    readonly gradeMCapFen: Fen;
  };
  readonly receivables: { readonly shareBp: number };
  readonly workingCapital: { readonly daysInYear: number };
}

/** Parameters and the SHA-256 of their canonical JSON, hex: what a line names. */
export interface HashedLineParameters {
  readonly parameters: LineParameters;
  readonly hash: string;
}

const MOST_FEN = 100_000_000_000;
const BP = [0, 10_000] as const;
const MONTHS = [1, 60] as const;
const TIMES = [1, 20] as const;
const FEN = [1, MOST_FEN] as const;

/** Every number by its pointer with the least and the most that it may be; all of them are whole. */
const NUMBERS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  '/floorBp': BP,
  '/ceilingBp': [10_000, 100_000],
  '/haircutBp/H': [1, 10_000],
  '/haircutBp/M': [1, 10_000],
  '/minCoverageBp': BP,
  '/platformCapFen': FEN,
  '/roundingFen': FEN,
  '/minimumFen': FEN,
  '/raiseStepFen': FEN,
  '/payroll/months': MONTHS,
  '/payroll/shareBp': BP,
  '/equity/months': MONTHS,
  '/equity/shareBp': BP,
  '/research/shareBp': BP,
  '/subsidy/months': MONTHS,
  '/subsidy/shareBp': BP,
  '/tax/years': [1, 5],
  '/tax/totalTimes': TIMES,
  '/tax/vatTimes': TIMES,
  '/tax/citTimes': TIMES,
  '/tax/gradeMCapFen': FEN,
  '/receivables/shareBp': BP,
  '/workingCapital/daysInYear': [360, 366],
};
const TEXTS: Readonly<Record<string, RegExp>> = {
  '/code': /^SUGGESTED_LINE$/,
  '/version': /^[A-Za-z0-9.-]{1,20}$/,
  '/zh': /^.{2,60}$/,
  '/en': /^.{2,120}$/,
  '/status': /^proposal$/,
  '/note': /^.{2,600}$/,
};
const OTHERS = ['/validFrom', '/validTo', '/gradeTable', '/tax/grades'];
const KNOWN = new Set([...Object.keys(NUMBERS), ...Object.keys(TEXTS), ...OTHERS]);
/** The objects that hold others: `/tax`. */
const GROUPS = new Set([...KNOWN].map((pointer) => pointer.slice(0, pointer.lastIndexOf('/'))).filter(Boolean));

type Json = Readonly<Record<string, unknown>>;
type Fault = (pointer: string, zh: string, en: string) => void;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const at = (document: Json, pointer: string): unknown =>
  pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((value, key) => objectOf(value)[key], document);

/** Checks parameters and hashes them. Throws ProblemError line-parameters-invalid 422 naming every fault by its pointer. */
export function lineParameters(document: unknown): HashedLineParameters {
  const errors: ProblemDetail[] = [];
  const fault: Fault = (pointer, zh, en) => void errors.push({ pointer, code: 'line-parameters-invalid', zh, en });
  const given = objectOf(document);
  checkFields(given, '', fault);
  for (const [pointer, range] of Object.entries(NUMBERS)) checkNumber(at(given, pointer), pointer, range, fault);
  for (const [pointer, pattern] of Object.entries(TEXTS)) {
    const value = at(given, pointer);
    if (typeof value !== 'string' || !pattern.test(value))
      fault(pointer, `应符合 ${pattern.source}`, `text like ${pattern.source} is expected`);
  }
  const { validFrom, validTo } = given;
  if (!isDay(validFrom)) fault('/validFrom', '应为日期 YYYY-MM-DD', 'a day YYYY-MM-DD is expected');
  if (validTo !== null && !isDay(validTo))
    fault('/validTo', '应为日期 YYYY-MM-DD 或 null', 'a day YYYY-MM-DD, or null, is expected');
  const grades = at(given, '/tax/grades');
  if (!Array.isArray(grades) || grades.length === 0 || !grades.every((grade) => /^[ABMCD]$/.test(String(grade))))
    fault('/tax/grades', '应为若干纳税信用级别', 'a list of tax grades is expected');
  checkGradeTable(given['gradeTable'], fault);
  if (errors.length === 0) checkTogether(given as unknown as LineParameters, fault);
  if (errors.length === 0) {
    const parameters = given as unknown as LineParameters;
    return { parameters, hash: createHash('sha256').update(canonicalJson(parameters)).digest('hex') };
  }
  const where = errors.map(({ pointer }) => pointer).join(', ');
  throw new ProblemError({
    code: 'line-parameters-invalid',
    status: 422,
    zh: `建议额度参数有误：${where}`,
    en: `the parameters of the suggested line are not valid: ${where}`,
    errors,
  });
}

const isDay = (value: unknown): boolean => typeof value === 'string' && parseLocalDate(value) !== undefined;

function checkFields(given: Json, under: string, fault: Fault): void {
  for (const [field, value] of Object.entries(given)) {
    const pointer = `${under}/${field}`;
    if (GROUPS.has(pointer)) checkFields(objectOf(value), pointer, fault);
    else if (!KNOWN.has(pointer)) fault(pointer, '未知字段', 'there is no such field');
  }
}

function checkNumber(value: unknown, pointer: string, [from, to]: readonly [number, number], fault: Fault): void {
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to)
    fault(pointer, `应为${from}至${to}的整数`, `a whole number from ${from} to ${to} is expected`);
}

/** Nine rows in the order of the grades, no amount above the one before it: a better grade never gets less. */
function checkGradeTable(table: unknown, fault: Fault): void {
  const rows = Array.isArray(table) ? table.map(objectOf) : [];
  if (rows.length !== LINE_GRADES.length)
    return fault('/gradeTable', '应为AAA至C九行', 'nine rows, AAA to C, are expected');
  rows.forEach((row, i) => {
    const pointer = `/gradeTable/${i}`;
    const grade = LINE_GRADES[i]!;
    if (row['grade'] !== grade) fault(`${pointer}/grade`, `应为 ${grade}`, `${grade} is expected`);
    checkNumber(row['fen'], `${pointer}/fen`, [0, MOST_FEN], fault);
    if (i > 0 && (row['fen'] as number) > (rows[i - 1]!['fen'] as number))
      fault(`${pointer}/fen`, '不得高于上一等级', 'must not lie above the grade before');
    if (!['undefined', 'boolean'].includes(typeof row['guaranteedOnly']))
      fault(`${pointer}/guaranteedOnly`, '应为 true 或 false', 'true or false is expected');
    for (const field of Object.keys(row))
      if (!['grade', 'fen', 'guaranteedOnly'].includes(field))
        fault(`${pointer}/${field}`, '未知字段', 'there is no such field');
  });
}

/** What each number alone cannot show. */
function checkTogether(given: LineParameters, fault: Fault): void {
  if (given.validTo !== null && given.validTo < given.validFrom)
    fault('/validTo', '不得早于生效日', 'must not lie before validFrom');
  // M below H, or an uncertain firm would get more than a certain one.
  if (given.haircutBp.M > given.haircutBp.H)
    fault('/haircutBp/M', '不得高于高可信度', 'must not lie above that of confidence H');
  if (given.minimumFen % given.roundingFen !== 0)
    fault('/minimumFen', '应为取整单位的整倍数', 'a multiple of roundingFen is expected');
}
