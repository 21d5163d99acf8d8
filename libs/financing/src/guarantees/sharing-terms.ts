import type { LocalDate } from '#lib/kernel';
import { refusal } from '../deals/checks.ts';
import type { DocumentCheck } from '../sharing/document-check.ts';
import type { HashedScheme } from '../sharing/scheme.ts';
import { schemeInForce } from '../sharing/shipped-schemes.ts';
import { membersOf } from '../sharing/document-check.ts';
import { programmeOn } from '../standing/programme-refusals.ts';

/** 分险方案 of a guarantee, and what its contract states beside the shares. */
export interface SharingTerms {
  /** 方案代码 of models/sharing; null: neither the programme nor the parties name one, and none is asked. */
  readonly scheme: string | null;
  /** 企业类别 of the scheme; null: not stated. */
  readonly shareClass: string | null;
  /** 再担保费率 a year in basis points, on the re-guaranteed part; null: not stated. */
  readonly reGuaranteeFeeBp: number | null;
  /** 其他收费: deposits, commitment, consulting or other fees, in the words of the contract. Empty: none is declared. */
  readonly otherFees: readonly string[];
  /** 银行转移自担部分: by insurance or deposits. False: nothing of the kind is declared. */
  readonly lenderPassesOn: boolean;
}

/** Of an application that says nothing: the scheme of its programme, and nothing charged or passed on that was not declared. */
export const NOT_STATED: SharingTerms = {
  scheme: null,
  shareClass: null,
  reGuaranteeFeeBp: null,
  otherFees: [],
  lenderPassesOn: false,
};

const FIELDS = Object.keys(NOT_STATED);
const MOST_FEES = 20;

/** Gathers the faults of what was stated under `/sharing`. */
export function checkSharing(check: DocumentCheck, given: unknown): void {
  const stated = membersOf(given);
  check.onlyFields('/sharing', stated, FIELDS);
  if (stated['scheme'] !== null) check.text('/sharing/scheme', stated['scheme'], /^[A-Z0-9]{3,8}$/);
  if (stated['shareClass'] !== null) check.text('/sharing/shareClass', stated['shareClass'], /^[A-Z0-9-]{1,20}$/);
  if (stated['reGuaranteeFeeBp'] !== null)
    check.whole('/sharing/reGuaranteeFeeBp', stated['reGuaranteeFeeBp'], 0, 10_000);
  check
    .list('/sharing/otherFees', stated['otherFees'], 0, MOST_FEES)
    .forEach((fee, i) => check.text(`/sharing/otherFees/${i}`, fee, /^.{1,100}$/u));
  check.oneOf('/sharing/lenderPassesOn', stated['lenderPassesOn'], [true, false]);
}

/**
 * The scheme that holds for a guarantee under a programme: the one that the parties name, else the programme's. A scheme that a
 * source states for the programme is not another's to choose; a proposed one is. Throws ProblemError programme-unknown 404,
 * sharing-scheme-unknown, sharing-scheme-differs, share-class-unknown 422.
 */
export function sharingNamed(programme: string, given: SharingTerms = NOT_STATED, on: LocalDate): SharingTerms {
  const { sharing } = programmeOn(programme, on, { pointer: '/programme' }).programme;
  const scheme = given.scheme ?? sharing?.scheme ?? null;
  if (sharing?.status === 'stated' && scheme !== sharing.scheme)
    throw refusal(
      'sharing-scheme-differs',
      422,
      '/sharing/scheme',
      `产品${programme}的分险方案为${sharing.scheme}`,
      `programme ${programme} shares by the scheme ${sharing.scheme}`,
    );
  const { shareClass } = given;
  const classes = scheme === null ? [] : sharesBy(scheme, on).scheme.classes;
  if (shareClass !== null && !classes.some(({ code }) => code === shareClass))
    throw refusal(
      'share-class-unknown',
      422,
      '/sharing/shareClass',
      `分险方案没有类别「${shareClass}」`,
      `the scheme has no class ${shareClass}`,
    );
  return { ...given, scheme };
}

/** A scheme in force that says how a loss is shared. Throws ProblemError sharing-scheme-unknown 422. */
export function sharesBy(scheme: string, on: LocalDate): HashedScheme {
  const found = schemeInForce(scheme, on);
  if (found !== undefined && found.scheme.classes.length > 0) return found;
  throw refusal(
    'sharing-scheme-unknown',
    422,
    '/sharing/scheme',
    `没有有效的分险方案「${scheme}」`,
    `there is no sharing scheme ${scheme} in force that states shares`,
  );
}
