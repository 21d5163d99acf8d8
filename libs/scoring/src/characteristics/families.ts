// Generated from the files beside it by tools/new-source/generate-families.mjs; do not edit.
import type { Family } from './characteristic.ts';
import { FAMILY as abnormalList } from './abnormal-list.ts';
import { FAMILY as affiliations } from './affiliations.ts';
import { FAMILY as annualReports } from './annual-reports.ts';
import { FAMILY as awaitingRules } from './awaiting-rules.ts';
import { FAMILY as awardsStandards } from './awards-standards.ts';
import { FAMILY as bids } from './bids.ts';
import { FAMILY as creditHistory } from './credit-history.ts';
import { FAMILY as equityPledges } from './equity-pledges.ts';
import { FAMILY as financingEvents } from './financing-events.ts';
import { FAMILY as governmentServices } from './government-services.ts';
import { FAMILY as judicial } from './judicial.ts';
import { FAMILY as licences } from './licences.ts';
import { FAMILY as otherRights } from './other-rights.ts';
import { FAMILY as patentConduct } from './patent-conduct.ts';
import { FAMILY as patents } from './patents.ts';
import { FAMILY as penalties } from './penalties.ts';
import { FAMILY as qualifications } from './qualifications.ts';
import { FAMILY as registration } from './registration.ts';
import { FAMILY as registrationChanges } from './registration-changes.ts';
import { FAMILY as researchDevelopment } from './research-development.ts';
import { FAMILY as revocations } from './revocations.ts';
import { FAMILY as seriousViolations } from './serious-violations.ts';
import { FAMILY as shareholders } from './shareholders.ts';
import { FAMILY as socialSecurity } from './social-security.ts';
import { FAMILY as socialSecurityAggregates } from './social-security-aggregates.ts';
import { FAMILY as softwareCopyrights } from './software-copyrights.ts';
import { FAMILY as subsidies } from './subsidies.ts';
import { FAMILY as subsidyDependence } from './subsidy-dependence.ts';
import { FAMILY as talentPlans } from './talent-plans.ts';
import { FAMILY as taxCredit } from './tax-credit.ts';
import { FAMILY as trademarks } from './trademarks.ts';
import { FAMILY as water } from './water.ts';

/** What the sources feed, one family a file. */
export const FAMILIES: readonly Family[] = [
  abnormalList,
  affiliations,
  annualReports,
  awaitingRules,
  awardsStandards,
  bids,
  creditHistory,
  equityPledges,
  financingEvents,
  governmentServices,
  judicial,
  licences,
  otherRights,
  patentConduct,
  patents,
  penalties,
  qualifications,
  registration,
  registrationChanges,
  researchDevelopment,
  revocations,
  seriousViolations,
  shareholders,
  socialSecurity,
  socialSecurityAggregates,
  softwareCopyrights,
  subsidies,
  subsidyDependence,
  talentPlans,
  taxCredit,
  trademarks,
  water,
];
