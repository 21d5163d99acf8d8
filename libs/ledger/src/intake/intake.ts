import { createHmac } from 'node:crypto';
import { dateAt, ProblemError, type Clock, type LocalDate, type Problem } from '#lib/kernel';
import type { MapContext, ReferenceTables, SourceDefinition } from '#lib/data-sources';
import type { Database, Session, Tx } from '#lib/platform';
import {
  findNamedMeanwhile,
  findRegistered,
  keepRegistrationNumbers,
  lookUpAliases,
  resolveFormerCodes,
} from '../aliases.ts';
import type { DeliveryView } from '../deliveries.ts';
import { layoutOf } from '../deliveries.service.ts';
import {
  earlierDeliveries,
  findDelivery,
  holdDelivery,
  noteFailure,
  openDeliveries,
  reconcileDelivery,
  rejectDelivery,
  saveProgress,
  type StoredDelivery,
} from '../deliveries.store.ts';
import type { Spool } from '../spool.ts';
import {
  type ApplyInput,
  confirmRecords,
  countVerdicts,
  decide,
  findDoubled,
  markStale,
  registerCompanies,
  takeTick,
  writeCoverage,
  writeLineage,
  writeRecords,
} from './apply.ts';
import { gateOf } from './gates.ts';
import type { IntakeLimits } from './limits.ts';
import { findMisnamed, releaseRenamed } from './names.ts';
import { markMended, writeQuarantine } from './quarantine-rows.ts';
import { readDelivery, type ReadResult } from './read-delivery.ts';
import { refusal } from './refusals.ts';
import { Stage } from './stage.ts';
import { keepWaiting, releaseWaiting } from './waiting-records.ts';

export interface IntakeOptions {
  readonly limits: IntakeLimits;
  /** Key of the hash that replaces personal values. */
  readonly personalKey: Buffer;
  readonly tables: ReferenceTables;
  readonly clock: Clock;
}

const isFinished = (delivery: DeliveryView): boolean => ['RECONCILED', 'HOLD', 'REJECTED'].includes(delivery.state);

const PROGRESS_MS = 1000;
/** First half of the two-part session lock on a delivery; the second is a hash of its id. */
const DELIVERY_LOCK = 7_104_002;

/**
 * Works deliveries off: decode → parse → map → check → stage → match → apply → reconcile. Applying is one transaction:
 * a process killed at any moment leaves either the whole delivery or nothing, and the next one starts it again.
 */
export class Intake {
  constructor(
    private readonly db: Database,
    private readonly spool: Spool,
    private readonly options: IntakeOptions,
  ) {}

  /** Works one delivery off, unless another process is at it. Refusals are stored with the delivery, not thrown. */
  async process(deliveryId: string): Promise<DeliveryView> {
    return this.db.session(async (session) => {
      const [lock] = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS got', [
        DELIVERY_LOCK,
        deliveryId,
      ]);
      if (!lock!.got) return findDelivery(this.db, deliveryId);
      const unlock = (): Promise<unknown> =>
        session.query('SELECT pg_advisory_unlock($1, hashtext($2))', [DELIVERY_LOCK, deliveryId]);
      try {
        const delivery = await findDelivery(this.db, deliveryId);
        if (!isFinished(delivery)) await this.workOff(session, delivery);
      } catch (error) {
        // The session is thrown away now, and its lock with it, but only when the server hears of that.
        await unlock().catch(() => undefined);
        throw error;
      }
      await unlock();
      return findDelivery(this.db, deliveryId);
    });
  }

  /**
   * Works off whatever waits, oldest first. Resolves to the number of deliveries that it finished. A delivery that fails
   * keeps no other waiting: its error is thrown at the end, and it stays open for the next sweep.
   */
  async sweep(): Promise<number> {
    let finished = 0;
    const failures: unknown[] = [];
    for (const deliveryId of await openDeliveries(this.db))
      try {
        const after = await this.process(deliveryId);
        if (isFinished(after)) finished += 1;
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
    return finished;
  }

  private async workOff(session: Session, delivery: StoredDelivery): Promise<void> {
    const started = performance.now();
    const progress = { packed: 0, unpacked: 0, rows: 0 };
    let phase = 'VERIFIED' as 'VERIFIED' | 'PARSED' | 'MATCHED';
    const report = (): void => {
      const now = { phase, rows: progress.rows, bytes: progress.packed, totalBytes: delivery.bytes };
      // Only a courtesy to who watches: the outcome does not depend on it.
      void saveProgress(this.db, delivery.deliveryId, phase, now).catch(() => undefined);
    };
    const timer = setInterval(report, PROGRESS_MS);
    let stage: Stage | undefined;
    try {
      if (!(await this.spool.has(delivery.deliveryId)))
        throw refusal('file-lost', '暂存文件已丢失，请重新交付', 'the spooled file is gone; deliver it again');
      const { source, layout } = layoutOf(delivery.source, delivery.layout);
      stage = await Stage.open(session);
      const read = await readDelivery(
        {
          path: this.spool.pathOf(delivery.deliveryId),
          layout,
          amounts: source.amounts ?? [],
          context: this.contextOf(delivery),
          limits: this.options.limits,
          progress,
          bookKind: await this.bookKind(),
          retriesNames: !source.createsCompanies,
          aliases: (names) => lookUpAliases(this.db, names),
        },
        stage,
      );
      if (delivery.manifest.rows !== undefined && delivery.manifest.rows !== read.rows)
        throw refusal(
          'manifest-mismatch',
          `清单为${delivery.manifest.rows}行，文件为${read.rows}行`,
          `the manifest says ${delivery.manifest.rows} rows, the file has ${read.rows}`,
          { errors: [{ field: 'rows', code: 'manifest-mismatch', zh: '行数不符', en: 'the number of rows differs' }] },
        );
      phase = 'PARSED';
      report();
      await this.apply(session, delivery, stage, read, started);
      await this.spool.forget(delivery.deliveryId);
    } catch (error) {
      await this.settleFailure(delivery, error);
    } finally {
      clearInterval(timer);
    }
    // Also after a refusal: a batch may still be on its way, and the connection goes back to the pool.
    await stage?.clear();
  }

  private async settleFailure(delivery: StoredDelivery, error: unknown): Promise<void> {
    if (error instanceof Held) {
      await holdDelivery(this.db, delivery.deliveryId, error.gate, error.rows, error.counts);
      return;
    }
    if (!(error instanceof ProblemError)) {
      await noteFailure(this.db, delivery.deliveryId, error instanceof Error ? error.message : String(error));
      throw error;
    }
    const problem: Problem = error.problem;
    await rejectDelivery(this.db, delivery.deliveryId, problem);
    await this.spool.forget(delivery.deliveryId);
  }

  private contextOf(delivery: StoredDelivery): MapContext {
    const { personalKey, tables } = this.options;
    return {
      receivedOn: dateAt(delivery.receivedAt),
      hash: (value) => createHmac('sha256', personalKey).update(value).digest('hex').slice(0, 32),
      tables,
    };
  }

  private async bookKind(): Promise<'demo' | 'real' | undefined> {
    const [book] = await this.db.query<{ kind: 'demo' | 'real' }>('SELECT kind FROM book');
    return book?.kind;
  }

  private async apply(
    session: Session,
    delivery: StoredDelivery,
    stage: Stage,
    read: ReadResult,
    started: number,
  ): Promise<void> {
    const { source, layout } = layoutOf(delivery.source, delivery.layout);
    await session.transaction(async (tx) => {
      await tx.execute(`SET LOCAL work_mem = '96MB'`);
      const now = this.options.clock.now();
      const tick = await takeTick(tx, now, delivery.clock === 'simulated' ? delivery.receivedAt : undefined);
      await this.decideBook(tx, delivery.deliveryId, read.bookKind);
      const former = await resolveFormerCodes(tx);
      const doubled = await findDoubled(tx);
      if (source.createsCompanies) await registerCompanies(tx, delivery.deliveryId, tick);
      await decide(tx, delivery.deliveryId, source.name, doubled);
      await findMisnamed(tx, layout.nameColumn !== undefined);
      const verdicts = await countVerdicts(tx);
      const counts = Object.fromEntries([...stage.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
      if (!delivery.released || read.personal !== undefined) {
        const gate = gateOf({
          layout,
          population: delivery.coverage.population,
          rows: read.rows,
          unreadable: read.quarantined,
          unknownFirms: verdicts.unknown,
          nulls: read.nulls,
          medians: read.medians,
          earlier: await earlierDeliveries(tx, delivery),
          personalColumn: read.personal?.column,
        });
        if (gate && !(delivery.released && gate.code !== 'DQ20')) throw new Held(gate, read.rows, counts);
      }
      const keepUnknown = layout.unknownSubject === 'quarantine';
      const { territory, population, from } = delivery.coverage;
      const through = throughOf(delivery, read.newestEvent, dateAt(tick));
      const input: ApplyInput = {
        deliveryId: delivery.deliveryId,
        source,
        layout,
        territory,
        population,
        coversFrom: from ?? undefined,
        through,
      };
      const written = await writeRecords(tx, input, tick);
      await confirmRecords(tx, input);
      await markStale(tx, tick);
      await writeLineage(tx, delivery.deliveryId);
      if (read.quarantined + verdicts.conflicting + verdicts.misnamed + verdicts.unknown > 0)
        await writeQuarantine(tx, delivery.deliveryId, keepUnknown, layout.nameColumn);
      await keepWaiting(tx, delivery.deliveryId, source.name);
      await markMended(tx, delivery.deliveryId, source.name);
      await writeCoverage(tx, input, tick);
      await this.release(tx, source, delivery.deliveryId, tick, counts);
      if (former > 0) counts['DQ04'] = (counts['DQ04'] ?? 0) + former;
      if (verdicts.repeated > 0) counts['DQ10'] = verdicts.repeated;
      if (verdicts.conflicting > 0) counts['DQ11'] = verdicts.conflicting;
      if (verdicts.misnamed > 0) counts['DQ19'] = verdicts.misnamed;
      if (verdicts.unknown > 0) counts[keepUnknown ? 'DQ03' : 'ignored:unknown-firm'] = verdicts.unknown;
      await reconcile(tx, delivery.deliveryId, written);
      await reconcileDelivery(tx, delivery.deliveryId, {
        tick,
        rows: read.rows,
        applied: verdicts.applied,
        unchanged: verdicts.unchanged,
        quarantined: read.quarantined + verdicts.conflicting + verdicts.misnamed + (keepUnknown ? verdicts.unknown : 0),
        ignored: read.ignored + (keepUnknown ? 0 : verdicts.unknown),
        counts,
        columns: read.columns,
        nulls: read.nulls,
        medians: read.medians,
        through,
        seconds: (performance.now() - started) / 1000,
      });
      await releaseRenamed(tx, source.name, tick);
    });
  }

  /** Gives to firms what waited for them: those that this delivery registers, and those named while it was read. */
  private async release(
    tx: Tx,
    source: SourceDefinition,
    deliveryId: string,
    tick: Date,
    counts: Record<string, number>,
  ): Promise<void> {
    if (source.createsCompanies) await findRegistered(tx, tick, await keepRegistrationNumbers(tx, deliveryId, tick));
    else if (!(await findNamedMeanwhile(tx))) return;
    // Rows of this very delivery may have been taken for the firm at its tick.
    const at = source.createsCompanies ? tick : await takeTick(tx, tick, undefined);
    for (const [code, rows] of await releaseWaiting(tx, at)) counts[`released:${code}`] = rows;
  }

  /** The first delivery decides whether this database holds made-up or real firms. */
  private async decideBook(tx: Tx, deliveryId: string, kind: 'demo' | 'real' | undefined): Promise<void> {
    if (kind === undefined) return;
    await tx.execute(`INSERT INTO book (kind, decided_by) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [kind, deliveryId]);
    const [book] = await tx.query<{ kind: string }>('SELECT kind FROM book');
    if (book!.kind !== kind)
      throw refusal(
        'book-kind',
        '本库为另一种数据（演示/真实），请用另一个 DATA_DIR',
        `this database holds a ${book!.kind} book; use another DATA_DIR`,
        { status: 409 },
      );
  }
}

/** A gate's refusal, thrown so that the transaction rolls back. */
class Held extends Error {
  constructor(
    readonly gate: { readonly code: string; readonly zh: string; readonly en: string },
    readonly rows: number,
    readonly counts: Readonly<Record<string, number>>,
  ) {
    super(gate.en);
  }
}

/** data_through: as declared, else the provider's time, else the newest event; never after the day of applying. */
function throughOf(
  delivery: StoredDelivery,
  newestEvent: LocalDate | undefined,
  appliedOn: LocalDate,
): LocalDate | undefined {
  const stated = delivery.coverage.through ?? (delivery.sourceTime ? dateAt(delivery.sourceTime) : newestEvent);
  return stated !== undefined && stated > appliedOn ? appliedOn : stated;
}

/** The last look before commit: what was written is what is there. */
async function reconcile(tx: Tx, deliveryId: string, written: number): Promise<void> {
  const [found] = await tx.query<{ n: number }>(
    `SELECT count(*) FILTER (WHERE verdict IN ('new', 'changed', 'superseded'))::int AS n FROM verdict`,
  );
  if (found!.n !== written) throw new Error(`delivery ${deliveryId}: ${found!.n} records decided, ${written} written`);
}
