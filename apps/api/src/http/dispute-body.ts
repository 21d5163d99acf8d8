import type { DisputeView, RecordedDisputeEvent } from '#lib/compliance';
import { instantText } from '#lib/kernel';

export const disputeBody = (view: DisputeView): object => ({
  disputeId: view.disputeId,
  uscc: view.uscc,
  source: view.source,
  recordKey: view.recordKey,
  claim: view.claim,
  state: view.state,
  version: view.version,
  receivedAt: instantText(view.receivedAt),
  stateSince: instantText(view.stateSince),
  answerBy: view.answerBy,
  stateDueOn: view.stateDueOn,
  reply: view.reply,
  repliedAt: view.repliedAt && instantText(view.repliedAt),
  statement: view.statement,
  deliveryId: view.deliveryId,
  runId: view.runId,
});

/** Persons are not named: not to the firm, and operators find them in the record. */
export const disputeWithEvents = (
  view: DisputeView & { readonly events: readonly RecordedDisputeEvent[] },
): object => ({
  ...disputeBody(view),
  events: view.events.map(({ personId: _personId, at, ...event }) => ({ ...event, at: instantText(at) })),
});
