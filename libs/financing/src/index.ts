export * from './callbacks/callback-keys.ts';
export * from './callbacks/callback-signature.ts';
export * from './callbacks/callbacks.service.ts';
export * from './deals/deal.ts';
export * from './deals/deals.store.ts';
export * from './deals/raise.ts';
export * from './deals/ports.ts';
export * from './referrals/loan-account.ts';
export * from './referrals/referral-table.ts';
export * from './referrals/referral-terms.ts';
export { loanOf, REFERRAL } from './referrals/referral.ts';
export * from './referrals/referrals.service.ts';
export { FINANCING_SCHEMA } from './schema.ts';
export * from './sharing/check-case.ts';
export * from './sharing/claim-account.ts';
export * from './sharing/claim-payments.ts';
export * from './sharing/claim-rate.ts';
export * from './sharing/exact.ts';
export * from './sharing/fees.ts';
export * from './sharing/scheme.ts';
export * from './sharing/share-limits.ts';
export * from './sharing/share-tree.ts';
export * from './sharing/shipped-schemes.ts';
export { CountedBook, counts, netAssetsAt, reservedUntil } from './capacity/capacity-book.ts';
export type {
  CapacityBook,
  Liability,
  LiabilityState,
  LiabilityTerms,
  NetAssets,
  ProgrammeCap as GuarantorProgrammeCap,
} from './capacity/capacity-book.ts';
export * from './capacity/capacity-rules.ts';
export type { CapCheck, CapName } from './capacity/caps.ts';
export * from './capacity/check-capacity.ts';
export * from './capacity/connected-groups.ts';
export * from './capacity/reserves.ts';
export * from './capacity/capacity.service.ts';
export { capacityOfCases } from './capacity/capacity-of-cases.ts';
export type { Capital, ProgrammeLimits, Taking } from './capacity/capacity.store.ts';
export type { FirmRelations } from './capacity/relations.store.ts';
export * from './guarantees/batch.ts';
export * from './guarantees/batches.service.ts';
export * from './guarantees/guarantee.ts';
export * from './guarantees/guarantee-entries.ts';
export * from './guarantees/guarantee-table.ts';
export * from './guarantees/guarantee-terms.ts';
export * from './guarantees/guarantee-type.ts';
export * from './guarantees/guarantees.service.ts';
export type { TaxYear, WorkingCapital } from './line/base-formulas.ts';
export type { RecognisedEquity } from './line/base-records.ts';
export { existingLoans } from './line/existing-loans.ts';
export type * from './line/line.ts';
export * from './line/line-base.ts';
export { lineBases, type LineEvidence, type StatedInputs } from './line/line-bases.ts';
export * from './line/line-parameters.ts';
export { LINE_DISCLAIMER } from './line/line-words.ts';
export type { LimitCode, LineFlag, LineRefusal, StepCode } from './line/line-words.ts';
export { raiseByNext, type LineRaise, type LineRaises, type RaiseCode } from './line/raise-line.ts';
export { lineParametersOn, shippedLineParameters } from './line/shipped-line-parameters.ts';
export { suggestLine } from './line/suggested-line.ts';
