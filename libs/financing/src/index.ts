export * from './alarms/alarms.service.ts';
export { awaitedDesks } from './alarms/awaited.ts';
export * from './callbacks/callback-keys.ts';
export * from './callbacks/callback-signature.ts';
export * from './callbacks/callback-types.ts';
export * from './callbacks/callbacks.service.ts';
export { CountedBook, counts, netAssetsAt, reservedUntil } from './capacity/capacity-book.ts';
export type {
  CapacityBook,
  Liability,
  LiabilityState,
  LiabilityTerms,
  NetAssets,
  ProgrammeCap as GuarantorProgrammeCap,
} from './capacity/capacity-book.ts';
export { capacityOfCases } from './capacity/capacity-of-cases.ts';
export * from './capacity/capacity-rules.ts';
export * from './capacity/capacity.service.ts';
export type { Capital, ProgrammeLimits, Taking } from './capacity/capacity.store.ts';
export type { CapCheck, CapName } from './capacity/caps.ts';
export * from './capacity/check-capacity.ts';
export * from './capacity/connected-groups.ts';
export type { FirmRelations } from './capacity/relations.store.ts';
export { CAP_WORDS, capCode } from './capacity/refusals.ts';
export * from './capacity/reserves.ts';
export * from './composition/drawable.ts';
export * from './composition/effective.ts';
export { COMPOSITION_FAULTS, type CompositionFault } from './composition/faults.ts';
export * from './composition/guarantee-outlasts.ts';
export * from './composition/joint-case.ts';
export * from './composition/movements.ts';
export * from './composition/plan.ts';
export * from './composition/strict.ts';
export * from './composition/substitution.ts';
export type * from './composition/words.ts';
export { MOST_FEN } from './deals/checks.ts';
export * from './deals/deal-desk.ts';
export * from './deals/deal.ts';
export * from './deals/deals.service.ts';
export * from './deals/deals.store.ts';
export * from './deals/event-words.ts';
export * from './deals/ports.ts';
export { lockFirm } from './deals/firm-lock.ts';
export { command, commandOn, deskOf, move as moveDeal, sweepDeals } from './deals/raise.ts';
export type { Command, DealFlow, DealMessage, DealParts, Move } from './deals/raise.ts';
export * from './guarantees/batch.ts';
export * from './guarantees/batches.service.ts';
export { guaranteeDesk } from './guarantees/guarantee-desk.ts';
export * from './guarantees/guarantee-entries.ts';
export * from './guarantees/guarantee-table.ts';
export * from './guarantees/guarantee-terms.ts';
export * from './guarantees/guarantee-type.ts';
export { guaranteeUse, useOfGuarantee } from './guarantees/guarantee-use.ts';
export * from './guarantees/guarantee-words.ts';
export * from './guarantees/guarantee.ts';
export * from './guarantees/guarantees.service.ts';
export { fuseOf, releasesOf, type BookedGuarantee } from './guarantees/claim-book.ts';
export type { FuseReading, SchemeRecord } from './guarantees/scheme-rules.ts';
export { NOT_STATED, type SharingTerms } from './guarantees/sharing-terms.ts';
export type * from './joint/capacity-port.ts';
export { balanceOf, type JointBalance, type JointLack } from './joint/commitments.ts';
export {
  FIELD_GROUPS,
  JOINT_PURPOSES,
  mayReport,
  visibleTo,
  type Consent,
  type FieldGroup,
  type GivenConsent,
} from './joint/consents.ts';
export type { JointPurpose, Visible } from './joint/consents.ts';
export * from './joint/joint-body.ts';
export * from './joint/joint-case.ts';
export * from './joint/joint-cases.service.ts';
export { jointDesk } from './joint/joint-desk.ts';
export * from './joint/joint-exposures.reader.ts';
export * from './joint/joint-ledger.ts';
export * from './joint/joint-table.ts';
export * from './joint/joint-terms.ts';
export { jointEquity } from './joint/joint-equity.ts';
export { jointUse, liveJointCases } from './joint/joint-use.ts';
export * from './joint/joint-view.ts';
export { JOINT_MONEY, JOINT_WORDS } from './joint/joint-words.ts';
export type { DrawLimit } from './joint/money.ts';
export type { TaxYear, WorkingCapital } from './line/base-formulas.ts';
export { existingLoans } from './line/existing-loans.ts';
export * from './line/line-base.ts';
export { lineBases, type LineEvidence, type StatedGapCause } from './line/line-bases.ts';
export * from './line/line-parameters.ts';
export { LINE_DISCLAIMER } from './line/line-words.ts';
export type { LimitCode, LineFlag, LineRefusal, StepCode } from './line/line-words.ts';
export type * from './line/line.ts';
export { raiseByNext, type LineRaise, type LineRaises, type RaiseCode } from './line/raise-line.ts';
export { lineParametersOn, shippedLineParameters } from './line/shipped-line-parameters.ts';
export type * from './line/recognised-equity.ts';
export { suggestLine } from './line/suggested-line.ts';
export { Outcomes } from './outcomes/outcomes.service.ts';
export * from './programmes/amount-words.ts';
export * from './programmes/checked-programme.ts';
export * from './programmes/condition-test.ts';
export * from './programmes/fact-types.ts';
export * from './programmes/facts.ts';
export * from './programmes/match.ts';
export * from './programmes/profile.ts';
export * from './programmes/programme.ts';
export * from './programmes/shipped-programmes.ts';
export * from './programmes/statements.ts';
export * from './programmes/words.ts';
export * from './referrals/loan-account.ts';
export { owedOf, type CoveringGuarantee, type LoanMove } from './referrals/loan-move.ts';
export { referralDesk } from './referrals/referral-desk.ts';
export * from './referrals/referral-table.ts';
export * from './referrals/referral-terms.ts';
export * from './referrals/referral-words.ts';
export { loanOf, REFERRAL } from './referrals/referral.ts';
export * from './referrals/referrals.service.ts';
export * from './exposures/exposures.reader.ts';
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
export { compositionDocument, type CompositionReader } from './standing/composition-document.ts';
export * from './standing/deal-use.ts';
export * from './standing/firm-standings.service.ts';
export { programmeOn } from './standing/programme-refusals.ts';
export { ProgrammeRefused, type Telling } from './standing/programme-refused.ts';
export { lineDocument, matchDocument, programmeDocument, raisesDocument } from './standing/standing-document.ts';
export * from './standing/readers.ts';
export * from './standing/standing.ts';
export type { OpinionRow, StatementRow } from './standing/statements.store.ts';
export { LOANS_NOT_SHOWN } from './standing/without-loans.ts';
export * from './stated/stated-input.ts';
export * from './stated/stated-inputs.service.ts';
export { STATED_KINDS, valuesDocument, type StatedKind, type StatedValues } from './stated/stated-values.ts';
