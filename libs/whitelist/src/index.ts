export * from './candidate.ts';
export * from './candidate-facts.ts';
export * from './candidates.reader.ts';
export * from './schema.ts';
export * from './list-rules.ts';
export * from './membership.ts';
export * from './shipped-lists.ts';
export { applyEvent, found, type MembershipEvent, type MembershipRow } from './apply-events.ts';
export type { OpenDisputes, Registers } from './judge-run.ts';
export * from './decide-membership.ts';
export { isSampled, judge, type Judgement, type RaisedEvent } from './judge.ts';
export type * from './list-difference.ts';
export type { ListEntry, ListVersion } from './lists.store.ts';
export type { EntryPage, EntryQuery, RecordedEvent } from './lists.reader.ts';
export * from './lists.service.ts';
export type { Coverage, Share, Slice } from './kpi/coverage.ts';
export * from './kpi/funnel.ts';
export * from './kpi/nurture-coverage.ts';
export * from './knock-out-watch.ts';
export { memberNotice, newsOf, versionNotice } from './news/member-news.ts';
export type { KnownStanding, ListNotice, MemberFigures, NewsKind, UntoldMember } from './news/member-news.ts';
export * from './news/list-news.service.ts';
export * from './review/expert-form.ts';
export * from './review/list-reviews.service.ts';
export * from './review/opinions.reader.ts';
export * from './review/review-case.ts';
export * from './review/review-statistics.ts';
export type { ListReviewer } from './review/reviewers.ts';
export type { Outcome, ProposalView, QueuedCase } from './review/reviews.store.ts';
export type { RulesView } from './rules/list-rules.store.ts';
export {
  advanceRules,
  RULES_EVENTS,
  RULES_STATES,
  type RulesEvent,
  type RulesLife,
  type RulesState,
} from './rules/rule-change.ts';
export * from './rules/rule-changes.service.ts';
export type { RulesMover, RulesSimulation } from './rules/simulation.ts';
