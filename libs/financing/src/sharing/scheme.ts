import { createHash } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import type { Fen, LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { DocumentCheck, membersOf } from './document-check.ts';
import { shareFaults, type ShareLimit } from './share-limits.ts';
import { checkTree, type ShareTree } from './share-tree.ts';

/** Whether a source says so, or this system proposes it: a proposal is never shown as official. */
export type Standing = 'PUBLISHED' | 'PROPOSAL';

/** Firms of one kind under a scheme, with the shares that are used for them and what the scheme allows. */
export interface ShareClass extends Text {
  readonly code: string;
  readonly shares: Standing;
  readonly tree: ShareTree;
  /** Besides those of the scheme. */
  readonly limits: readonly ShareLimit[];
}

/** The highest fee of re-guarantee for a case up to an amount; the last tier has no upper end (null). */
export interface FeeTier {
  readonly upTo: Fen | null;
  readonly mostBp: number;
}

/** How a loss is shared (分险方案, domain §5.3): dated data of models/sharing. A null term is one that the source does not state. */
export interface SharingScheme extends Text {
  readonly code: string;
  readonly version: string;
  /** 文号 or where the terms were read. */
  readonly basis: string;
  /** Of the limits, fees and ceilings below. */
  readonly terms: Standing;
  readonly validFrom: LocalDate;
  /** The last day. */
  readonly validTo: LocalDate | null;
  readonly note?: string;
  readonly limits: readonly ShareLimit[];
  /** Empty: the scheme says only when new business stops. */
  readonly classes: readonly ShareClass[];
  /** 单户在保余额上限. */
  readonly singleFirmMost: Fen | null;
  readonly guaranteeFeeMostBp: number | null;
  /** Toward which the average fee is to fall: a figure, not a limit of a case. */
  readonly averageFeeBelowBp: number | null;
  /** Per year, on the shared part; empty: not stated. */
  readonly reGuaranteeFee: readonly FeeTier[];
  /** Deposits, commitment, consulting or other fees. */
  readonly otherFeesAllowed: boolean;
  /** Whether the bank may cover its own share by insurance or deposits. */
  readonly lenderMayPassOn: boolean;
  /** The party that pays the whole claim first and settles with the others (先行代偿). */
  readonly claimAdvancedBy: string | null;
  /** 代偿率上限: new business stops from here on. */
  readonly claimCeilingBp: number | null;
  /** The claim rate is taken of so many percent of the released principal. */
  readonly claimBasePercent: number;
  /** 不良率: warns, and stops new business. */
  readonly poolFuse: { readonly warnBp: number; readonly stopBp: number } | null;
}

/** A scheme and the SHA-256 of its canonical JSON, hex: what a contract names. */
export interface HashedScheme {
  readonly scheme: SharingScheme;
  readonly hash: string;
}

const FIELDS = (
  'code version zh en basis terms validFrom validTo note limits classes singleFirmMost guaranteeFeeMostBp ' +
  'averageFeeBelowBp reGuaranteeFee otherFeesAllowed lenderMayPassOn claimAdvancedBy claimCeilingBp ' +
  'claimBasePercent poolFuse'
).split(' ');
const STANDINGS: readonly Standing[] = ['PUBLISHED', 'PROPOSAL'];
/** 10¹³ fen: up to here every split is exact. */
const MOST_FEN = 10_000_000_000_000;

/** Checks a scheme and hashes it. Throws ProblemError sharing-scheme-invalid 422 naming every fault by its pointer. */
export function sharingScheme(document: unknown): HashedScheme {
  const check = new DocumentCheck('sharing-scheme-invalid');
  const given = membersOf(document);
  const orNull = (field: string, from: number, to: number): void => {
    if (given[field] !== null) check.whole(`/${field}`, given[field], from, to);
  };
  check.onlyFields('', given, FIELDS);
  check.text('/code', given['code'], /^[A-Z0-9]{3,8}$/);
  check.text('/version', given['version'], /^[A-Za-z0-9.-]{1,20}$/);
  check.names('', given);
  check.text('/basis', given['basis'], /^.{2,200}$/u);
  check.oneOf('/terms', given['terms'], STANDINGS);
  check.date('/validFrom', given['validFrom']);
  if (given['validTo'] !== null) check.date('/validTo', given['validTo']);
  orNull('singleFirmMost', 1, MOST_FEN);
  orNull('guaranteeFeeMostBp', 0, 10_000);
  orNull('averageFeeBelowBp', 0, 10_000);
  orNull('claimCeilingBp', 1, 10_000);
  check.whole('/claimBasePercent', given['claimBasePercent'], 1, 100);
  check.oneOf('/otherFeesAllowed', given['otherFeesAllowed'], [true, false]);
  check.oneOf('/lenderMayPassOn', given['lenderMayPassOn'], [true, false]);
  if (given['claimAdvancedBy'] !== null) check.text('/claimAdvancedBy', given['claimAdvancedBy'], /^[a-z]/);
  checkLimits(check, '/limits', given['limits']);
  checkTiers(check, given['reGuaranteeFee']);
  checkPoolFuse(check, given['poolFuse']);
  check.list('/classes', given['classes'], 0, 20).forEach((item, i) => {
    const at = `/classes/${i}`;
    const shareClass = membersOf(item);
    check.onlyFields(at, shareClass, ['code', 'zh', 'en', 'shares', 'tree', 'limits']);
    check.text(`${at}/code`, shareClass['code'], /^[A-Z0-9-]{1,20}$/);
    check.names(at, shareClass);
    check.oneOf(`${at}/shares`, shareClass['shares'], STANDINGS);
    checkLimits(check, `${at}/limits`, shareClass['limits']);
    checkTree(check, `${at}/tree`, shareClass['tree']);
  });
  // What follows compares members with one another and needs each to be sound.
  if (check.errors.length === 0) checkTogether(check, given as unknown as SharingScheme);
  check.end('分险方案有误', 'the sharing scheme is not valid');
  const scheme = given as unknown as SharingScheme;
  return { scheme, hash: createHash('sha256').update(canonicalJson(scheme)).digest('hex') };
}

function checkLimits(check: DocumentCheck, pointer: string, value: unknown): void {
  check.list(pointer, value, 0, 20).forEach((item, i) => {
    const limit = membersOf(item);
    const at = `${pointer}/${i}`;
    check.onlyFields(at, limit, ['party', 'within', 'leastBp', 'mostBp']);
    check.text(`${at}/party`, limit['party'], /^[a-z]/);
    if (limit['within'] !== undefined) check.text(`${at}/within`, limit['within'], /^[a-z]/);
    for (const end of ['leastBp', 'mostBp'])
      if (limit[end] !== undefined) check.whole(`${at}/${end}`, limit[end], 0, 10_000);
    if (limit['leastBp'] === undefined && limit['mostBp'] === undefined)
      check.fault(at, '应有下限或上限', 'leastBp or mostBp is expected');
  });
}

function checkTiers(check: DocumentCheck, value: unknown): void {
  const tiers = check.list('/reGuaranteeFee', value, 0, 10).map(membersOf);
  tiers.forEach((tier, i) => {
    const at = `/reGuaranteeFee/${i}`;
    const last = i === tiers.length - 1;
    check.onlyFields(at, tier, ['upTo', 'mostBp']);
    check.whole(`${at}/mostBp`, tier['mostBp'], 0, 10_000);
    if (last) check.oneOf(`${at}/upTo`, tier['upTo'], [null]);
    else check.whole(`${at}/upTo`, tier['upTo'], Number(tiers[i - 1]?.['upTo'] ?? 0) + 1, MOST_FEN);
  });
}

function checkPoolFuse(check: DocumentCheck, value: unknown): void {
  if (value === null) return;
  const fuse = membersOf(value);
  check.onlyFields('/poolFuse', fuse, ['warnBp', 'stopBp']);
  if (check.whole('/poolFuse/warnBp', fuse['warnBp'], 1, 10_000))
    check.whole('/poolFuse/stopBp', fuse['stopBp'], fuse['warnBp'] + 1, 10_000);
}

function checkTogether(check: DocumentCheck, scheme: SharingScheme): void {
  if (scheme.validTo !== null && scheme.validTo < scheme.validFrom)
    check.fault('/validTo', '不得早于起始日', 'must not lie before validFrom');
  const codes = new Set<string>();
  scheme.classes.forEach(({ code, tree, limits }, i) => {
    if (codes.has(code)) check.fault(`/classes/${i}/code`, '重复的类别', 'this class stands in the scheme already');
    codes.add(code);
    for (const { zh, en } of shareFaults(tree, [...scheme.limits, ...limits]))
      check.fault(`/classes/${i}/tree`, zh, en);
  });
}

/** What must stand beside the shares of a class wherever a person reads them. */
export function standingText(scheme: SharingScheme, shareClass: ShareClass): Text {
  return shareClass.shares === 'PUBLISHED'
    ? { zh: `分担比例依据：${scheme.basis}`, en: `shares as published: ${scheme.basis}` }
    : { zh: '本系统测算用分担比例，非官方规定', en: 'shares proposed by this system for computing, not official' };
}
