import { actorOf, HOUSE, type Principal } from '#lib/access';
import type { Authorisation, Authorisations, QueryLog } from '#lib/compliance';
import { dateAt, ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { reportBytes } from './document/build.ts';
import { gather, type GatherFrom } from './gather.ts';
import { fault, receiptFor, verifyReport, type Receipt, type ReportFault } from './receipt.ts';
import { reportNotReady, reportOver, requestUnknown } from './refusals.ts';
import { dueEvent, type ReportRequest } from './report-request.ts';
import { RecentBytes } from './recent-bytes.ts';
import type { ReportKeys } from './report-keys.ts';
import {
  insertReport,
  missingReports,
  readReceipt,
  readReport,
  reportsAfter,
  type FiledReport,
  type StoredReport,
} from './report.store.ts';
import { endEvent, move } from './requests.service.ts';
import { findRequest, nextToMake } from './requests.store.ts';

/** Between two tries of one report. */
const RETRY_MS = 5000;
const VERIFIED_AT_ONCE = 50;
/** Any number of ours. */
const FIRST_VIEW_LOCK = 7_104_017;

export interface ReportsOptions {
  /** Only for measuring what the query log costs (`npm run bench -- report`); every other view is logged. */
  readonly unlogged?: boolean;
}

export interface ReportVerification {
  readonly agrees: boolean;
  readonly reports: number;
  readonly faults: readonly (ReportFault & { readonly reportNo: string })[];
}

/** 报告: made in the background, signed, stored, and shown as long as the firm allows. */
export class Reports {
  private readonly recent = new RecentBytes();
  private readonly authorisations: Authorisations;
  private readonly queryLog: QueryLog;
  private readonly db: Database;

  constructor(
    private readonly from: GatherFrom,
    private readonly keys: ReportKeys,
    private readonly options: ReportsOptions = {},
  ) {
    this.authorisations = from.authorisations;
    this.queryLog = from.queryLog;
    this.db = from.db;
  }

  /**
   * Makes the report that has waited longest, if there is one. A failure counts: after three the request fails. Safe from
   * several processes at once. Resolves to the request as it stands then.
   */
  async makeNext(clock: Clock): Promise<ReportRequest | undefined> {
    const at = clock.now();
    try {
      return await this.db.as(HOUSE, async (tx) => {
        const request = await nextToMake(tx, new Date(at.getTime() - RETRY_MS));
        if (request === undefined) return undefined;
        const id = request.basis?.authorisationId;
        const end = endOf(request, id === undefined ? undefined : await this.authorisations.get(tx, id), at);
        if (end !== undefined) return move(tx, request, { event: end }, { role: 'SYSTEM', personId: null, at });
        try {
          return await this.make(tx, request, at);
        } catch (error) {
          throw new MakingFailed(request.requestId, error);
        }
      });
    } catch (error) {
      if (!(error instanceof MakingFailed)) throw error;
      return this.failed(error, at);
    }
  }

  private async make(tx: Tx, request: ReportRequest, at: Date): Promise<ReportRequest> {
    const { input, pins } = await gather(this.from, tx, request, at);
    const bytes = reportBytes(input);
    const receipt = receiptFor(bytes, { reportNo: input.reportNo, at, signer: this.keys });
    const { requestId, institutionId, uscc, product, profile } = request;
    await insertReport(tx, { requestId, institutionId, uscc, product, profile, pins, bytes, receipt });
    return move(tx, request, { event: 'generated', reportNo: input.reportNo }, { role: 'SYSTEM', personId: null, at });
  }

  /** In a transaction of its own: what the try had written is gone. */
  private async failed({ requestId, cause }: MakingFailed, at: Date): Promise<ReportRequest | undefined> {
    const problem = cause instanceof ProblemError ? cause.problem.code : 'internal';
    const request = await this.db.as(HOUSE, async (tx) => {
      const found = await findRequest(tx, requestId, undefined, 'update');
      if (found?.state !== 'AUTHORISED') return found;
      return move(tx, found, { event: 'generationFailed', problem }, { role: 'SYSTEM', personId: null, at });
    });
    // A refusal has a name and stands in the history; anything else is a fault of ours and is reported too.
    if (!(cause instanceof ProblemError)) throw cause;
    return request;
  }

  /**
   * The report, to who asked for it (查看). The authorisation is checked at this very instant; a single one is used up by
   * the first view. Throws ProblemError report-request-unknown, report-not-ready or report-over.
   */
  async view(principal: Principal, requestId: string, clock: Clock): Promise<StoredReport> {
    const at = clock.now();
    // A firm may not write the log by itself: the house does it for the firm's own query.
    const actor = principal.uscc === undefined ? actorOf(principal) : HOUSE;
    const again = await this.db.as(actor, (tx) => this.viewAgain(tx, principal, requestId, at));
    if (again !== undefined) return again;
    const shown = await this.db.as(actor, async (tx): Promise<StoredReport | ProblemError> => {
      // First views of one report one after the other: each would use up the authorisation that the other holds.
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [FIRST_VIEW_LOCK, requestId]);
      const { request, authorisation } = await this.held(tx, principal, requestId, 'update');
      const end = endOf(request, authorisation, at);
      if (end !== undefined)
        return reportOver(await move(tx, request, { event: end }, { role: 'SYSTEM', personId: null, at }));
      if (request.reportNo === null && request.lastDay !== null) return reportNotReady(request);
      if (request.state !== 'READY' && request.state !== 'DELIVERED') return reportOver(request);
      const by = { role: 'REQUESTER', personId: principal.personId, at } as const;
      const after = await move(tx, request, { event: 'view' }, by);
      if (after !== request && authorisation !== undefined) await this.authorisations.useUp(tx, authorisation, clock);
      const report = await this.bytesOf(tx, request.reportNo!);
      await this.log(tx, principal, request, at);
      return report;
    });
    // A refusal that ended the request is written before it is said.
    if (shown instanceof ProblemError) throw shown;
    return shown;
  }

  /**
   * A view of a delivered report changes nothing but the log, so views need not wait for one another; a withdrawal waits
   * until they are in the log. Undefined: not so simple.
   */
  private async viewAgain(
    tx: Tx,
    principal: Principal,
    requestId: string,
    at: Date,
  ): Promise<StoredReport | undefined> {
    const lock = this.options.unlogged === true ? 'none' : 'share';
    const { request, authorisation } = await this.held(tx, principal, requestId, lock);
    if (request.state !== 'DELIVERED' || endOf(request, authorisation, at) !== undefined) return undefined;
    const report = await this.bytesOf(tx, request.reportNo!);
    await this.log(tx, principal, request, at);
    return report;
  }

  /**
   * A request with its authorisation, both held until the transaction is over: the authorisation first, as a withdrawal
   * takes them, so that the two never wait for each other. Throws ProblemError report-request-unknown.
   */
  private async held(
    tx: Tx,
    { institutionId }: Principal,
    requestId: string,
    lock: 'update' | 'share' | 'none',
  ): Promise<{ request: ReportRequest; authorisation: Authorisation | undefined }> {
    const seen = await findRequest(tx, requestId, { institutionId }, 'none');
    if (seen === undefined) throw requestUnknown(requestId);
    // A first view may be under way: it is not waited for with the authorisation in hand.
    if (lock === 'share' && seen.state !== 'DELIVERED') return { request: seen, authorisation: undefined };
    const id = seen.basis?.authorisationId;
    if (lock === 'none')
      return { request: seen, authorisation: id === undefined ? undefined : await this.authorisations.get(tx, id) };
    const authorisation = id === undefined ? undefined : await this.authorisations.held(tx, id);
    return { request: (await findRequest(tx, requestId, { institutionId }, lock))!, authorisation };
  }

  private async bytesOf(tx: Tx, reportNo: string): Promise<StoredReport> {
    const known = this.recent.get(reportNo);
    if (known !== undefined) return known;
    const report = (await readReport(tx, reportNo))!;
    this.recent.keep(reportNo, report);
    return report;
  }

  private async log(tx: Tx, principal: Principal, request: ReportRequest, at: Date): Promise<void> {
    if (this.options.unlogged === true) return;
    await this.queryLog.append(tx, {
      at,
      institutionId: principal.institutionId,
      personId: principal.personId,
      keyId: principal.keyId,
      subjects: [request.uscc],
      product: 'report',
      purpose: request.purpose,
      authorisationId: request.basis?.authorisationId ?? null,
      detail: { reportNo: request.reportNo, requestId: request.requestId },
    });
  }

  /** The receipt of a report that its requester may see; null: not made yet. */
  async receipt(principal: Principal, { reportNo }: ReportRequest): Promise<Receipt | null> {
    if (reportNo === null) return null;
    return this.db.as(actorOf(principal), async (tx) => (await readReceipt(tx, reportNo)) ?? null);
  }

  /** Holds every stored report against its receipt and the published keys, its row against what was signed, and requests against reports. */
  async verifyAll(progress: (reports: number) => void = () => undefined): Promise<ReportVerification> {
    const keys = (await this.keys.published()).map(({ publicKey }) => publicKey);
    const faults: (ReportFault & { reportNo: string })[] = [];
    let reports = 0;
    let after = '';
    for (;;) {
      const some = await this.db.as(HOUSE, (tx) => reportsAfter(tx, after, VERIFIED_AT_ONCE));
      if (some.length === 0) break;
      for (const report of some) {
        after = report.receipt.reportNo;
        const found = verifyReport(report.bytes, JSON.stringify(report.receipt), keys);
        for (const one of found.length > 0 ? found : filedFaults(report)) faults.push({ reportNo: after, ...one });
      }
      reports += some.length;
      progress(reports);
    }
    for (const reportNo of await this.db.as(HOUSE, missingReports))
      faults.push({ reportNo, ...fault('report-missing', '报告缺失', 'a request names it, and it is not there') });
    return { agrees: faults.length === 0, reports, faults };
  }
}

/** What the row says of a report whose bytes and signature are sound, against the bytes. */
function filedFaults({ bytes, filed, asAsked }: FiledReport): ReportFault[] {
  const { cover } = JSON.parse(bytes.toString('utf8')) as {
    cover: Record<keyof FiledReport['filed'], unknown> & { type: { code: string }; firm: { uscc: string } };
  };
  const signed = { ...cover, product: cover.type.code, uscc: cover.firm.uscc };
  const names = Object.keys(filed) as (keyof typeof filed)[];
  const differing = [
    ...names.filter((name) => filed[name] !== signed[name]),
    ...(asAsked ? [] : ['institutionId']),
  ].join(', ');
  if (differing === '') return [];
  return [fault('row-differs', `登记与内容不符：${differing}`, `its row is not what was signed: ${differing}`)];
}

class MakingFailed extends Error {
  constructor(
    readonly requestId: string,
    override readonly cause: unknown,
  ) {
    super(`report ${requestId} was not made`);
  }
}

/**
 * What ends a request at this instant: its own time, or its authorisation. A single one that this very report used up
 * still opens it. Undefined: it goes on.
 */
function endOf(
  request: ReportRequest,
  authorisation: Authorisation | undefined,
  at: Date,
): ReturnType<typeof dueEvent> | ReturnType<typeof endEvent> {
  if (request.lastDay === null) return undefined;
  const day = dateAt(at);
  const due = dueEvent(request, day);
  if (due !== undefined || authorisation === undefined) return due;
  const { state, from, until } = authorisation;
  if (state === 'REVOKED') return endEvent(request, 'REVOKED');
  return state === 'EXPIRED' || day > until || day < from ? endEvent(request, 'EXPIRED') : undefined;
}
