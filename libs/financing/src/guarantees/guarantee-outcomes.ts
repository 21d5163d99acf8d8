import type { OutcomeKind } from '#lib/data-sources';
import { dateAt, type LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { OutcomeBook } from '../deals/ports.ts';
import type { Move } from '../deals/raise.ts';
import type { GuaranteeBody, GuaranteeChange } from './guarantee.ts';
import type { GuaranteeEvent, GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';

type GuaranteeMove = Move<GuaranteeState, GuaranteeBody, GuaranteeChange, GuaranteeTerms>;

const KINDS: Partial<Readonly<Record<GuaranteeEvent, OutcomeKind>>> = {
  accept: 'accepted',
  issue: 'guaranteed',
  'accept-batch': 'guaranteed',
  pay: 'claimPaid',
  recover: 'recovered',
  'write-off': 'writtenOff',
};

/** Draws and repayments are the lender's to report; the rest is the guarantor's. */
function kindOf({ before, after, change }: GuaranteeMove): OutcomeKind | undefined {
  if (after.state === 'APPROVED' && before.state !== 'APPROVED') return 'approved';
  if (after.state === 'DECLINED') return 'declined';
  if (after.state === 'RELEASED') return 'released';
  if (change.event === 'court') return after.state === 'PAID' ? 'claimPaid' : undefined;
  if (change.event === 'correct')
    return before.body.entries.some(({ version, kind }) => version === change.version && kind === 'recovery')
      ? 'recovered'
      : undefined;
  return KINDS[change.event];
}

/** What is put right was on the day of the entry, not on the day of the correction. */
function dayCorrected({ body }: GuaranteeMove['before'], change: GuaranteeChange): LocalDate | undefined {
  if (change.event !== 'correct') return undefined;
  const entry = body.entries.find(({ version }) => version === change.version);
  return entry !== undefined && 'on' in entry ? entry.on : undefined;
}

/** What a guarantor reports becomes a record of source 16, where the firm agreed to it beforehand (条例 art. 29). */
export async function noteGuarantee(tx: Tx, book: OutcomeBook, made: GuaranteeMove): Promise<void> {
  const { before, after, change, by } = made;
  const { dealId, version, uscc, terms, body } = after;
  const today = dateAt(by.at);
  const kind = kindOf(made);
  if (kind === undefined || terms.outcomesUntil === null || terms.outcomesUntil < today) return;
  const letterNo = body.letter?.letterNo;
  const amount =
    kind === 'approved' || kind === 'guaranteed' ? body.approved : 'amount' in change ? change.amount : undefined;
  await book.note(tx, {
    dealId,
    version,
    uscc,
    institutionId: terms.guarantorId,
    kind,
    guaranteeId: dealId,
    ...(letterNo === undefined ? {} : { letterNo }),
    ...(amount === undefined ? {} : { amount }),
    on: 'on' in change ? change.on : (dayCorrected(before, change) ?? today),
    ...(change.event === 'correct' ? { corrects: change.version } : {}),
  });
}
