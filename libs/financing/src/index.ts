export * from './callbacks/callback-keys.ts';
export * from './callbacks/callback-signature.ts';
export * from './callbacks/callbacks.service.ts';
export * from './composition/drawable.ts';
export * from './composition/effective.ts';
export * from './composition/guarantee-outlasts.ts';
export * from './composition/joint-case.ts';
export * from './composition/movements.ts';
export * from './composition/plan.ts';
export * from './composition/strict.ts';
export * from './composition/substitution.ts';
export type * from './composition/words.ts';
export * from './deals/deal.ts';
export * from './deals/deals.store.ts';
export { command, commandIn, deskOf, move as moveDeal, sweepDeals } from './deals/raise.ts';
export type { Command, DealFlow, DealMessage, DealParts, Move } from './deals/raise.ts';
export type * from './joint/capacity-port.ts';
export { balanceOf, type JointBalance, type JointLack } from './joint/commitments.ts';
export {
  FIELD_GROUPS,
  JOINT_PURPOSES,
  visibleTo,
  type Consent,
  type FieldGroup,
  type GivenConsent,
} from './joint/consents.ts';
export type { JointPurpose, Visible } from './joint/consents.ts';
export * from './joint/joint-body.ts';
export * from './joint/joint-case.ts';
export * from './joint/joint-cases.service.ts';
export * from './joint/joint-exposures.reader.ts';
export * from './joint/joint-ledger.ts';
export * from './joint/joint-table.ts';
export * from './joint/joint-terms.ts';
export * from './joint/joint-view.ts';
export type { DrawLimit } from './joint/money.ts';
export { FINANCING_SCHEMA } from './schema.ts';
