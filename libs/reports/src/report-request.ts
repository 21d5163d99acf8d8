import { createHash } from 'node:crypto';
import type { InstitutionKind } from '#lib/access';
import { usableUntil, type Purpose } from '#lib/compliance';
import {
  addDays,
  dateAt,
  ProblemError,
  step,
  USCC_ALPHABET,
  workflow,
  type LocalDate,
  type Uscc,
  type Workflow,
} from '#lib/kernel';

/** 报告产品: `score` 科技初创企业综合评价报告 (facts and score), `facts` 信用信息查询报告 (facts only). */
export const REPORT_PRODUCTS = ['score', 'facts'] as const;
export type ReportProduct = (typeof REPORT_PRODUCTS)[number];

/** For whom a report is written (脱敏口径): it follows from who asks, nobody chooses it. `regulator` is the full form. */
export const REPORT_PROFILES = ['bank', 'guarantor', 'firm', 'regulator'] as const;
export type ReportProfile = (typeof REPORT_PROFILES)[number];

const PROFILE_OF: Readonly<Partial<Record<InstitutionKind, ReportProfile>>> = {
  bank: 'bank',
  guarantor: 'guarantor',
  firm: 'firm',
  operator: 'regulator',
  regulator: 'regulator',
};

export const profileOf = (kind: InstitutionKind): ReportProfile | undefined => PROFILE_OF[kind];

export const REQUEST_STATES = [
  'DRAFT',
  'AWAIT_AUTH',
  'AUTHORISED',
  'READY',
  'DELIVERED',
  'REFUSED',
  'EXPIRED',
  'CANCELLED',
  'FAILED',
  'REVOKED',
  'CLOSED',
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

export type RequestEvent =
  | 'submit'
  | 'cancel'
  | 'authorise'
  | 'refuse'
  | 'generated'
  | 'generationFailed'
  | 'view'
  | 'revoke'
  /** The last day of the authorisation is over; of the firm's own query, 30 days. */
  | 'authorisationEnds'
  /** A draft, or the wait for an authorisation, has lasted too long. */
  | 'lapse'
  /** The delivered file may no longer be used (报告有效期). */
  | 'fileEnds';

/** Who raises an event: the institution that asks, the firm asked about, or the clock and the worker. */
export type RequestRole = 'REQUESTER' | 'SUBJECT';

/** How often generation is tried before the request fails. */
export const MAX_FAILURES = 3;
/** Days for which a delivered file may be used, unless the authorisation ends before. */
export const FILE_DAYS = 30;

/** 报告查询申请 (domain §6.1). */
export const REPORT_REQUEST: Workflow<RequestState, RequestEvent, RequestRole> = workflow<
  RequestState,
  RequestEvent,
  RequestRole
>({
  name: 'report-request',
  initial: 'DRAFT',
  states: {
    DRAFT: {
      zh: '草稿',
      en: 'draft',
      on: {
        submit: { to: ['AWAIT_AUTH', 'AUTHORISED'], by: ['REQUESTER'] },
        cancel: { to: 'CANCELLED', by: ['REQUESTER'] },
        lapse: { to: 'CANCELLED' },
      },
      timers: [{ days: 30, event: 'lapse' }],
    },
    AWAIT_AUTH: {
      zh: '待授权',
      en: 'waiting for authorisation',
      on: {
        authorise: { to: 'AUTHORISED', by: ['SUBJECT'] },
        refuse: { to: 'REFUSED', by: ['SUBJECT'] },
        cancel: { to: 'CANCELLED', by: ['REQUESTER'] },
        lapse: { to: 'EXPIRED' },
      },
      timers: [{ days: 7, event: 'lapse' }],
    },
    AUTHORISED: {
      zh: '已授权',
      en: 'authorised',
      on: {
        generated: { to: 'READY' },
        generationFailed: { to: ['AUTHORISED', 'FAILED'] },
        revoke: { to: 'REVOKED', by: ['SUBJECT'] },
        authorisationEnds: { to: 'EXPIRED' },
      },
    },
    READY: {
      zh: '待查看',
      en: 'ready',
      on: {
        view: { to: 'DELIVERED', by: ['REQUESTER'] },
        revoke: { to: 'REVOKED', by: ['SUBJECT'] },
        authorisationEnds: { to: 'EXPIRED' },
      },
    },
    DELIVERED: {
      zh: '已交付',
      en: 'delivered',
      on: {
        // Nothing changes: the query log has every view.
        view: { to: 'DELIVERED', by: ['REQUESTER'] },
        revoke: { to: 'CLOSED', by: ['SUBJECT'] },
        fileEnds: { to: 'CLOSED' },
      },
      timers: [{ days: FILE_DAYS, event: 'fileEnds' }],
    },
    REFUSED: { zh: '企业拒绝', en: 'refused by the firm' },
    EXPIRED: { zh: '已过期', en: 'expired' },
    CANCELLED: { zh: '已取消', en: 'cancelled' },
    FAILED: { zh: '生成失败', en: 'failed' },
    REVOKED: { zh: '授权已撤回', en: 'revoked' },
    CLOSED: { zh: '已关闭', en: 'closed' },
  },
});

/** What an institution asks for. Fixed from the first event on. */
export interface ReportOrder {
  readonly requestId: string;
  readonly institutionId: string;
  /** Who asked. */
  readonly personId: string;
  readonly uscc: Uscc;
  readonly purpose: Purpose;
  readonly product: ReportProduct;
  readonly profile: ReportProfile;
  /** An earlier published run; null: the newest one when the report is made. */
  readonly runId: string | null;
  readonly requestedAt: Date;
}

/** The authorisation that a request rests on. */
export interface Basis {
  readonly authorisationId: string;
  /** It serves this request alone. */
  readonly single: boolean;
  /** Its last day. */
  readonly until: LocalDate;
}

export interface ReportRequest extends ReportOrder {
  readonly state: RequestState;
  readonly version: number;
  readonly stateSince: Date;
  /** Null before it is authorised, and for the firm's own query. */
  readonly basis: Basis | null;
  readonly failures: number;
  readonly reportNo: string | null;
  /** The last day on which this state lasts by itself; null: a final state, or no end of its own. */
  readonly lastDay: LocalDate | null;
}

/** What happened, with what a guard decided. The first event of every request is its order. */
export type RequestChange =
  | { readonly event: 'submit'; readonly atOnce: boolean; readonly basis: Basis | null }
  | { readonly event: 'authorise'; readonly basis: Basis }
  | { readonly event: 'generated'; readonly reportNo: string }
  | { readonly event: 'generationFailed'; readonly problem: string }
  | { readonly event: Exclude<RequestEvent, 'submit' | 'authorise' | 'generated' | 'generationFailed'> };

export interface Raised {
  readonly role: RequestRole | 'SYSTEM';
  readonly at: Date;
}

const lapseDays = (state: RequestState): number | undefined => REPORT_REQUEST.states[state].timers?.[0]?.days;

export const drafted = (order: ReportOrder): ReportRequest => ({
  ...order,
  state: 'DRAFT',
  version: 1,
  stateSince: order.requestedAt,
  basis: null,
  failures: 0,
  reportNo: null,
  lastDay: addDays(dateAt(order.requestedAt), lapseDays('DRAFT')!),
});

/**
 * The request after a change (pure): version + 1. Throws ProblemError transition-refused 409 or role-refused 403.
 * A view of a delivered report changes nothing: it gives the very same request.
 */
export function changed(request: ReportRequest, change: RequestChange, { role, at }: Raised): ReportRequest {
  const failures = change.event === 'generationFailed' ? request.failures + 1 : request.failures;
  const outcome = step(REPORT_REQUEST, {
    state: request.state,
    event: change.event,
    role,
    ...choice(change, failures),
  });
  if (!outcome.ok) throw new ProblemError(outcome.problem);
  const state = outcome.value;
  if (state === request.state && change.event === 'view') return request;
  const basis = 'basis' in change ? change.basis : request.basis;
  return {
    ...request,
    state,
    version: request.version + 1,
    stateSince: at,
    basis,
    failures,
    reportNo: change.event === 'generated' ? change.reportNo : request.reportNo,
    lastDay: lastDayOf(state, { at, basis, before: request }),
  };
}

function choice(change: RequestChange, failures: number): { to?: RequestState } {
  if (change.event === 'submit') return { to: change.atOnce ? 'AUTHORISED' : 'AWAIT_AUTH' };
  if (change.event === 'generationFailed') return { to: failures >= MAX_FAILURES ? 'FAILED' : 'AUTHORISED' };
  return {};
}

interface Moment {
  readonly at: Date;
  readonly basis: Basis | null;
  readonly before: ReportRequest;
}

function lastDayOf(state: RequestState, { at, basis, before }: Moment): LocalDate | null {
  const today = dateAt(at);
  if (state === 'DRAFT' || state === 'AWAIT_AUTH') return addDays(today, lapseDays(state)!);
  if (state === 'AUTHORISED' || state === 'READY')
    return basis?.until ?? (before.state === 'DRAFT' ? addDays(today, FILE_DAYS) : before.lastDay);
  if (state === 'DELIVERED') return basis === null ? addDays(today, FILE_DAYS) : usableUntil(basis, today);
  return null;
}

/** What the clock alone does to a request on this day; undefined: nothing. */
export function dueEvent(
  request: ReportRequest,
  today: LocalDate,
): 'lapse' | 'authorisationEnds' | 'fileEnds' | undefined {
  if (request.lastDay === null || today <= request.lastDay) return undefined;
  if (request.state === 'DRAFT' || request.state === 'AWAIT_AUTH') return 'lapse';
  return request.state === 'DELIVERED' ? 'fileEnds' : 'authorisationEnds';
}

/** One row of the request's history. `change` is absent in the first, which is the order. */
export interface RequestRecord {
  readonly version: number;
  readonly at: Date;
  readonly role: RequestRole | 'SYSTEM';
  readonly change?: RequestChange;
}

/** The request as its events tell it (重放). Throws RangeError for a gap, ProblemError as `changed`. */
export function replayed(order: ReportOrder, records: readonly RequestRecord[]): ReportRequest {
  let request = drafted(order);
  for (const [i, { version, at, role, change }] of records.entries()) {
    if (version !== i + 1) throw new RangeError(`event ${i + 1} of ${order.requestId} is missing`);
    if (change !== undefined) request = changed(request, change, { role, at });
  }
  return request;
}

/**
 * 报告编号 `FM-YYYYMMDD-` and ten letters of the code alphabet, from the request's own random id: nobody counts our
 * reports by it, and nobody guesses the next one.
 */
export function reportNoOf({ requestId, requestedAt }: Pick<ReportOrder, 'requestId' | 'requestedAt'>): string {
  const bytes = createHash('sha256').update(requestId).digest();
  let number = bytes.readBigUInt64BE(0);
  let letters = '';
  for (let i = 0; i < 10; i++, number /= 31n) letters += USCC_ALPHABET[Number(number % 31n)]!;
  return `FM-${dateAt(requestedAt).replaceAll('-', '')}-${letters}`;
}
