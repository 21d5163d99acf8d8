import type { SimulatedFeed } from './feed.ts';
import { patentsFeed } from './patents.ts';
import { registrationFeed } from './registration.ts';
import { arrearsFeed, monthlyFeed } from './social-security.ts';
import { subsidiesFeed } from './subsidies.ts';

/** Every file that the made-up bureaus send. */
export const FEEDS: readonly SimulatedFeed[] = [registrationFeed, patentsFeed, subsidiesFeed, monthlyFeed, arrearsFeed];
