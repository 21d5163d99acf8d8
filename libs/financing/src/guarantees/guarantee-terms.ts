import { fen, type Fen, type LocalDate } from '#lib/kernel';
import { DocumentCheck } from '../sharing/document-check.ts';
import { compareExact, exact } from '../sharing/exact.ts';
import { checkTree, leavesOf, shareOf, splitByTree, type ShareTree } from '../sharing/share-tree.ts';
import { MOST_FEN, refusal } from '../deals/checks.ts';
import type { ProgrammeRoom } from '../deals/ports.ts';
import { checkSharing, type SharingTerms } from './sharing-terms.ts';

/** The guarantor's own place in a tree of shares. */
export const OWN_PARTY = 'guarantor';

/** What is applied for; fixed when the deal is opened. */
export interface GuaranteeTerms {
  readonly guarantorId: string;
  /** Joins with the contract at the latest. */
  readonly bankId: string | null;
  readonly reGuarantorId: string | null;
  /** 贷款本金: of the loan that is to be guaranteed. */
  readonly principal: Fen;
  readonly termMonths: number;
  /** 担保比例, of the loan. The shares of the tree divide the guaranteed part. */
  readonly guaranteedBp: number;
  /** 分险比例, the bank's own share included; one leaf is `guarantor`. */
  readonly tree: ShareTree;
  /** 担保费率 a year. */
  readonly feeBp: number;
  /** 小微企业; null: not known, which weighs as any other. */
  readonly smallFirm: boolean | null;
  /** 产品单户上限 as it was when applied for; null: the programme names none. */
  readonly programmeMost: Fen | null;
  /** 建议额度 as it was when applied for; null: none was computed. */
  readonly suggestedLine: Fen | null;
  /** 贷款推荐业务, whose repayments lower this guarantee. */
  readonly loanDealId: string | null;
  /** The firm agreed that what becomes of the guarantee is kept with it (条例 art. 29): the last day; null: it did not. */
  readonly outcomesUntil: LocalDate | null;
  readonly purpose: string;
  /** 分险方案; absent where the guarantee was opened before it was asked: then that of its programme. */
  readonly sharing?: SharingTerms;
}

const FIELDS =
  'guarantorId bankId reGuarantorId principal termMonths guaranteedBp tree feeBp smallFirm programmeMost suggestedLine loanDealId outcomesUntil purpose sharing'.split(
    ' ',
  );
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUuid = (id: unknown): id is string => typeof id === 'string' && UUID.test(id);

/** Checks terms at the door. Throws ProblemError guarantee-terms-invalid 422 naming every fault by its pointer. */
export function guaranteeTerms(given: GuaranteeTerms): GuaranteeTerms {
  const check = new DocumentCheck('guarantee-terms-invalid');
  check.onlyFields('', given, FIELDS);
  check.text('/guarantorId', given.guarantorId, UUID);
  for (const field of ['bankId', 'reGuarantorId', 'loanDealId'] as const)
    if (given[field] !== null) check.text(`/${field}`, given[field], UUID);
  check.whole('/principal', given.principal, 1, MOST_FEN);
  check.whole('/termMonths', given.termMonths, 1, 120);
  check.whole('/guaranteedBp', given.guaranteedBp, 1, 10_000);
  check.whole('/feeBp', given.feeBp, 0, 10_000);
  for (const field of ['programmeMost', 'suggestedLine'] as const)
    if (given[field] !== null) check.whole(`/${field}`, given[field], 0, MOST_FEN);
  check.oneOf('/smallFirm', given.smallFirm, [true, false, null]);
  if (given.outcomesUntil !== null) check.date('/outcomesUntil', given.outcomesUntil);
  check.text('/purpose', given.purpose, /^.{2,200}$/u);
  checkTree(check, '/tree', given.tree);
  if (given.sharing !== undefined) checkSharing(check, given.sharing);
  if (check.errors.length === 0) {
    const own = shareOf(given.tree, OWN_PARTY);
    if (own === undefined || compareExact(own, exact(0)) <= 0)
      check.fault('/tree', '担保机构须承担份额', 'the guarantor bears a share of its own');
  }
  check.end('担保申请有误', 'the application is not valid');
  return given;
}

/** Each party's share in basis points, as partners are told it: adds up to 10,000. */
export const sharesInBp = (tree: ShareTree): readonly { readonly party: string; readonly bp: number }[] =>
  leavesOf(splitByTree(tree, fen(10_000))).map(({ party, amount }) => ({ party, bp: amount }));

/** What the firm owes elsewhere is not said, only that it counts. Throws ProblemError programme-cap 409. */
export function withinRoom(pointer: string, amount: Fen, room: Pick<ProgrammeRoom, 'cap' | 'used'> | undefined): void {
  if (room === undefined || room.cap === null || amount <= room.cap - room.used) return;
  throw refusal(
    'programme-cap',
    409,
    pointer,
    `超过产品上限 ${room.cap} 分（扣除企业在该产品下已批与未还的金额）`,
    `over the programme's cap of ${room.cap} fen, less what the firm was approved or owes under it`,
  );
}

/** Throws ProblemError guarantee-over-programme 422 for more than the programme gives one firm. */
export function withinProgramme(
  pointer: string,
  amount: Fen,
  { programmeMost }: Pick<GuaranteeTerms, 'programmeMost'>,
): void {
  if (programmeMost === null || amount <= programmeMost) return;
  throw refusal(
    'guarantee-over-programme',
    422,
    pointer,
    `超过产品单户上限${programmeMost}分`,
    `more than the programme gives one firm: ${programmeMost} fen`,
  );
}
