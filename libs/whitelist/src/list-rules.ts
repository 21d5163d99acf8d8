import { createHash } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { parseLocalDate, ProblemError, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/** What a list asks (名单规则, domain §4.2): dated data of models/lists, or a change of it that is tried first. */
export interface ListRules extends Text {
  readonly code: string;
  readonly version: string;
  readonly validFrom: LocalDate;
  /** 入库线, points. */
  readonly cut: number;
  /** So far above the cut one run is enough for a first entry. */
  readonly instantAboveCut: number;
  /** So far below the cut the low end may lie. */
  readonly lowBelowCut: number;
  /** 临界: within so many points of a cut. */
  readonly nearCut: number;
  /** A member stays down to so many points below the cut. */
  readonly stayBelowCut: number;
  readonly entryCoverageBp: number;
  readonly stayCoverageBp: number;
  readonly ageMonths: { readonly from: number; readonly to: number };
  /** R&D intensity that shows technology, percent. */
  readonly researchPercent: number;
  readonly medianHeads: number;
  /** GB/T 2260 prefixes; empty: everywhere. */
  readonly territory: readonly string[];
  /** K11 for this list: GB/T 4754 divisions, by the digits of the code. */
  readonly excludedIndustries: readonly string[];
  /** 预警: put a member on WATCH. */
  readonly watchWarnings: readonly string[];
  /** Send an entry to review. */
  readonly reviewWarnings: readonly string[];
  /** Entries sampled for review, basis points. */
  readonly sampleBp: number;
  readonly validityMonths: number;
  /** After a review said no. */
  readonly coolingDays: number;
  /** A disputed knock-out undecided so long stands. */
  readonly suspendedDays: number;
  /** 人工例外 ends after. */
  readonly exceptionDays: number;
  /** The second reviewer comes from another institution; left out: another person is enough. */
  readonly reviewByTwoOrganisations?: boolean;
}

/** Rules and the SHA-256 of their canonical JSON, hex: what a list version and an approval name. */
export interface HashedRules {
  readonly rules: ListRules;
  readonly hash: string;
}

const NUMBERS: readonly (readonly [field: keyof ListRules, from: number, to: number])[] = [
  ['cut', 0, 1000],
  ['instantAboveCut', 0, 1000],
  ['lowBelowCut', 0, 1000],
  ['nearCut', 0, 200],
  ['stayBelowCut', 0, 1000],
  ['entryCoverageBp', 0, 10_000],
  ['stayCoverageBp', 0, 10_000],
  ['researchPercent', 0, 100],
  ['medianHeads', 0, 10_000],
  ['sampleBp', 0, 10_000],
  ['validityMonths', 1, 36],
  ['coolingDays', 0, 3_660],
  ['suspendedDays', 1, 366],
  ['exceptionDays', 1, 366],
];
const TEXTS: readonly (readonly [field: keyof ListRules, pattern: RegExp])[] = [
  ['code', /^[A-Z]{3,6}$/],
  ['version', /^[A-Za-z0-9.-]{1,20}$/],
  // No control character and no half of a pair: PostgreSQL keeps neither in jsonb.
  ['zh', /^[^\p{Cc}\p{Cs}]{2,60}$/u],
  ['en', /^[^\p{Cc}\p{Cs}]{2,120}$/u],
];
const NOTE = /^[^\p{Cc}\p{Cs}]{0,2000}$/u;
const LISTS: readonly (readonly [field: keyof ListRules, item: RegExp])[] = [
  ['territory', /^\d{2,6}$/],
  ['excludedIndustries', /^\d{2,4}$/],
  ['watchWarnings', /^W\d{2}$/],
  ['reviewWarnings', /^W\d{2}$/],
];
const KNOWN = new Set<string>([...NUMBERS, ...TEXTS, ...LISTS].map(([field]) => field))
  .add('validFrom')
  .add('ageMonths')
  .add('note')
  .add('reviewByTwoOrganisations');

/** Checks rules and hashes them. Throws ProblemError list-rules-invalid 422 naming every fault by its pointer. */
export function listRules(document: unknown): HashedRules {
  const errors: ProblemDetail[] = [];
  const fault = (pointer: string, zh: string, en: string): void =>
    void errors.push({ pointer, code: 'list-rules-invalid', zh, en });
  const given = (typeof document === 'object' && document !== null ? document : {}) as Readonly<
    Record<string, unknown>
  >;
  const number = (pointer: string, value: unknown, from: number, to: number): void => {
    if (!Number.isInteger(value) || (value as number) < from || (value as number) > to)
      fault(pointer, `应为${from}至${to}的整数`, `a whole number from ${from} to ${to} is expected`);
  };
  for (const [field, from, to] of NUMBERS) number(`/${field}`, given[field], from, to);
  for (const [field, pattern] of TEXTS)
    if (typeof given[field] !== 'string' || !pattern.test(given[field]))
      fault(`/${field}`, `应符合 ${pattern.source}`, `text like ${pattern.source} is expected`);
  for (const [field, item] of LISTS) {
    const value = given[field];
    if (!Array.isArray(value) || !value.every((text) => typeof text === 'string' && item.test(text)))
      fault(`/${field}`, `应为若干 ${item.source}`, `a list of ${item.source} is expected`);
  }
  if (typeof given['validFrom'] !== 'string' || parseLocalDate(given['validFrom']) === undefined)
    fault('/validFrom', '应为日期 YYYY-MM-DD', 'a day YYYY-MM-DD is expected');
  if (!['undefined', 'boolean'].includes(typeof given['reviewByTwoOrganisations']))
    fault('/reviewByTwoOrganisations', '应为 true 或 false', 'true or false is expected');
  if (given['note'] !== undefined && !(typeof given['note'] === 'string' && NOTE.test(given['note'])))
    fault('/note', '应为至多2000字的文本', 'text of at most 2000 characters is expected');
  const age = (given['ageMonths'] ?? {}) as Readonly<Record<string, unknown>>;
  number('/ageMonths/from', age['from'], 0, 1200);
  number('/ageMonths/to', age['to'], 0, 1200);
  for (const field of Object.keys(given))
    if (!KNOWN.has(field)) fault(`/${field}`, '未知字段', 'there is no such field');
  if (errors.length === 0) {
    const rules = given as unknown as ListRules;
    if (rules.stayCoverageBp > rules.entryCoverageBp)
      fault('/stayCoverageBp', '不得高于入库覆盖度', 'must not lie above the coverage of entry');
    if (rules.ageMonths.from > rules.ageMonths.to) fault('/ageMonths/to', '不得小于起始', 'must not lie below from');
    if (errors.length === 0) return { rules, hash: createHash('sha256').update(canonicalJson(rules)).digest('hex') };
  }
  const where = errors.map(({ pointer }) => pointer).join(', ');
  throw new ProblemError({
    code: 'list-rules-invalid',
    status: 422,
    zh: `名单规则有误：${where}`,
    en: `the rules of the list are not valid: ${where}`,
    errors,
  });
}
