import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { mayName, opens, type Asked, type Authorisation, type Authorisations, type Purpose } from '#lib/compliance';
import { dateAt, ProblemError, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { runNotPublished, type Runs } from '#lib/runs';
import { firmUnknown, noRunAsOf, purposeRefused, requestUnknown } from './refusals.ts';
import {
  changed,
  dueEvent,
  profileOf,
  type Basis,
  type ReportOrder,
  type ReportProduct,
  type ReportRequest,
  type RequestChange,
} from './report-request.ts';
import {
  authorisedRequests,
  dueRequests,
  eventsOf,
  findRequest,
  insertRequest,
  pageOfRequests,
  requestsOfAuthorisation,
  saveRequest,
  singlesTaken,
  waitingBetween,
  waitingRequests,
  type Doer,
  type Owner,
} from './requests.store.ts';

/** What an institution orders. `runId` or `asOf` names an earlier published run. */
export interface Ordered {
  readonly uscc: Uscc;
  readonly purpose: Purpose;
  readonly product: ReportProduct;
  readonly runId?: string;
  readonly asOf?: LocalDate;
  /** The authorisation to rest on; left out: any that opens it. */
  readonly authorisationId?: string;
  /** Left as a draft, to be submitted later. */
  readonly draft?: boolean;
}

/** Any number of ours: two requests of one pair look for an authorisation one after the other. */
const PAIR_LOCK = 7_104_016;
/** Requests that one sweep looks at. */
const SWEPT_AT_ONCE = 500;

const ownerOf = ({ institutionId, uscc }: Pick<Principal, 'institutionId' | 'uscc'>): Owner =>
  uscc === undefined ? { institutionId } : { uscc };

/** Only who asked goes on with a request, or calls it off: never the firm that it is about. */
const asker = ({ institutionId }: Principal): Owner => ({ institutionId });

/** 报告查询申请: who asks for a report about whom, and whether the firm allows it. */
export class ReportRequests {
  /** Where the sweeps over waiting and resting requests go on. */
  private waitingAfter: string | null = null;
  private restingAfter: string | null = null;

  constructor(
    private readonly db: Database,
    private readonly authorisations: Authorisations,
    private readonly runs: Runs,
  ) {}

  /**
   * A new request, submitted at once unless it is a draft. Throws ProblemError report-purpose-refused, company-unknown,
   * report-run-missing, run-unknown, run-not-published, authorisation-unknown or authorisation-missing.
   */
  async order(principal: Principal, ordered: Ordered, clock: Clock): Promise<ReportRequest> {
    const { uscc, purpose, product } = ordered;
    const profile = profileOf(principal.kind);
    const own = purpose === 'own-query' && principal.uscc === uscc;
    if (profile === undefined || (!own && !mayName(principal.kind, purpose))) throw purposeRefused(purpose);
    const runId = await this.runOf(ordered);
    const now = clock.now();
    const order: ReportOrder = {
      requestId: uuidv7({ msecs: now.getTime() }),
      institutionId: principal.institutionId,
      personId: principal.personId,
      uscc,
      purpose,
      product,
      profile,
      runId,
      requestedAt: now,
    };
    return this.db.as(actorOf(principal), async (tx) => {
      const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc]);
      if (!firm) throw firmUnknown(uscc);
      const draft = await insertRequest(tx, order);
      if (ordered.draft === true) return draft;
      return this.submitted(tx, draft, { personId: principal.personId, at: now, named: ordered.authorisationId });
    });
  }

  /** Throws ProblemError report-request-unknown, transition-refused, authorisation-unknown or authorisation-missing. */
  async submit(principal: Principal, requestId: string, clock: Clock): Promise<ReportRequest> {
    return this.of(principal, asker(principal), requestId, (tx, request) =>
      this.submitted(tx, request, { personId: principal.personId, at: clock.now(), named: undefined }),
    );
  }

  /** Throws ProblemError report-request-unknown or transition-refused. */
  async cancel(principal: Principal, requestId: string, clock: Clock): Promise<ReportRequest> {
    return this.of(principal, asker(principal), requestId, (tx, request) =>
      move(tx, request, { event: 'cancel' }, { role: 'REQUESTER', personId: principal.personId, at: clock.now() }),
    );
  }

  /**
   * The firm says no to a request about it (拒绝授权); no reason of any score comes of it. Throws ProblemError
   * report-request-unknown or transition-refused.
   */
  async refuse(firm: Principal, requestId: string, clock: Clock): Promise<ReportRequest> {
    return this.of(firm, ownerOf(firm), requestId, (tx, request) =>
      move(tx, request, { event: 'refuse' }, { role: 'SUBJECT', personId: firm.personId, at: clock.now() }),
    );
  }

  /**
   * The firm takes a report back (撤回): with its authorisation, where that still stands, and every other report that
   * rests on it. Throws ProblemError report-request-unknown or transition-refused.
   */
  async withdraw(firm: Principal, requestId: string, reason: string, clock: Clock): Promise<ReportRequest> {
    return this.db.as(actorOf(firm), async (tx) => {
      const by: Doer = { role: 'SUBJECT', personId: firm.personId, at: clock.now() };
      const basis = (await findRequest(tx, requestId, ownerOf(firm), 'none'))?.basis;
      // The authorisation first, then what rests on it: as a view takes them.
      if (basis) await this.authorisations.revoke(tx, basis.authorisationId, { reason, clock, uscc: firm.uscc ?? '' });
      const request = await findRequest(tx, requestId, ownerOf(firm), 'update');
      if (request === undefined) throw requestUnknown(requestId);
      const after = await move(tx, request, { event: 'revoke' }, by);
      if (basis) await this.revoked(tx, basis.authorisationId, clock);
      return after;
    });
  }

  /** Throws ProblemError report-request-unknown. */
  async get(principal: Principal, requestId: string): Promise<ReportRequest> {
    return this.of(principal, ownerOf(principal), requestId, async (_, request) => request);
  }

  /** Newest first: an institution's own; of a firm, those about it. */
  async page(
    principal: Principal,
    query: { readonly limit: number; readonly before?: string },
  ): Promise<{ items: ReportRequest[]; next: string | null }> {
    const items = await this.db.as(actorOf(principal), (tx) =>
      pageOfRequests(tx, ownerOf(principal), { ...query, limit: query.limit + 1 }),
    );
    const shown = items.slice(0, query.limit);
    return { items: shown, next: items.length > query.limit ? shown.at(-1)!.requestId : null };
  }

  /** What happened to it, as the actor may see. */
  async history(principal: Principal, requestId: string): ReturnType<typeof eventsOf> {
    return this.db.as(actorOf(principal), (tx) => eventsOf(tx, requestId));
  }

  /** An authorisation was given: requests that waited for it go on, in the same transaction. */
  async authorised(tx: Tx, authorisationId: string, clock: Clock): Promise<ReportRequest[]> {
    const { uscc, institutionId } = await this.authorisations.get(tx, authorisationId);
    const moved: ReportRequest[] = [];
    for (const request of await waitingBetween(tx, uscc, institutionId)) {
      const after = await this.tryAuthorise(tx, request, clock.now());
      if (after !== request) moved.push(after);
    }
    return moved;
  }

  /** An authorisation was withdrawn: what rests on it ends at once, in the same transaction. */
  async revoked(tx: Tx, authorisationId: string, clock: Clock): Promise<void> {
    const by: Doer = { role: 'SYSTEM', personId: null, at: clock.now() };
    for (const request of await requestsOfAuthorisation(tx, authorisationId))
      await move(tx, request, { event: 'revoke' }, by);
  }

  /**
   * What time and authorisations did to requests since: piece by piece, so that a second's work stays small. Resolves to
   * the number of requests that moved. A view looks for itself and never waits for this.
   */
  async sweep(clock: Clock): Promise<number> {
    const at = clock.now();
    return this.db.as(HOUSE, async (tx) => {
      let moved = 0;
      for (const request of await dueRequests(tx, dateAt(at), SWEPT_AT_ONCE)) {
        const event = dueEvent(request, dateAt(at));
        if (event === undefined) continue;
        await move(tx, request, { event }, { role: 'SYSTEM', personId: null, at });
        moved += 1;
      }
      return moved + (await this.sweepWaiting(tx, at)) + (await this.sweepResting(tx, at));
    });
  }

  private async sweepWaiting(tx: Tx, at: Date): Promise<number> {
    const waiting = await waitingRequests(tx, this.waitingAfter, SWEPT_AT_ONCE);
    this.waitingAfter = waiting.length < SWEPT_AT_ONCE ? null : waiting.at(-1)!.requestId;
    if (waiting.length === 0) return 0;
    const granted = await this.authorisations.pairsGranted(tx, waiting);
    let moved = 0;
    for (const { requestId, uscc, institutionId } of waiting) {
      if (!granted.has(`${uscc}|${institutionId}`)) continue;
      const request = await findRequest(tx, requestId, undefined, 'update');
      if (request?.state === 'AWAIT_AUTH' && (await this.tryAuthorise(tx, request, at)) !== request) moved += 1;
    }
    return moved;
  }

  private async sweepResting(tx: Tx, at: Date): Promise<number> {
    const resting = await authorisedRequests(tx, this.restingAfter, SWEPT_AT_ONCE);
    this.restingAfter = resting.length < SWEPT_AT_ONCE ? null : resting.at(-1)!.requestId;
    if (resting.length === 0) return 0;
    const ended = await this.authorisations.endedAmong(
      tx,
      resting.map(({ basis }) => basis!.authorisationId),
    );
    let moved = 0;
    for (const { requestId, basis } of resting) {
      const end = ended.get(basis!.authorisationId);
      if (end === undefined) continue;
      const request = await findRequest(tx, requestId, undefined, 'update');
      if (request === undefined || request.lastDay === null) continue;
      await move(tx, request, { event: endEvent(request, end) }, { role: 'SYSTEM', personId: null, at });
      moved += 1;
    }
    return moved;
  }

  private async runOf({ runId, asOf }: Ordered): Promise<string | null> {
    if (runId !== undefined) {
      const run = await this.runs.get(runId);
      if (run.state !== 'PUBLISHED' && run.state !== 'ARCHIVED') throw runNotPublished(run);
      return runId;
    }
    if (asOf === undefined) return null;
    const run = await this.runs.publishedAsOf(asOf);
    if (run === undefined) throw noRunAsOf(asOf);
    return run.runId;
  }

  private async of(
    principal: Principal,
    owner: Owner,
    requestId: string,
    work: (tx: Tx, request: ReportRequest) => Promise<ReportRequest>,
  ): Promise<ReportRequest> {
    return this.db.as(actorOf(principal), async (tx) => {
      const request = await findRequest(tx, requestId, owner, 'update');
      if (request === undefined) throw requestUnknown(requestId);
      return work(tx, request);
    });
  }

  /** The firm's own query, and the management of a running loan with a live authorisation, are authorised at once. */
  private async submitted(
    tx: Tx,
    request: ReportRequest,
    { personId, at, named }: { readonly personId: string; readonly at: Date; readonly named: string | undefined },
  ): Promise<ReportRequest> {
    const by: Doer = { role: 'REQUESTER', personId, at };
    if (request.purpose === 'own-query') return move(tx, request, { event: 'submit', atOnce: true, basis: null }, by);
    const basis = await this.basisOf(tx, request, at, named);
    if (named !== undefined && basis === undefined) throw authorisationMissing(request);
    if (request.purpose === 'post-loan-management' && basis !== undefined)
      return move(tx, request, { event: 'submit', atOnce: true, basis }, by);
    const waiting = await move(tx, request, { event: 'submit', atOnce: false, basis: null }, by);
    if (basis === undefined) return waiting;
    return move(tx, waiting, { event: 'authorise', basis }, { role: 'SYSTEM', personId: null, at });
  }

  private async tryAuthorise(tx: Tx, request: ReportRequest, at: Date): Promise<ReportRequest> {
    const basis = await this.basisOf(tx, request, at, undefined);
    if (basis === undefined) return request;
    return move(tx, request, { event: 'authorise', basis }, { role: 'SYSTEM', personId: null, at });
  }

  private async basisOf(
    tx: Tx,
    { uscc, institutionId, purpose }: ReportRequest,
    at: Date,
    named: string | undefined,
  ): Promise<Basis | undefined> {
    await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [PAIR_LOCK, `${uscc}|${institutionId}`]);
    const asked: Asked = { uscc, institutionId, purpose, scope: 'report', at };
    const taken = await singlesTaken(tx, uscc, institutionId);
    const found =
      named === undefined
        ? await this.authorisations.opening(tx, asked, taken)
        : await this.named(tx, named, asked, taken);
    return found && { authorisationId: found.authorisationId, single: found.single, until: found.until };
  }

  private async named(
    tx: Tx,
    authorisationId: string,
    asked: Asked,
    taken: readonly string[],
  ): Promise<Authorisation | undefined> {
    const found = await this.authorisations.held(tx, authorisationId);
    return opens(found, asked) && !taken.includes(authorisationId) ? found : undefined;
  }
}

/** What the end of its authorisation is to a request. */
export function endEvent(
  request: ReportRequest,
  end: 'REVOKED' | 'EXPIRED',
): 'revoke' | 'fileEnds' | 'authorisationEnds' {
  if (end === 'REVOKED') return 'revoke';
  return request.state === 'DELIVERED' ? 'fileEnds' : 'authorisationEnds';
}

/** One change: the new state and its event, in one transaction. */
export async function move(tx: Tx, request: ReportRequest, change: RequestChange, by: Doer): Promise<ReportRequest> {
  const after = changed(request, change, by);
  await saveRequest(tx, request, after, change, by);
  return after;
}

const authorisationMissing = ({ uscc, purpose }: ReportRequest): ProblemError =>
  new ProblemError({
    code: 'authorisation-missing',
    status: 403,
    zh: '该授权此刻对此目的无效，或已用于另一份报告',
    en: 'this authorisation does not hold now for this purpose, or serves another report',
    extra: { uscc, purpose, scope: 'report' },
  });
