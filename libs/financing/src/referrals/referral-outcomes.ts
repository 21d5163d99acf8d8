import type { OutcomeKind } from '#lib/data-sources';
import { dateAt, type LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { Outcome, OutcomeBook } from '../deals/ports.ts';
import type { Move } from '../deals/raise.ts';
import type { ReferralEvent, ReferralState } from './referral-table.ts';
import type { ReferralBody, ReferralChange, ReferralTerms } from './referral-terms.ts';
import { monthOf, statusAt } from './referral-months.ts';
import { loanOf } from './referral.ts';

const KINDS: Partial<Readonly<Record<ReferralEvent, OutcomeKind>>> = {
  send: 'referred',
  accept: 'accepted',
  decline: 'declined',
  approve: 'approved',
  draw: 'drawn',
  'carry-over': 'drawn',
  pay: 'repaid',
  // 追偿 is a guarantor's; what a bank gets back of its own loan was paid on the loan.
  recover: 'repaid',
  restructure: 'restructured',
  'write-off': 'writtenOff',
  close: 'closed',
};

/**
 * What a lender reports of a loan becomes a record of source 16 where the firm agreed to it beforehand (条例 art. 29), and
 * stays with the deal where it did not.
 */
export async function noteOutcomes(
  tx: Tx,
  book: OutcomeBook,
  { after, change, by }: Move<ReferralState, ReferralBody, ReferralChange, ReferralTerms>,
): Promise<void> {
  const { dealId, version, uscc, terms, body } = after;
  const today = dateAt(by.at);
  if (body.consent?.outcomes !== true || body.consent.until < today) return;
  const institutionId = terms.bank;
  const loanId = body.contract?.contractNo;
  if (change.event === 'report-month' || change.event === 'correct-month') {
    const report = monthOf(after, change);
    const { month, balance, daysPastDue, loanClass } = report;
    const draws = body.entries.filter(({ kind }) => kind === 'draw');
    await book.noteMonth(tx, {
      dealId,
      uscc,
      institutionId,
      loanId: loanId!,
      month,
      drawnOn: draws.reduce<LocalDate | null>((first, { on }) => (first === null || on < first ? on : first), null),
      principal: loanOf(after).drawn,
      balance,
      daysPastDue,
      loanClass,
      status: statusAt(after, report),
      ...(change.event === 'correct-month' ? { version } : {}),
    });
    return;
  }
  const corrected =
    change.event === 'correct' ? body.entries.find((entry) => entry.version === change.corrects) : undefined;
  const kind = corrected ? ENTRY_KINDS[corrected.kind] : KINDS[change.event];
  if (kind === undefined) return;
  // A write-off says no amount: it is all that was outstanding.
  const amount = 'amount' in change ? change.amount : body.entries.find((entry) => entry.version === version)?.amount;
  const outcome: Outcome = {
    dealId,
    version,
    uscc,
    institutionId,
    kind,
    ...(loanId === undefined ? {} : { loanId }),
    ...(amount === undefined ? {} : { amount }),
    on: corrected?.on ?? ('on' in change ? change.on : today),
    ...(change.event === 'correct' ? { corrects: change.corrects } : {}),
  };
  await book.note(tx, outcome);
}

const ENTRY_KINDS = {
  draw: 'drawn',
  payment: 'repaid',
  recovery: 'repaid',
  carried: 'closed',
  'written-off': 'writtenOff',
} as const satisfies Readonly<Record<string, OutcomeKind>>;
