import type { Principal } from '#lib/access';
import {
  CallbackKeys,
  Callbacks,
  dealDesk,
  Deals,
  Outcomes,
  REFERRAL,
  REFERRAL_EVENTS,
  REFERRAL_MONEY,
  REFERRAL_WORDS,
  Referrals,
  type Admit,
  type Callback,
  type DealParts,
  type ReferralChange,
  type ReferralEvent,
} from '#lib/financing';
import { ProblemError } from '#lib/kernel';
import type { Deliveries } from '#lib/ledger';
import type { SecretBox } from '#lib/notices';
import type { Tx } from '#lib/platform';

/** 融资业务: what deals are worked with. */
export interface DealServices {
  readonly referrals: Referrals;
  readonly outcomes: Outcomes;
  readonly callbackKeys: CallbackKeys;
  readonly callbacks: Callbacks;
  readonly deals: Deals;
}

export interface DealsParts extends DealParts {
  readonly deliveries: Deliveries;
  readonly secretBox: SecretBox;
  /** Person id of the house, in whose name outcomes are received. */
  readonly person: string;
  readonly admit: Admit;
}

export function dealsOf(parts: DealsParts): DealServices {
  const { db, clock, notices, deliveries, secretBox, person, admit } = parts;
  const outcomes = new Outcomes(db, deliveries, person);
  const referrals = new Referrals(parts, { admit, outcomes });
  const callbackKeys = new CallbackKeys(db, secretBox, clock);
  const apply = (tx: Tx, principal: Principal, callback: Callback) => applied(referrals, tx, principal, callback);
  return {
    referrals,
    outcomes,
    callbackKeys,
    deals: new Deals(
      db,
      [dealDesk(referrals, REFERRAL, { words: REFERRAL_WORDS, money: REFERRAL_MONEY })],
      parts.calendar,
      clock,
    ),
    callbacks: new Callbacks(db, { keys: callbackKeys, notices, clock, apply }),
  };
}

/** Messages of domain §6.9 that partners call back, and the events that each may tell of. */
const TOLD: Readonly<Record<string, readonly ReferralEvent[]>> = {
  'referral.status.v1': REFERRAL_EVENTS.filter((event) => event !== 'report-month'),
  'loan.performance.v1': ['report-month'],
};

/** Throws ProblemError callback-type-unknown or callback-event-unknown 422, or what the deal refuses. */
async function applied(referrals: Referrals, tx: Tx, principal: Principal, callback: Callback) {
  const { type, event, dealId, externalId, detail } = callback;
  const events = Object.hasOwn(TOLD, type) ? TOLD[type]! : undefined;
  if (events === undefined) throw unknown('type', type, Object.keys(TOLD));
  if (!events.some((known) => known === event)) throw unknown('event', event, events);
  // What the partner's sequence is called is what it calls the deal.
  const change = { ...detail, ...(event === 'accept' ? { externalId } : {}), event } as ReferralChange;
  const { version } = await referrals.commandIn(tx, principal, { dealId, change });
  return { dealId, version };
}

function unknown(field: 'type' | 'event', value: string, known: readonly string[]): ProblemError {
  const code = `callback-${field}-unknown`;
  const [zh, en] = [
    `没有「${value}」；现有：${known.join('、')}`,
    `there is no ${value}; there are ${known.join(', ')}`,
  ];
  return new ProblemError({ code, status: 422, zh, en, errors: [{ pointer: `/${field}`, code, zh, en }] });
}
