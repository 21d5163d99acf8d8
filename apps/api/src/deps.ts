import type { Access } from '#lib/access';
import type { Authorisations, Disputes, QueryLog } from '#lib/compliance';
import type {
  Batches,
  CallbackKeys,
  Callbacks,
  Capacity,
  DealAlarms,
  Deals,
  FirmStandings,
  Guarantees,
  JointCases,
  Referrals,
  StatedInputs,
} from '#lib/financing';
import type { Clock } from '#lib/kernel';
import type { Deliveries, Reviews } from '#lib/ledger';
import type { Notices, Webhooks } from '#lib/notices';
import type { Database } from '#lib/platform';
import type { ReportKeys, ReportRequests, Reports } from '#lib/reports';
import type { Models, Runs, Scores } from '#lib/runs';
import type { Model } from '#lib/scoring';
import type { ListReviews, ListRuleChanges, Lists } from '#lib/whitelist';
import type { Log } from './http/request-log.ts';

/** Rings after commit that there is work; a lost ring only delays. `Doorbells` of #lib/platform is one. */
export interface Bells {
  ring(bell: 'intake' | 'runs' | 'notices', id: string): Promise<void>;
  ring(bell: 'intake' | 'runs' | 'reports', id: string): Promise<void>;
}

/** What the API needs from outside. It owns none of it: whoever made it closes it, after the API. */
export interface ApiDeps {
  readonly db: Database;
  readonly access: Access;
  readonly deliveries: Deliveries;
  readonly reviews: Reviews;
  readonly runs: Runs;
  readonly scores: Scores;
  readonly bells: Bells;
  readonly models: Models;
  readonly authorisations: Authorisations;
  readonly queryLog: QueryLog;
  readonly lists: Lists;
  readonly listReviews: ListReviews;
  readonly listRuleChanges: ListRuleChanges;
  readonly disputes: Disputes;
  readonly notices: Notices;
  readonly webhooks: Webhooks;
  readonly standings: FirmStandings;
  readonly statedInputs: StatedInputs;
  readonly reportRequests: ReportRequests;
  readonly reports: Reports;
  readonly reportKeys: ReportKeys;
  readonly deals: Deals;
  readonly referrals: Referrals;
  readonly guarantees: Guarantees;
  readonly guaranteeBatches: Batches;
  readonly jointCases: JointCases;
  readonly capacity: Capacity;
  readonly callbackKeys: CallbackKeys;
  readonly callbacks: Callbacks;
  readonly dealAlarms: DealAlarms;
  readonly clock: Clock;
  /** Requests a minute that differ from the defaults. */
  readonly rateLimits?: Readonly<Record<string, number>>;
  /** Default: one JSON line an event to stderr. */
  readonly log?: Log;
}

/** Injection tokens of what has no class of its own. */
export const BELLS = Symbol('bells');
export const CLOCK = Symbol('clock');
export const DB = Symbol('db');
export const MODEL_BY_HASH = Symbol('model by hash');
export const OPENAPI = Symbol('openapi');

/** The model with this hash: a run is explained in the words of the model that scored it. */
export type ModelByHash = (hash: string) => Promise<Model>;

/** Filled once the routes are known. */
export interface OpenApiHolder {
  document: object;
}
