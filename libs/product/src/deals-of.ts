import type { Principal } from '#lib/access';
import {
  CALLBACK_KINDS,
  CallbackKeys,
  Callbacks,
  Capacity,
  capacityOfCases,
  DealAlarms,
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
  type ApplyCallback,
  type Callback,
  type CallbackType,
  type CoveringGuarantee,
  type DealParts,
  type FirmStandings,
  type TellsLine,
} from '#lib/financing';
import type { Authorisations, QueryLog } from '#lib/compliance';
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
  readonly dealAlarms: DealAlarms;
}

export interface DealsParts extends DealParts {
  readonly deliveries: Deliveries;
  readonly secretBox: SecretBox;
  /** Person id of the house, in whose name outcomes are received. */
  readonly person: string;
  readonly admit: Admit;
  readonly standings: Pick<FirmStandings, 'programmeRoom'>;
  readonly authorisations: Authorisations;
  readonly queryLog: QueryLog;
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
  const deals = new Deals(db, desks, clock, lineTeller(parts));
  const apply: ApplyCallback = (tx, principal, callback, heardAt) => applied(deals, tx, principal, callback, heardAt);
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
    dealAlarms: new DealAlarms(parts),
  };
}

/** A bank or guarantor that the firm authorised to see its score and its loans, on which the line rests; each look is logged. */
function lineTeller({ authorisations, queryLog, clock }: DealsParts): TellsLine {
  return async (tx, { kind, institutionId, personId, keyId }, uscc) => {
    if (kind !== 'bank' && kind !== 'guarantor') return false;
    const purpose = kind === 'bank' ? 'pre-loan-review' : 'guarantee-review';
    const at = clock.now();
    const asked = { uscc, institutionId, purpose, at } as const;
    const score = await authorisations.opening(tx, { ...asked, scope: 'score' });
    const loans = await authorisations.opening(tx, { ...asked, scope: 'credit-history' });
    if (score === undefined || loans === undefined) return false;
    const { authorisationId } = score;
    const looked = { subjects: [uscc], product: 'line', purpose, authorisationId, detail: { of: 'deal' } } as const;
    await queryLog.append(tx, { at, institutionId, personId, keyId, ...looked });
    return true;
  };
}

/** Throws ProblemError callback-type-unknown 422, or what the deal refuses. */
async function applied(deals: Deals, tx: Tx, principal: Principal, callback: Callback, heardAt?: Date) {
  const { type, event, dealId, externalId, detail } = callback;
  if (!Object.hasOwn(CALLBACK_KINDS, type)) throw typeUnknown(type);
  const kind = CALLBACK_KINDS[type as CallbackType];
  // What the partner's sequence is called is what it calls the loan.
  const said = kind === 'referral' && event === 'accept' ? { externalId, ...detail } : detail;
  const { version } = await deals.sayIn(tx, principal, kind, {
    dealId,
    event,
    detail: said,
    ...(heardAt === undefined ? {} : { heardAt }),
  });
  return { dealId, version };
}

function typeUnknown(type: string): ProblemError {
  const known = Object.keys(CALLBACK_KINDS);
  const code = 'callback-type-unknown';
  const zh = `没有「${type}」；现有：${known.join('、')}`;
  const en = `there is no ${type}; there are ${known.join(', ')}`;
  return new ProblemError({ code, status: 422, zh, en, errors: [{ pointer: '/type', code, zh, en }] });
}
