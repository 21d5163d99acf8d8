import type { InstitutionKind } from '#lib/access';
import { addMonths, ProblemError, type LocalDate, type ProblemDetail, type Uscc } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { BaseStatement } from '../line/line-base.ts';
import type { StatedGapCause, StatedFigures } from '../line/line-bases.ts';
import {
  dayOf,
  notYetDue,
  readValues,
  sha256,
  STATED_KINDS,
  type StatedKind,
  type StatedReceivables,
  type StatedTax,
  type StatedValues,
  type StatedWorkingCapital,
} from './stated-values.ts';

/** 凭证: a document that shows the figures. It stays where it is; its SHA-256, hex, tells whether it is the same. */
export interface Evidence {
  readonly sha256: string;
  /** 凭证名称或编号. */
  readonly reference: string;
}

/** Who may state figures, and who may verify those of another: never the firm itself. */
export const STATING: readonly InstitutionKind[] = ['firm', 'bank', 'guarantor'];
export const VERIFYING: readonly InstitutionKind[] = ['bank', 'guarantor', 'operator'];

export const VERDICTS = ['verified', 'rejected'] as const;
/** 核验结论. */
export type Verdict = (typeof VERDICTS)[number];

/** 核验: what a second party found when it compared the documents. The newest of each institution counts. */
export interface InputCheck {
  readonly verdict: Verdict;
  /** null: not for this reader. */
  readonly note: string | null;
  readonly evidenceSha256: string;
  readonly at: Date;
  readonly on: LocalDate;
  readonly by: InstitutionKind;
  readonly institutionId: string;
  readonly personId: string;
}

/**
 * 申报数据: figures of a firm on a day that no source delivers. A version is never changed: another of the same institution,
 * kind and day takes its place, and one without values withdraws it.
 */
export interface StatedInput {
  readonly statementId: string;
  readonly uscc: Uscc;
  readonly kind: StatedKind;
  /** 数据日期: the day that the figures are of. */
  readonly asOf: LocalDate;
  /** null: withdrawn. */
  readonly values: StatedValues | null;
  readonly evidence: readonly Evidence[];
  /** Why it was withdrawn. */
  readonly reason: string | null;
  readonly at: Date;
  readonly on: LocalDate;
  readonly by: InstitutionKind;
  readonly institutionId: string;
  readonly personId: string;
  /** The oldest first. */
  readonly checks: readonly InputCheck[];
}

export const STATED_STATES = {
  unverified: { zh: '待核验', en: 'to be verified' },
  verified: { zh: '已核验', en: 'verified' },
  rejected: { zh: '核验未通过', en: 'not confirmed' },
  superseded: { zh: '已被新版本取代', en: 'superseded' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Readonly<Record<string, Text>>;
export type StatedState = keyof typeof STATED_STATES;

/** 类别 of an institution, without its name: what another bank may be told. */
export const BY_WORDS: Readonly<Record<InstitutionKind, Text>> = {
  firm: { zh: '企业', en: 'the firm' },
  bank: { zh: '银行', en: 'a bank' },
  guarantor: { zh: '担保机构', en: 'a guarantor' },
  operator: { zh: '平台', en: 'the platform' },
  investor: { zh: '投资机构', en: 'an investor' },
  insurer: { zh: '保险公司', en: 'an insurer' },
  lessor: { zh: '租赁公司', en: 'a lessor' },
  regulator: { zh: '监管部门', en: 'the regulator' },
};

const keyOf = ({ kind, institutionId, asOf }: StatedInput): string => `${kind}|${institutionId}|${asOf}`;

/** Of each institution, kind and day the newest version. `versions`: the oldest first. */
export const newestVersions = (versions: readonly StatedInput[]): readonly StatedInput[] => [
  ...new Map(versions.map((one) => [keyOf(one), one])).values(),
];

/** Where a version stands among all that are known. */
export function stateOf(version: StatedInput, newest: readonly StatedInput[]): StatedState {
  if (version.values === null) return 'withdrawn';
  if (!newest.some(({ statementId }) => statementId === version.statementId)) return 'superseded';
  const verdicts = [...new Map(version.checks.map((check) => [check.institutionId, check.verdict])).values()];
  // One institution that does not find it so is enough.
  if (verdicts.includes('rejected')) return 'rejected';
  return verdicts.includes('verified') ? 'verified' : 'unverified';
}

/** Figures of a year of sales say little of another. */
const FIGURES_MONTHS = 12;
/** As for the records of the tax office: an older pair of years says nothing of today. */
const TAX_YEARS_BACK = 2;

/**
 * The inputs of B5 to B7 on a day: of each kind the newest that a second party verified, if it is fresh; else why there is
 * none. `versions`: what was known then, the oldest first. Pure.
 */
export function statedInputsOn(
  versions: readonly StatedInput[],
  on: LocalDate,
  { taxYears }: { readonly taxYears: number },
): StatedFigures {
  const newest = newestVersions(versions).filter(({ values, asOf }) => values !== null && asOf <= on);
  const gaps: Partial<Record<StatedKind, StatedGapCause>> = {};
  const found = <T extends object>(
    kind: StatedKind,
    take: (values: never, of: StatedInput) => T | undefined,
  ): (T & BaseStatement) | undefined => {
    const all = newest.filter((one) => one.kind === kind).reverse();
    all.sort((a, b) => (a.asOf === b.asOf ? 0 : a.asOf < b.asOf ? 1 : -1));
    for (const one of all) {
      const state = stateOf(one, newest);
      const taken = state === 'verified' ? take(one.values as never, one) : undefined;
      if (taken !== undefined) {
        delete gaps[kind];
        return { ...taken, ...madeBy(one) };
      }
      gaps[kind] ??= state === 'verified' ? 'STALE' : state === 'rejected' ? 'REJECTED' : 'UNVERIFIED';
    }
    return undefined;
  };
  const isFresh = ({ asOf }: StatedInput): boolean => asOf > addMonths(on, -FIGURES_MONTHS);
  const tax = found('tax', ({ years, grade }: StatedTax) => {
    const last = years.slice(-taxYears);
    const isStale = last.length < taxYears || last.at(-1)!.year < Number(on.slice(0, 4)) - TAX_YEARS_BACK;
    return isStale ? undefined : { years: last, ...(grade && { grade }) };
  });
  const receivables = found('receivables', (values: StatedReceivables) => {
    const amount = notYetDue(values, on);
    return amount > 0 ? { amount } : undefined;
  });
  const workingCapital = found('working-capital', (values: StatedWorkingCapital, of) =>
    isFresh(of) ? values : undefined,
  );
  return {
    ...(tax && { tax }),
    ...(receivables && { receivables }),
    ...(workingCapital && { workingCapital }),
    gaps,
  };
}

function madeBy({ by, on, asOf, checks }: StatedInput): BaseStatement {
  const check = checks.findLast(({ verdict }) => verdict === 'verified')!;
  return { by: BY_WORDS[by], on, asOf, verified: { by: BY_WORDS[check.by], on: check.on } };
}

/** What somebody states, as it came. */
export interface StatedRequest {
  readonly kind: StatedKind;
  readonly asOf: LocalDate;
  readonly values: unknown;
  readonly evidence: readonly Evidence[];
}

const MOST_EVIDENCE = 20;

/**
 * Figures that can be kept. Throws ProblemError stated-input-invalid 422 naming every fault by its pointer: unknown members,
 * amounts that are no whole fen, ratios and days out of range, years and due dates that cannot be, things given twice.
 */
export function checkedInput(
  { kind, asOf, values, evidence }: StatedRequest,
  today: LocalDate,
): Pick<StatedInput, 'kind' | 'asOf' | 'evidence'> & { readonly values: StatedValues } {
  const errors: ProblemDetail[] = [];
  const fault = (pointer: string, zh: string, en: string): void =>
    void errors.push({ pointer, code: 'stated-input-invalid', zh, en });
  if (!Object.hasOwn(STATED_KINDS, kind)) fault('/kind', '没有该类申报数据', 'there is no such kind');
  const day = dayOf(asOf, '/asOf', fault);
  if (day !== undefined && asOf > today) fault('/asOf', '数据日期晚于今天', 'lies after today');
  if (evidence.length < 1 || evidence.length > MOST_EVIDENCE)
    fault('/evidence', `应为1至${MOST_EVIDENCE}份凭证`, `1 to ${MOST_EVIDENCE} documents are expected`);
  evidence.forEach((one, i) => {
    sha256(one.sha256, `/evidence/${i}/sha256`, fault);
    if (evidence.findIndex((other) => other.sha256 === one.sha256) < i)
      fault(`/evidence/${i}/sha256`, '同一凭证重复', 'the same document is given twice');
  });
  const read = day === undefined ? null : readKnown(kind, values, asOf, errors);
  if (errors.length > 0 || read === null)
    throw new ProblemError({
      code: 'stated-input-invalid',
      status: 422,
      zh: '申报数据有误',
      en: 'what is stated cannot be taken',
      errors,
    });
  return { kind, asOf, values: read, evidence };
}

const readKnown = (kind: StatedKind, values: unknown, asOf: LocalDate, errors: ProblemDetail[]): StatedValues | null =>
  Object.hasOwn(STATED_KINDS, kind) ? readValues(kind, values, asOf, errors) : null;
