import type { OutcomeKind } from '#lib/data-sources';
import { addFen, dateAt, fen } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { OutcomeBook } from '../deals/ports.ts';
import type { Move } from '../deals/raise.ts';
import { linesOf } from './commitments.ts';
import { mayReport } from './consents.ts';
import type { JointBody, JointChange, MoneyEvent } from './joint-body.ts';
import type { JointState } from './joint-table.ts';
import type { JointTerms } from './joint-terms.ts';

/** Equity is no loan, and a loss is told when it is written off or recovered. */
const KINDS: Partial<Readonly<Record<MoneyEvent, OutcomeKind>>> = {
  draw: 'drawn',
  repay: 'repaid',
  claim: 'claimPaid',
  recover: 'recovered',
  'write-off': 'writtenOff',
};

/**
 * What a partner reports of a loan or a guarantee becomes a record of source 16 where the firm agreed to it beforehand
 * (征信业管理条例 art. 29), and stays with the case where it did not.
 */
export async function noteOutcomes(
  tx: Tx,
  book: OutcomeBook,
  { before, after, by }: Move<JointState, JointBody, JointChange, JointTerms>,
): Promise<void> {
  const entry = after.body.entries.at(-1);
  if (entry === undefined || after.body.entries.length === before.body.entries.length) return;
  const guaranteed = entry.part === 'guaranteed';
  // The source knows recoveries of guarantees alone; what else comes back late is repaid.
  const kind = entry.event === 'recover' && !guaranteed ? 'repaid' : KINDS[entry.event];
  if (kind === undefined || !mayReport(after.body.consents, entry.who, dateAt(by.at))) return;
  const { dealId, uscc } = after;
  // The lines of a signed proposal keep their order; a number of the source has 64 characters at most.
  const line = linesOf(after.body).findIndex(
    ({ part, institutionId }) => part === entry.part && institutionId === entry.partner,
  );
  const loanId = `${dealId}-${line + 1}`;
  await book.note(tx, {
    dealId,
    version: entry.version,
    uscc,
    institutionId: entry.who,
    kind,
    loanId,
    ...(guaranteed ? { guaranteeId: loanId } : {}),
    // 代偿额 is principal and normal interest.
    amount: addFen(entry.amount, entry.interest ?? fen(0)),
    on: entry.on,
    ...(entry.corrects === null ? {} : { corrects: entry.corrects }),
  });
}
