import { addDays, addMonths, dateAt } from '#lib/kernel';
import type { Deadline, DealType, Desk } from '../deals/deal.ts';
import {
  askMissing,
  contract,
  decide,
  meetConditions,
  report,
  supply,
  withReason,
  type Handler,
} from './guarantee-application.ts';
import {
  acceptBatch,
  claim,
  correct,
  cost,
  court,
  cure,
  draw,
  endDraws,
  extend,
  issue,
  overdue,
  pay,
  recover,
  reduce,
  repaid,
  writeOff,
} from './guarantee-letter.ts';
import { BLANK, type Change, type Guarantee, type GuaranteeBody, type GuaranteeChange } from './guarantee.ts';
import { GUARANTEE_TABLE, type GuaranteeEvent, type GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';

/** Nothing but the state changes. */
const moves: Handler<GuaranteeEvent> = ({ body }) => ({ body });

const HANDLERS: { readonly [E in GuaranteeEvent]: Handler<E> } = {
  submit: moves,
  withdraw: withReason,
  'accept-batch': acceptBatch,
  'ask-missing': askMissing,
  supply,
  accept: moves,
  reject: withReason,
  start: moves,
  report,
  decide,
  'meet-conditions': meetConditions,
  contract,
  lapse: moves,
  cancel: withReason,
  issue,
  draw,
  'end-draws': endDraws,
  extend,
  reduce,
  repaid,
  expire: moves,
  overdue,
  cure,
  claim,
  review: moves,
  pay,
  dispute: withReason,
  'reject-claim': withReason,
  settle: withReason,
  court,
  'accept-rejection': moves,
  contest: withReason,
  recover,
  cost,
  'write-off': writeOff,
  correct,
};

/** A bank tells of a draw on the next day (T+1): until then the end of the draw period waits. */
const REPORT_DAYS = 1;
/** 拒赔后 6 个月未提异议. */
const CONTEST_MONTHS = 6;

function deadlines({ state, stateSince, body }: Guarantee): readonly Deadline<GuaranteeEvent>[] {
  const { letter, reservedUntil } = body;
  if (state === 'CLAIM_REJECTED')
    return [{ event: 'accept-rejection', lastDay: addMonths(dateAt(stateSince), CONTEST_MONTHS) }];
  if (letter === null)
    // One expiry: signing a contract does not make the reservation longer.
    return reservedUntil !== null && GUARANTEE_TABLE.states[state].on?.lapse
      ? [{ event: 'lapse', lastDay: reservedUntil }]
      : [];
  const drawable = state === 'ISSUED' || (state === 'IN_FORCE' && !body.drawsEnded && body.drawn < body.approved);
  return [
    ...(drawable ? [{ event: 'end-draws' as const, lastDay: addDays(letter.drawUntil, REPORT_DAYS) }] : []),
    ...(state === 'IN_FORCE' || state === 'OVERDUE'
      ? [{ event: 'expire' as const, lastDay: letter.guaranteeUntil }]
      : []),
  ];
}

/** 担保申请 (domain §6.3): from the application to the letter, the claim and what is recovered. */
export const GUARANTEE: DealType<GuaranteeState, GuaranteeEvent, GuaranteeBody, GuaranteeChange, GuaranteeTerms> = {
  kind: 'guarantee',
  table: GUARANTEE_TABLE,
  twoPersons: ['report', 'write-off'],
  begin: () => BLANK,
  apply: (deal, change, by) => (HANDLERS[change.event] as Handler<GuaranteeEvent>)(deal, change, by),
  deadlines,
};

/** The change that a timer raises. */
export const dueChange = (event: GuaranteeEvent): GuaranteeChange =>
  event === 'withdraw'
    ? { event, reason: '期限届满，视为撤回 withdrawn as time ran out' }
    : ({ event } as Change<'lapse' | 'end-draws' | 'expire' | 'accept-rejection'>);

/** What a desk is shown: the guarantor's caps and due diligence are its own (审保分离), the firm and the bank see what they agreed to. */
export function guaranteeFor(desk: Desk, deal: Guarantee): Guarantee {
  if (desk === 'GUAR' || desk === 'OPS') return deal;
  const { proposal, body } = deal;
  const { schemes: _own, ...rest } = body;
  return {
    ...deal,
    proposal: proposal?.change.event === 'report' ? null : proposal,
    body: { ...rest, caps: [], report: null },
  };
}
