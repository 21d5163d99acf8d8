import { DISPUTE_STATES } from '#lib/compliance';
import { choice, day, id, instant, int, list, nullable, object, str } from './schema.ts';

const dispute = {
  disputeId: id('The dispute.'),
  uscc: str('The firm.', '91440300DMAB12340K'),
  source: nullable(str('Source, by name; null: the calculation itself.', 'social-security')),
  recordKey: nullable(str('The record; null: all of the source.', '2026-05|pension')),
  claim: str('What the firm says.', '五月参保人数应为12人'),
  state: choice('MARKED … ESCALATED carry the mark.', DISPUTE_STATES, 'MARKED'),
  version: int('Send it with the next step.', 2),
  receivedAt: instant('T0: both clocks begin here.'),
  stateSince: instant('In this state since.'),
  answerBy: day('书面答复截止日: 20 days from receipt.', '2026-07-26'),
  stateDueOn: nullable(day('Last day of the first timer of the state, in working days; null: none.')),
  reply: nullable(str('The written reply.', '经核查已更正'), null),
  repliedAt: nullable(instant('When it was given.'), null),
  statement: nullable(str('主体声明, shown beside the record.', '企业认为五月数据有误'), null),
  deliveryId: nullable(id('The delivery that corrected the ledger.'), null),
  runId: nullable(id('The published run that knows it.'), null),
};

const event = object({
  version: int('One more a step.', 2),
  event: str('What happened.', 'mark'),
  fromState: nullable(choice('Before.', DISPUTE_STATES)),
  toState: choice('After.', DISPUTE_STATES, 'MARKED'),
  at: instant('When.'),
  text: str('Reason or words.', '已标注 marked'),
});

export const disputeSchemas = {
  Dispute: object({ ...dispute, events: list(event, 'Oldest first.') }),
  DisputeList: object({ items: list(object(dispute)) }),
};
