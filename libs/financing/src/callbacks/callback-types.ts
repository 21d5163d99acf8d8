import type { DealKind } from '../deals/deal.ts';

/** Messages of domain §6.9 that partners call back, and the kind of deal that each tells of. */
export const CALLBACK_KINDS = {
  'referral.status.v1': 'referral',
  'loan.performance.v1': 'referral',
  'guarantee.event.v1': 'guarantee',
  'joint.event.v1': 'joint-case',
} as const satisfies Readonly<Record<string, DealKind>>;

export type CallbackType = keyof typeof CALLBACK_KINDS;
export const CALLBACK_TYPES = Object.keys(CALLBACK_KINDS) as CallbackType[];
