import { fen, ProblemError, type Fen, type LocalDate, type ProblemDetail } from '#lib/kernel';
import { checkCase, type CaseCheck, type CaseRule, type SharedCase } from '../sharing/check-case.ts';
import type { FuseJudgement } from '../sharing/claim-rate.ts';
import { yuanText } from '../sharing/money-text.ts';
import type { SharingScheme } from '../sharing/scheme.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';
import { NOT_STATED } from './sharing-terms.ts';

/** 代偿率 of one guarantor under one scheme in a calendar year. Amounts in 分. */
export interface FuseReading extends FuseJudgement {
  readonly scheme: string;
  readonly year: number;
  /** 代偿额: principal and normal interest of claims that were paid. */
  readonly claimsPaid: Fen;
  /** 年化解保额, rounded down for people; the comparison is exact. */
  readonly annualisedReleased: Fen;
  /** 代偿率上限; null: the scheme names none. */
  readonly ceilingBp: number | null;
}

/** What a guarantee was held against as it was approved, issued or taken over with a batch. Written by the service. */
export interface SchemeRecord {
  readonly on: LocalDate;
  readonly scheme: string;
  readonly version: string;
  /** SHA-256 of the scheme, hex. */
  readonly hash: string;
  readonly shareClass: string | null;
  readonly fuse: FuseReading;
  /** Empty with a letter: they were asked at approval. */
  readonly checks: readonly CaseCheck[];
}

/**
 * Holds the terms against the rules of their scheme for so much of the loan. Of several classes of which none is stated, what
 * holds for all of them holds; what holds for some only is not known. Amounts are guaranteed principal.
 */
export function caseChecks(
  scheme: SharingScheme,
  { tree, feeBp, reGuarantorId, sharing = NOT_STATED }: GuaranteeTerms,
  { principal, firmInForce }: Pick<SharedCase, 'principal' | 'firmInForce'>,
): readonly CaseCheck[] {
  const { shareClass, reGuaranteeFeeBp, otherFees, lenderPassesOn } = sharing;
  const shared: SharedCase = {
    tree,
    principal,
    firmInForce,
    guaranteeFeeBp: feeBp,
    reGuaranteeFeeBp,
    reGuaranteed: reGuarantorId !== null,
    otherFees,
    lenderPassesOn,
  };
  const classes = scheme.classes.filter(({ code }) => shareClass === null || code === shareClass);
  const judged = classes.map((one) => checkCase(scheme, one, shared).checks.map((check) => discreet(check, scheme)));
  const [first = []] = judged;
  const keeps = judged.map((checks) => checks.every(({ rule, state }) => rule !== 'SHARES' || state === 'pass'));
  return new Set(keeps).size < 2 ? first : [CLASS_UNKNOWN, ...first.filter(({ rule }) => rule !== 'SHARES')];
}

const CLASS_UNKNOWN: CaseCheck = {
  rule: 'SHARES',
  state: 'unknown',
  zh: '未注明企业类别，分担比例能否适用未知',
  en: 'the class of the firm is not stated, and the shares do not keep the limits of each',
};

/** What a firm has in force with other guarantors is not told to this one, only whether the limit holds. */
function discreet(check: CaseCheck, { singleFirmMost }: SharingScheme): CaseCheck {
  if (check.rule !== 'SINGLE_FIRM' || check.state === 'unknown') return check;
  const most = yuanText(singleFirmMost!);
  return check.state === 'pass'
    ? {
        ...check,
        zh: `单户在保余额不超过上限${most}元`,
        en: `in force for the firm: within the limit of ${most} yuan`,
      }
    : { ...check, zh: `单户在保余额超过上限${most}元`, en: `in force for the firm: more than ${most} yuan` };
}

const POINTERS: Readonly<Record<CaseRule, string>> = {
  SHARES: '/tree',
  SINGLE_FIRM: '/principal',
  GUARANTEE_FEE: '/feeBp',
  RE_GUARANTEE_FEE: '/sharing/reGuaranteeFeeBp',
  OTHER_FEES: '/sharing/otherFees',
  LENDER_KEEPS_SHARE: '/sharing/lenderPassesOn',
};

/** Every rule that is not kept, by its place in the terms; at an application (`known` alone) what is not known yet is left to the approval. */
export function caseFaults(
  checks: readonly CaseCheck[],
  known: 'known' | 'all',
): (ProblemDetail & { readonly pointer: string })[] {
  return checks
    .filter(({ state }) => state === 'fail' || (state === 'unknown' && known === 'all'))
    .map(({ rule, state, zh, en }) => ({
      pointer: POINTERS[rule],
      code: state === 'fail' ? 'sharing-rule-failed' : 'sharing-rule-unknown',
      zh,
      en,
    }));
}

/** 不符合分险方案: every rule that is not kept. */
export function caseRefused(scheme: string, faults: readonly ProblemDetail[]): ProblemError {
  return new ProblemError({
    code: 'sharing-case-refused',
    status: 409,
    zh: `不符合分险方案${scheme}：${faults.map(({ zh }) => zh).join('；')}`,
    en: `the sharing scheme ${scheme} does not allow it: ${faults.map(({ en }) => en).join('; ')}`,
    errors: faults,
    extra: { scheme },
  });
}

/** 代偿率熔断: what exists stands, nothing new is taken on. Undefined: the fuse lets it pass, or a person took it on for this reason. */
function fuseRefused(fuse: FuseReading, reason: string | null): ProblemError | undefined {
  if (fuse.newBusiness === 'OPEN' || (fuse.newBusiness === 'PERSON_DECIDES' && reason !== null)) return undefined;
  const stopped = fuse.newBusiness === 'STOPPED';
  const code = stopped ? 'claim-fuse-tripped' : 'claim-fuse-undecided';
  const words = {
    zh: `分险方案${fuse.scheme}，${fuse.year}年${fuse.zh}`,
    en: `sharing scheme ${fuse.scheme}, ${fuse.year}: ${fuse.en}`,
  };
  const errors = [{ pointer: stopped ? '' : '/fuseReason', code, ...words }];
  return new ProblemError({ code, status: 409, ...words, errors, extra: { fuse } });
}

/** As somebody is told it who may not know how the guarantor's book stands. */
export const FUSE_WORDS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  'claim-fuse-tripped': ['该分险方案已停止新增业务', 'new business under this sharing scheme has stopped'],
  'claim-fuse-undecided': ['须由担保机构人工决定', 'a person of the guarantor decides'],
};

/** All that stands against an approval: rules that are not kept, what nobody knows, and the fuse. Pure. */
export function schemeRefusals({ scheme, checks, fuse }: SchemeRecord, reason: string | null): ProblemError[] {
  const faults = caseFaults(checks, 'all').map((fault) => ({
    ...fault,
    pointer: fault.pointer === '/principal' ? '/amount' : `/terms${fault.pointer}`,
  }));
  const refused = fuseRefused(fuse, reason);
  return [...(faults.length > 0 ? [caseRefused(scheme, faults)] : []), ...(refused === undefined ? [] : [refused])];
}

/** Throws ProblemError sharing-case-refused, claim-fuse-tripped or claim-fuse-undecided 409. Replaying what was found finds the same. */
export function heldToScheme(record: SchemeRecord, reason: string | null): void {
  const [refused] = schemeRefusals(record, reason);
  if (refused !== undefined) throw refused;
}

/** Nothing is known of the firm beside this loan: what fails now fails whatever else is in force. */
export const NOTHING_ELSE = fen(0);
