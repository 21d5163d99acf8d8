import { bidsFeed, licencesFeed, mattersFeed, waterFeed } from './activity.ts';
import { financingFeed, pledgesFeed, pressFeed, shareholdersFeed } from './capital.ts';
import { changesFeed } from './changes.ts';
import { casesApiFeed, casesFeed } from './courts.ts';
import type { SimulatedFeed } from './feed.ts';
import { abnormalFeed, penaltiesFeed, seriousFeed } from './lists.ts';
import { creditHistoryFeed, loanEventsFeed, performanceFeed } from './loans.ts';
import { patentsFeed } from './patents.ts';
import { aggregatesFeed, talentFeed } from './people.ts';
import { qualificationsFeed, techSmeFeed } from './qualifications.ts';
import { registrationFeed } from './registration.ts';
import { contractsFeed, figuresFeed, filingsFeed, researchFeed } from './reports.ts';
import { copyrightsFeed, honoursFeed, otherRightsFeed, tenantsFeed, trademarksFeed } from './rights.ts';
import { arrearsFeed, monthlyFeed } from './social-security.ts';
import { subsidiesFeed } from './subsidies.ts';
import { taxCreditFeed } from './tax.ts';

/** `card`: the four sources of the demo book. `all`: every source. */
export type SimulatedSources = 'card' | 'all';

const CARD: readonly SimulatedFeed[] = [registrationFeed, patentsFeed, subsidiesFeed, monthlyFeed, arrearsFeed];

/** Every file that the made-up bureaus send: the card's first, so that they come as in a book without the others. */
export const FEEDS: Readonly<Record<SimulatedSources, readonly SimulatedFeed[]>> = {
  card: CARD,
  all: [
    ...CARD,
    changesFeed,
    shareholdersFeed,
    pledgesFeed,
    abnormalFeed,
    seriousFeed,
    penaltiesFeed,
    casesFeed,
    casesApiFeed,
    taxCreditFeed,
    filingsFeed,
    figuresFeed,
    researchFeed,
    contractsFeed,
    qualificationsFeed,
    techSmeFeed,
    copyrightsFeed,
    trademarksFeed,
    otherRightsFeed,
    honoursFeed,
    tenantsFeed,
    talentFeed,
    waterFeed,
    mattersFeed,
    bidsFeed,
    licencesFeed,
    financingFeed,
    pressFeed,
    performanceFeed,
    loanEventsFeed,
    creditHistoryFeed,
    aggregatesFeed,
  ],
};

/** How many of the feeds have an hour of their own. */
export const CARD_FEEDS = CARD.length;
