import { addFen, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { percentText, yuanText } from './money-text.ts';
import type { ShareClass, SharingScheme } from './scheme.ts';
import { shareFaults } from './share-limits.ts';
import type { ShareTree } from './share-tree.ts';

/** What is agreed for one guaranteed loan. */
export interface SharedCase {
  /** As agreed; left out: the shares of the class. */
  readonly tree?: ShareTree;
  readonly principal: Fen;
  /** 单户在保余额 under the scheme without this case; null: not known. */
  readonly firmInForce: Fen | null;
  readonly guaranteeFeeBp: number;
  /** null: no re-guarantee, or with `reGuaranteed` a fee that nobody stated. */
  readonly reGuaranteeFeeBp: number | null;
  /** Somebody re-guarantees it; left out: as the fee says. */
  readonly reGuaranteed?: boolean;
  /** What else the firm is charged, in the words of the contract. */
  readonly otherFees: readonly string[];
  /** The bank covers its own share by insurance or deposits. */
  readonly lenderPassesOn: boolean;
}

export type CaseRule =
  | 'SHARES'
  | 'SINGLE_FIRM'
  | 'GUARANTEE_FEE'
  | 'RE_GUARANTEE_FEE'
  | 'OTHER_FEES'
  | 'LENDER_KEEPS_SHARE';

export interface CaseCheck extends Text {
  readonly rule: CaseRule;
  readonly state: 'pass' | 'fail' | 'unknown';
}

/** Holds a case against its scheme. A rule that the scheme does not state has no check; a fact that is not known is never a pass. */
export function checkCase(
  scheme: SharingScheme,
  shareClass: ShareClass,
  shared: SharedCase,
): { readonly ok: boolean; readonly checks: readonly CaseCheck[] } {
  const checks: CaseCheck[] = [];
  const add = (rule: CaseRule, state: CaseCheck['state'] | boolean, zh: string, en: string): void =>
    void checks.push({ rule, state: state === true ? 'pass' : state === false ? 'fail' : state, zh, en });

  const faults = shareFaults(shared.tree ?? shareClass.tree, [...scheme.limits, ...shareClass.limits]);
  if (faults.length === 0) add('SHARES', true, '分担比例符合方案', 'the shares keep the limits of the scheme');
  for (const { zh, en } of faults) add('SHARES', false, zh, en);

  if (scheme.singleFirmMost !== null) {
    const most = yuanText(scheme.singleFirmMost);
    if (shared.firmInForce === null) {
      add(
        'SINGLE_FIRM',
        'unknown',
        `单户在保余额未知，上限${most}元`,
        `in force for the firm is not known, at most ${most} yuan`,
      );
    } else {
      const after = addFen(shared.firmInForce, shared.principal);
      add(
        'SINGLE_FIRM',
        after <= scheme.singleFirmMost,
        `单户在保余额${yuanText(after)}元，上限${most}元`,
        `in force for the firm ${yuanText(after)} yuan, at most ${most} yuan`,
      );
    }
  }
  const fee = (rule: CaseRule, bp: number, most: number, zh: string, en: string): void =>
    add(
      rule,
      bp <= most,
      `${zh}${percentText(bp)}，不高于${percentText(most)}`,
      `${en} ${percentText(bp)}, at most ${percentText(most)}`,
    );
  if (scheme.guaranteeFeeMostBp !== null)
    fee('GUARANTEE_FEE', shared.guaranteeFeeBp, scheme.guaranteeFeeMostBp, '担保费率', 'guarantee fee');
  const tier = scheme.reGuaranteeFee.find(({ upTo }) => upTo === null || shared.principal <= upTo);
  if (tier && shared.reGuaranteeFeeBp !== null)
    fee('RE_GUARANTEE_FEE', shared.reGuaranteeFeeBp, tier.mostBp, '再担保费率', 're-guarantee fee');
  else if (tier && shared.reGuaranteed === true) {
    const most = percentText(tier.mostBp);
    add(
      'RE_GUARANTEE_FEE',
      'unknown',
      `再担保费率未注明，不高于${most}`,
      `the re-guarantee fee is not stated, at most ${most}`,
    );
  }
  if (!scheme.otherFeesAllowed) {
    const named = shared.otherFees.join('、');
    add(
      'OTHER_FEES',
      named === '',
      named === '' ? '未收取其他费用' : `不得收取：${named}`,
      named === '' ? 'no other fees' : `must not be charged: ${named}`,
    );
  }
  if (!scheme.lenderMayPassOn)
    add(
      'LENDER_KEEPS_SHARE',
      !shared.lenderPassesOn,
      shared.lenderPassesOn ? '银行不得以保险、保证金转移自担部分' : '银行自担部分未转移',
      shared.lenderPassesOn
        ? 'the bank may not pass its share on by insurance or deposits'
        : 'the bank keeps its own share',
    );
  return { ok: checks.every(({ state }) => state === 'pass'), checks };
}
