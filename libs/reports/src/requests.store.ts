import type { Purpose } from '#lib/compliance';
import type { LocalDate, Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import {
  drafted,
  type ReportOrder,
  type ReportProduct,
  type ReportProfile,
  type ReportRequest,
  type RequestChange,
  type RequestRecord,
  type RequestRole,
  type RequestState,
} from './report-request.ts';

interface RequestRow {
  request_id: string;
  institution_id: string;
  person_id: string;
  uscc: Uscc;
  purpose: Purpose;
  product: ReportProduct;
  profile: ReportProfile;
  run_id: string | null;
  requested_at: Date;
  state: RequestState;
  version: number;
  state_since: Date;
  authorisation_id: string | null;
  single: boolean | null;
  authorised_until: LocalDate | null;
  failures: number;
  report_no: string | null;
  last_day: LocalDate | null;
}

const requestOf = (row: RequestRow): ReportRequest => ({
  requestId: row.request_id,
  institutionId: row.institution_id,
  personId: row.person_id,
  uscc: row.uscc,
  purpose: row.purpose,
  product: row.product,
  profile: row.profile,
  runId: row.run_id,
  requestedAt: row.requested_at,
  state: row.state,
  version: row.version,
  stateSince: row.state_since,
  basis:
    row.authorisation_id === null
      ? null
      : { authorisationId: row.authorisation_id, single: row.single!, until: row.authorised_until! },
  failures: row.failures,
  reportNo: row.report_no,
  lastDay: row.last_day,
});

/** Who does something to a request, and when. */
export interface Doer {
  readonly role: RequestRole | 'SYSTEM';
  readonly personId: string | null;
  readonly at: Date;
}

/** Whose requests are asked for: an institution's own, or those about a firm. */
export type Owner = { readonly institutionId: string } | { readonly uscc: Uscc };

const ownedBy = (owner: Owner): readonly [column: 'institution_id' | 'uscc', value: string] =>
  'uscc' in owner ? ['uscc', owner.uscc] : ['institution_id', owner.institutionId];

const LOCK = { update: ' FOR UPDATE', share: ' FOR SHARE', none: '' } as const;

/** A new request in its first state, with its order as the first event. */
export async function insertRequest(tx: Tx, order: ReportOrder): Promise<ReportRequest> {
  const request = drafted(order);
  await tx.execute(
    `INSERT INTO report_request (request_id, institution_id, person_id, uscc, purpose, product, profile, run_id, requested_at,
       state, version, state_since, last_day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $9, $11)`,
    [
      order.requestId,
      order.institutionId,
      order.personId,
      order.uscc,
      order.purpose,
      order.product,
      order.profile,
      order.runId,
      order.requestedAt,
      request.state,
      request.lastDay,
    ],
  );
  await insertEvent(tx, request, { role: 'REQUESTER', personId: order.personId, at: order.requestedAt });
  return request;
}

/** The request after a change, with the event that made it. Nothing for a change that changed nothing. */
export async function saveRequest(
  tx: Tx,
  before: ReportRequest,
  after: ReportRequest,
  change: RequestChange,
  by: Doer,
): Promise<void> {
  if (after === before) return;
  await tx.execute(
    `UPDATE report_request SET state = $3, version = $4, state_since = $5, authorisation_id = $6, single = $7,
       authorised_until = $8, failures = $9, report_no = $10, last_day = $11
     WHERE request_id = $1 AND version = $2`,
    [
      before.requestId,
      before.version,
      after.state,
      after.version,
      after.stateSince,
      after.basis?.authorisationId ?? null,
      after.basis?.single ?? null,
      after.basis?.until ?? null,
      after.failures,
      after.reportNo,
      after.lastDay,
    ],
  );
  await insertEvent(tx, after, by, change);
}

async function insertEvent(tx: Tx, request: ReportRequest, by: Doer, change?: RequestChange): Promise<void> {
  const { event = null, ...detail } = change ?? {};
  await tx.execute(
    `INSERT INTO report_request_event (request_id, version, institution_id, uscc, event, role, person_id, at, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      request.requestId,
      request.version,
      request.institutionId,
      request.uscc,
      event,
      by.role,
      by.personId,
      by.at,
      JSON.stringify(detail),
    ],
  );
}

/**
 * Undefined: there is none, or it is not theirs. Until the transaction is over `update` keeps others from reading it for
 * a change, `share` only from changing it.
 */
export async function findRequest(
  tx: Tx,
  requestId: string,
  owner: Owner | undefined,
  lock: 'update' | 'share' | 'none',
): Promise<ReportRequest | undefined> {
  const [column, value] = owner === undefined ? [undefined, undefined] : ownedBy(owner);
  const theirs = column === undefined ? '' : ` AND ${column} = $2`;
  const [row] = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE request_id = $1${theirs}${LOCK[lock]}`,
    value === undefined ? [requestId] : [requestId, value],
    `report-request-${column ?? 'any'}-${lock}`,
  );
  return row && requestOf(row);
}

/** Newest first; ids are in the order of time. */
export async function pageOfRequests(
  db: Db,
  owner: Owner,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<ReportRequest[]> {
  const [column, value] = ownedBy(owner);
  const rows = await db.query<RequestRow>(
    `SELECT * FROM report_request WHERE ${column} = $1 AND ($2::uuid IS NULL OR request_id < $2) ORDER BY request_id DESC LIMIT $3`,
    [value, before ?? null, limit],
  );
  return rows.map(requestOf);
}

export async function eventsOf(db: Db, requestId: string): Promise<RequestRecord[]> {
  const rows = await db.query<{
    version: number;
    at: Date;
    role: RequestRole | 'SYSTEM';
    event: string | null;
    detail: object;
  }>('SELECT version, at, role, event, detail FROM report_request_event WHERE request_id = $1 ORDER BY version', [
    requestId,
  ]);
  return rows.map(({ version, at, role, event, detail }) => ({
    version,
    at,
    role,
    ...(event === null ? {} : { change: { event, ...detail } as RequestChange }),
  }));
}

/** A piece of the requests that wait for an authorisation, after this one in the order of their ids. */
export async function waitingRequests(tx: Tx, after: string | null, limit: number): Promise<ReportRequest[]> {
  const rows = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE state = 'AWAIT_AUTH' AND ($1::uuid IS NULL OR request_id > $1) ORDER BY request_id LIMIT $2`,
    [after, limit],
  );
  return rows.map(requestOf);
}

/** As waitingRequests, of those that rest on an authorisation. */
export async function authorisedRequests(tx: Tx, after: string | null, limit: number): Promise<ReportRequest[]> {
  const rows = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE state IN ('AUTHORISED', 'READY', 'DELIVERED') AND authorisation_id IS NOT NULL
       AND ($1::uuid IS NULL OR request_id > $1) ORDER BY request_id LIMIT $2`,
    [after, limit],
  );
  return rows.map(requestOf);
}

/** Requests in these states that rest on an authorisation, or wait between its firm and its institution; locked. */
export async function requestsOfAuthorisation(tx: Tx, authorisationId: string): Promise<ReportRequest[]> {
  const rows = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE authorisation_id = $1 AND state IN ('AUTHORISED', 'READY', 'DELIVERED')
     ORDER BY request_id FOR UPDATE`,
    [authorisationId],
  );
  return rows.map(requestOf);
}

export async function waitingBetween(tx: Tx, uscc: Uscc, institutionId: string): Promise<ReportRequest[]> {
  const rows = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE uscc = $1 AND institution_id = $2 AND state = 'AWAIT_AUTH' ORDER BY request_id FOR UPDATE`,
    [uscc, institutionId],
  );
  return rows.map(requestOf);
}

/** Those whose last day is over, locked; others' locks are passed by. */
export async function dueRequests(tx: Tx, today: LocalDate, limit: number): Promise<ReportRequest[]> {
  const rows = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE last_day < $1 ORDER BY last_day LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [today, limit],
  );
  return rows.map(requestOf);
}

/** The next one to be made, locked: the one that has waited longest since its last try began. */
export async function nextToMake(tx: Tx, triedBefore: Date): Promise<ReportRequest | undefined> {
  const [row] = await tx.query<RequestRow>(
    `SELECT * FROM report_request WHERE state = 'AUTHORISED' AND (failures = 0 OR state_since <= $1)
     ORDER BY state_since, request_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [triedBefore],
    'report-next',
  );
  return row && requestOf(row);
}

/** Single authorisations that serve a request already. */
export async function singlesTaken(tx: Tx, uscc: Uscc, institutionId: string): Promise<string[]> {
  const rows = await tx.query<{ authorisation_id: string }>(
    'SELECT authorisation_id FROM report_request WHERE uscc = $1 AND institution_id = $2 AND single',
    [uscc, institutionId],
  );
  return rows.map((row) => row.authorisation_id);
}
