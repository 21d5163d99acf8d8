import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '#lib/data-sources';
import type { Fen, LocalDate } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import type { Text } from '#lib/scoring';
import { DocumentCheck, membersOf } from '../sharing/document-check.ts';

/** The numbers behind a guarantor's capacity (担保能力, domain §7 R26 and R27): dated data of models/sharing. */
export interface CapacityRules extends Text {
  readonly code: string;
  readonly version: string;
  readonly basis: string;
  readonly validFrom: LocalDate;
  readonly validTo: LocalDate | null;
  readonly note?: string;
  /** 担保责任余额 ÷ net assets. */
  readonly multiple: number;
  /** For a guarantor that mainly serves small firms and agriculture. */
  readonly multipleMainlySmall: number;
  /** One client, of net assets. */
  readonly clientPercent: number;
  /** One client with its related parties. */
  readonly groupPercent: number;
  /** 单户在保余额: up to here loans of a small firm weigh less. */
  readonly smallLoanMost: Fen;
  readonly smallLoanWeightPercent: number;
  /** From approval to the letter. */
  readonly reservationDays: number;
  /** A holder of so much is related (关联方). */
  readonly relatedHoldingBp: number;
  /** A holder of more controls. */
  readonly controlAboveBp: number;
  /** Within which related-party business is reported. */
  readonly relatedReportDays: number;
  /** 未到期责任准备金, of the year's fees. */
  readonly unearnedPercent: number;
  /** 担保赔偿准备金, of the liability at the end of the year, each year … */
  readonly claimReservePercent: number;
  /** … until it comes to this. */
  readonly claimReserveUntilPercent: number;
  /** 支小支农占比 of a government guarantor. */
  readonly smallSharePercent: number;
  /** And of that in cases up to … */
  readonly smallCaseMost: Fen;
  /** … at least. */
  readonly smallCasePercent: number;
}

export interface HashedCapacityRules {
  readonly rules: CapacityRules;
  readonly hash: string;
}

const MOST_FEN = 10_000_000_000_000;
const NUMBERS: readonly (readonly [field: keyof CapacityRules, from: number, to: number])[] = [
  ['multiple', 1, 100],
  ['multipleMainlySmall', 1, 100],
  ['clientPercent', 1, 100],
  ['groupPercent', 1, 100],
  ['smallLoanMost', 0, MOST_FEN],
  ['smallLoanWeightPercent', 1, 100],
  ['reservationDays', 1, 366],
  ['relatedHoldingBp', 1, 10_000],
  ['controlAboveBp', 1, 10_000],
  ['relatedReportDays', 1, 366],
  ['unearnedPercent', 0, 100],
  ['claimReservePercent', 0, 100],
  ['claimReserveUntilPercent', 0, 100],
  ['smallSharePercent', 0, 100],
  ['smallCaseMost', 0, MOST_FEN],
  ['smallCasePercent', 0, 100],
];
const FIELDS = ['code', 'version', 'zh', 'en', 'basis', 'validFrom', 'validTo', 'note', ...NUMBERS.map(([f]) => f)];

/** Checks rules and hashes them. Throws ProblemError capacity-rules-invalid 422 naming every fault by its pointer. */
export function capacityRules(document: unknown): HashedCapacityRules {
  const check = new DocumentCheck('capacity-rules-invalid');
  const given = membersOf(document);
  check.onlyFields('', given, FIELDS);
  check.text('/code', given['code'], /^[A-Z0-9]{3,8}$/);
  check.text('/version', given['version'], /^[A-Za-z0-9.-]{1,20}$/);
  check.names('', given);
  check.text('/basis', given['basis'], /^.{2,200}$/u);
  check.date('/validFrom', given['validFrom']);
  if (given['validTo'] !== null) check.date('/validTo', given['validTo']);
  for (const [field, from, to] of NUMBERS) check.whole(`/${field}`, given[field], from, to);
  const rules = given as unknown as CapacityRules;
  if (rules.groupPercent < rules.clientPercent)
    check.fault('/groupPercent', '不得低于单一客户比例', 'must not lie below that of one client');
  if (rules.multipleMainlySmall < rules.multiple)
    check.fault('/multipleMainlySmall', '不得低于一般倍数', 'must not lie below the multiple of others');
  check.end('担保能力规则有误', 'the rules of capacity are not valid');
  return { rules, hash: createHash('sha256').update(canonicalJson(rules)).digest('hex') };
}

let shipped: HashedCapacityRules | undefined;

/** The rules that come with the program, checked when first asked for. Throws ProblemError capacity-rules-invalid. */
export function shippedCapacityRules(): HashedCapacityRules {
  const file = path.join(packageRoot(), 'models/sharing/guarantor-capacity.v1.json');
  shipped ??= capacityRules(JSON.parse(readFileSync(file, 'utf8')));
  return shipped;
}
