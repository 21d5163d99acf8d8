import { instantText } from '#lib/kernel';
import type { DealMessage, Move } from '../deals/raise.ts';
import { monthOf } from './referral-months.ts';
import type { ReferralState } from './referral-table.ts';
import type { ReferralBody, ReferralChange, ReferralTerms } from './referral-terms.ts';

/** `loan.performance.v1` of a month, else `referral.status.v1` (domain §6.9). Amounts in 分. */
export function referralMessage({
  after,
  change,
  by,
}: Move<ReferralState, ReferralBody, ReferralChange, ReferralTerms>): DealMessage {
  const { dealId, version, state, body } = after;
  const loanId = body.contract?.contractNo ?? null;
  if (change.event === 'report-month' || change.event === 'correct-month') {
    const { month, balance, daysPastDue: dpd, loanClass: class5 } = monthOf(after, change);
    return {
      type: 'loan.performance.v1',
      body: { referralId: dealId, loanId, month, balance, dpd, class5, status: state },
    };
  }
  return {
    type: 'referral.status.v1',
    body: {
      referralId: dealId,
      externalId: body.externalId,
      seq: version,
      event: change.event,
      status: state,
      amount: 'amount' in change ? change.amount : (body.approval?.amount ?? null),
      rateBp: body.approval?.rateBp ?? null,
      termMonths: body.approval?.termMonths ?? null,
      form: body.approval?.form ?? after.terms.form,
      declineCode: body.declineCode,
      occurredAt: instantText(by.at),
      ...(change.event === 'correct' ? { correctionOf: change.corrects } : {}),
    },
  };
}
