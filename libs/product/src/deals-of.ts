import type { Principal } from '#lib/access';
import {
  CALLBACK_KINDS,
  CallbackKeys,
  Callbacks,
  Capacity,
  capacityOfCases,
  Deals,
  Batches,
  guaranteeDesk,
  Guarantees,
  JointCases,
  jointDesk,
  Outcomes,
  referralDesk,
  Referrals,
  type Admit,
  type Callback,
  type CallbackType,
  type CoveringGuarantee,
  type DealParts,
  type FirmStandings,
} from '#lib/financing';
import { ProblemError } from '#lib/kernel';
import type { Deliveries } from '#lib/ledger';
import type { SecretBox } from '#lib/notices';
import type { Tx } from '#lib/platform';

/** 融资业务: what deals are worked with. */
export interface DealServices {
  readonly deals: Deals;
  readonly referrals: Referrals;
  readonly guarantees: Guarantees;
  readonly guaranteeBatches: Batches;
  readonly jointCases: JointCases;
  readonly capacity: Capacity;
  readonly outcomes: Outcomes;
  readonly callbackKeys: CallbackKeys;
  readonly callbacks: Callbacks;
}

export interface DealsParts extends DealParts {
  readonly deliveries: Deliveries;
  readonly secretBox: SecretBox;
  /** Person id of the house, in whose name outcomes are received. */
  readonly person: string;
  readonly admit: Admit;
  readonly standings: Pick<FirmStandings, 'programmeRoom'>;
}

export function dealsOf(parts: DealsParts): DealServices {
  const { db, clock, calendar, notices, deliveries, secretBox, person, admit, standings } = parts;
  const room = standings.programmeRoom;
  const outcomes = new Outcomes(db, deliveries, person);
  const capacity = new Capacity(db, notices, clock);
  // A loan and its guarantee move one another: each is asked when both are there.
  const covering: CoveringGuarantee = { loanMoved: (tx, loan) => guarantees.loanMoved(tx, loan) };
  const referrals = new Referrals(parts, { admit, outcomes, room, guarantee: covering });
  const guarantees = new Guarantees(parts, capacity, { admit, outcomes, room, loan: referrals });
  const jointCases = new JointCases(parts, { admit, outcomes, capacity: capacityOfCases(capacity) });
  const callbackKeys = new CallbackKeys(db, secretBox, clock);
  const desks = [referralDesk(referrals, calendar), guaranteeDesk(guarantees, calendar), jointDesk(jointCases)];
  const deals = new Deals(db, desks, clock);
  const apply = (tx: Tx, principal: Principal, callback: Callback) => applied(deals, tx, principal, callback);
  return {
    deals,
    referrals,
    guarantees,
    guaranteeBatches: new Batches(parts, guarantees),
    jointCases,
    capacity,
    outcomes,
    callbackKeys,
    callbacks: new Callbacks(db, { keys: callbackKeys, notices, clock, apply }),
  };
}

/** Throws ProblemError callback-type-unknown 422, or what the deal refuses. */
async function applied(deals: Deals, tx: Tx, principal: Principal, callback: Callback) {
  const { type, event, dealId, externalId, detail } = callback;
  if (!Object.hasOwn(CALLBACK_KINDS, type)) throw typeUnknown(type);
  const kind = CALLBACK_KINDS[type as CallbackType];
  // What the partner's sequence is called is what it calls the loan.
  const said = kind === 'referral' && event === 'accept' ? { externalId, ...detail } : detail;
  const { version } = await deals.sayIn(tx, principal, kind, { dealId, event, detail: said });
  return { dealId, version };
}

function typeUnknown(type: string): ProblemError {
  const known = Object.keys(CALLBACK_KINDS);
  const code = 'callback-type-unknown';
  const zh = `没有「${type}」；现有：${known.join('、')}`;
  const en = `there is no ${type}; there are ${known.join(', ')}`;
  return new ProblemError({ code, status: 422, zh, en, errors: [{ pointer: '/type', code, zh, en }] });
}
