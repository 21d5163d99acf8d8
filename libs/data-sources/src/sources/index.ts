// Generated from the folders by tools/new-source/generate-sources.mjs; do not edit.
import type { SourceDefinition } from '../source.ts';
import { abnormalList } from './abnormal-list/source.ts';
import { affiliations } from './affiliations/source.ts';
import { annualReports } from './annual-reports/source.ts';
import { awardsStandards } from './awards-standards/source.ts';
import { bids } from './bids/source.ts';
import { businessRegistration } from './business-registration/source.ts';
import { creditHistory } from './credit-history/source.ts';
import { equityPledges } from './equity-pledges/source.ts';
import { financingEvents } from './financing-events/source.ts';
import { governmentServices } from './government-services/source.ts';
import { innovationPoints } from './innovation-points/source.ts';
import { judicial } from './judicial/source.ts';
import { licences } from './licences/source.ts';
import { loanOutcomes } from './loan-outcomes/source.ts';
import { otherRights } from './other-rights/source.ts';
import { patents } from './patents/source.ts';
import { penalties } from './penalties/source.ts';
import { qualifications } from './qualifications/source.ts';
import { registrationChanges } from './registration-changes/source.ts';
import { researchDevelopment } from './research-development/source.ts';
import { seriousViolations } from './serious-violations/source.ts';
import { shareholders } from './shareholders/source.ts';
import { socialSecurity } from './social-security/source.ts';
import { socialSecurityAggregates } from './social-security-aggregates/source.ts';
import { softwareCopyrights } from './software-copyrights/source.ts';
import { subsidies } from './subsidies/source.ts';
import { talentPlans } from './talent-plans/source.ts';
import { taxCredit } from './tax-credit/source.ts';
import { trademarks } from './trademarks/source.ts';
import { water } from './water/source.ts';

export type * from './abnormal-list/payload.ts';
export type * from './affiliations/payload.ts';
export type * from './annual-reports/payload.ts';
export type * from './awards-standards/payload.ts';
export type * from './bids/payload.ts';
export type * from './business-registration/payload.ts';
export type * from './credit-history/payload.ts';
export type * from './equity-pledges/payload.ts';
export type * from './financing-events/payload.ts';
export type * from './government-services/payload.ts';
export type * from './innovation-points/payload.ts';
export type * from './judicial/payload.ts';
export type * from './licences/payload.ts';
export type * from './loan-outcomes/payload.ts';
export type * from './other-rights/payload.ts';
export type * from './patents/payload.ts';
export type * from './penalties/payload.ts';
export type * from './qualifications/payload.ts';
export type * from './registration-changes/payload.ts';
export type * from './research-development/payload.ts';
export type * from './serious-violations/payload.ts';
export type * from './shareholders/payload.ts';
export type * from './social-security/payload.ts';
export type * from './social-security-aggregates/payload.ts';
export type * from './software-copyrights/payload.ts';
export type * from './subsidies/payload.ts';
export type * from './talent-plans/payload.ts';
export type * from './tax-credit/payload.ts';
export type * from './trademarks/payload.ts';
export type * from './water/payload.ts';
export {
  abnormalList,
  affiliations,
  annualReports,
  awardsStandards,
  bids,
  businessRegistration,
  creditHistory,
  equityPledges,
  financingEvents,
  governmentServices,
  innovationPoints,
  judicial,
  licences,
  loanOutcomes,
  otherRights,
  patents,
  penalties,
  qualifications,
  registrationChanges,
  researchDevelopment,
  seriousViolations,
  shareholders,
  socialSecurity,
  socialSecurityAggregates,
  softwareCopyrights,
  subsidies,
  talentPlans,
  taxCredit,
  trademarks,
  water,
};

/** Every source, by name. */
export const SOURCES: readonly SourceDefinition[] = [
  abnormalList,
  affiliations,
  annualReports,
  awardsStandards,
  bids,
  businessRegistration,
  creditHistory,
  equityPledges,
  financingEvents,
  governmentServices,
  innovationPoints,
  judicial,
  licences,
  loanOutcomes,
  otherRights,
  patents,
  penalties,
  qualifications,
  registrationChanges,
  researchDevelopment,
  seriousViolations,
  shareholders,
  socialSecurity,
  socialSecurityAggregates,
  softwareCopyrights,
  subsidies,
  talentPlans,
  taxCredit,
  trademarks,
  water,
];

const BY_NAME: ReadonlyMap<string, SourceDefinition> = new Map(SOURCES.map((source) => [source.name, source]));

/** The source of this name (its folder), or undefined. */
export const sourceByName = (name: string): SourceDefinition | undefined => BY_NAME.get(name);
