import { HOUSE } from '#lib/access';
import { dateAt, type LocalDate } from '#lib/kernel';
import { rebuildDocuments } from '#lib/ledger';
import { deliverNotices } from '#lib/notices';
import { catalogueHash, scoreNextShard } from '#lib/runs';
import type { Product } from './product.ts';

/** How often an idle worker looks by itself: a lost ring only delays. */
const SWEEP_MS = 1000;

/** How often what follows the calendar is looked at. */
const CALENDAR_MS = 60_000;

export const BELLS = ['intake', 'documents', 'runs', 'notices', 'reports', 'calendar', 'deals'] as const;
export type Bell = (typeof BELLS)[number];

/**
 * The kinds of work that wait in the database. Each call works off what is there and returns; two calls at once
 * share the work, they never do it twice.
 */
export class Background {
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly busy = new Map<Bell, Promise<void>>();
  private droppedOn: LocalDate | undefined;
  private readonly worker = `${process.pid}`;
  private readonly lookedAt = new Map<Bell, number>();

  constructor(
    private readonly product: Product,
    private readonly log: (event: string, error: unknown) => void,
  ) {}

  /** Answers rings and sweeps, until `stop`. */
  start(bells: readonly Bell[] = BELLS): void {
    for (const bell of bells) this.product.doorbells.listen(bell, () => this.answer(bell));
    const sweep = (): void => {
      for (const bell of bells) void this.answer(bell);
    };
    this.product.deliveries
      .tidySpool(this.product.clock.now())
      .catch((error: unknown) => this.log('tidy-spool', error));
    this.timer = setInterval(sweep, SWEEP_MS);
    sweep();
  }

  /** One at a time for each kind; a ring during the work is answered by the next sweep at the latest. */
  private answer(bell: Bell): Promise<void> {
    const running = this.busy.get(bell);
    if (running || this.stopping) return running ?? Promise.resolve();
    const work = this.work(bell)
      .catch((error: unknown) => this.log(`background-${bell}`, error))
      .finally(() => this.busy.delete(bell));
    this.busy.set(bell, work);
    return work;
  }

  private async work(bell: Bell): Promise<void> {
    if (bell === 'intake') {
      if ((await this.product.intake.sweep()) > 0) await this.product.doorbells.ring('documents', 'stale');
    } else if (bell === 'documents') await rebuildDocuments(this.product.db, () => this.stopping);
    else if (bell === 'calendar') await this.followCalendar();
    else if (bell === 'notices') await this.workNotices();
    else if (bell === 'reports') await this.workReports();
    else if (bell === 'deals') await this.workDeals();
    else await this.workRuns();
  }

  /** Scores open shards of any run, then publishes what is complete. */
  async workRuns(): Promise<void> {
    const { db, runs, clock } = this.product;
    while (!this.stopping && (await scoreNextShard(db, this.worker, catalogueHash())) !== undefined);
    if (this.stopping) return;
    for (const runId of await runs.complete()) await runs.settle(runId, clock);
  }

  /** Authorisations end, days of the query log are anchored, a list is made from each new month end and partners are told: once a minute at most. */
  async followCalendar(): Promise<void> {
    if (!this.isTimeFor('calendar')) return;
    const { db, authorisations, queryLog, disputes, lists, listNews, knockOutWatch, clock } = this.product;
    await db.as(HOUSE, (tx) => authorisations.expire(tx, clock));
    await queryLog.anchor(clock);
    await disputes.tick(clock);
    await lists.tick(clock);
    // A firm that cannot be judged today keeps no partner from its news.
    for (const step of [() => knockOutWatch.follow(() => this.stopping), () => listNews.tell(() => this.stopping)])
      await step().catch((error: unknown) => this.log('follow-lists', error));
  }

  /** True once a minute. */
  private isTimeFor(bell: Bell): boolean {
    const now = performance.now();
    if (now - (this.lookedAt.get(bell) ?? Number.NEGATIVE_INFINITY) < CALENDAR_MS) return false;
    this.lookedAt.set(bell, now);
    return true;
  }

  /** What time does to deals, and what they brought about becomes deliveries: once a minute at most. */
  private async workDeals(): Promise<void> {
    if (!this.isTimeFor('deals')) return;
    const { referrals, guarantees, jointCases, dealAlarms, outcomes, callbacks, doorbells, clock } = this.product;
    // A deal that cannot move today keeps no other kind from moving, and no outcome from the ledger.
    for (const kind of [referrals, guarantees, jointCases])
      await kind.sweep().catch((error: unknown) => this.log('sweep-deals', error));
    // Whoever is still waited for is told; nothing moves.
    await dealAlarms.sweep().catch((error: unknown) => this.log('sweep-alarms', error));
    await callbacks.tellHeld().catch((error: unknown) => this.log('sweep-alarms', error));
    for (const deliveryId of await outcomes.deliver(clock)) await doorbells.ring('intake', deliveryId);
    await callbacks.sweepNonces();
  }

  /** Delivers what is due, and once a day drops what was kept for long enough. */
  private async workNotices(): Promise<void> {
    const { db, clock, sendNotice: send, secretBox: box, notices } = this.product;
    const today = dateAt(clock.now());
    if (this.droppedOn !== today) {
      this.droppedOn = today;
      // What cannot be dropped today is tomorrow; delivery does not wait for it.
      await notices.dropOld(db, clock).catch((error: unknown) => this.log('drop-notices', error));
    }
    await deliverNotices(db, { clock, send, box, stopping: () => this.stopping });
  }

  /** What authorisations and time did to report requests, then the reports that may be made. */
  async workReports(): Promise<void> {
    const { reportRequests, reports, clock } = this.product;
    await reportRequests.sweep(clock);
    while (!this.stopping && (await reports.makeNext(clock)) !== undefined);
  }

  /** Ends after the piece in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await Promise.all(this.busy.values());
  }
}
