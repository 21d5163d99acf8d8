import { v7 as uuidv7 } from 'uuid';
import { ProblemError, type Clock } from '#lib/kernel';
import { masked, SOURCES, type Layout, type ReferenceTables, type SourceDefinition } from '#lib/data-sources';
import type { Database } from '#lib/platform';
import { checkManifest, type DeliveryManifest, type DeliveryView, type QuarantinedRow } from './deliveries.ts';
import {
  findByFile,
  findDelivery,
  insertDelivery,
  type NewDelivery,
  pageOfDeliveries,
  pageOfQuarantine,
  rejectDelivery,
  releaseHeld,
  statedOf,
} from './deliveries.store.ts';
import { cursorInvalid } from './cursor-invalid.ts';
import { storable } from './intake/storable.ts';
import type { Spool, SpooledFile } from './spool.ts';

export interface ReceiveDelivery {
  readonly source: string;
  /** Default: the source's first. */
  readonly layout?: string;
  readonly fileName: string;
  readonly body: AsyncIterable<Buffer | Uint8Array>;
  readonly manifest?: DeliveryManifest;
  /** Person id. */
  readonly receivedBy: string;
  readonly clock: Clock;
  /** The clock is a FixedClock: the apply tick is `clock.now()`, and the delivery says so. */
  readonly simulated?: boolean;
  /** Of a poll: up to where the body has read. Asked for when the body has ended. */
  readonly watermark?: () => string;
}

export interface Received {
  readonly deliveryId: string;
  /** The same file was received before and worked off or held; `deliveryId` names that delivery. */
  readonly noop: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Throws ProblemError unknown-source or unknown-layout, listing what there is. */
export function layoutOf(source: string, layout?: string): { source: SourceDefinition; layout: Layout } {
  const found = SOURCES.find((s) => s.name === source);
  if (!found) {
    const names = SOURCES.map((s) => s.name).join(', ');
    throw new ProblemError({
      code: 'unknown-source',
      status: 404,
      zh: `没有数据源「${source}」；现有：${names}`,
      en: `there is no source "${source}"; there are: ${names}`,
      errors: [{ field: 'source', code: 'unknown-source', zh: '未知的数据源', en: 'unknown source' }],
    });
  }
  const chosen = layout === undefined ? found.layouts[0] : found.layouts.find((l) => l.name === layout);
  if (!chosen) {
    const names = found.layouts.map((l) => l.name).join(', ');
    throw new ProblemError({
      code: 'unknown-layout',
      status: 404,
      zh: `数据源「${source}」没有格式「${layout}」；现有：${names}`,
      en: `source ${source} has no layout "${layout}"; there are: ${names}`,
      errors: [{ field: 'layout', code: 'unknown-layout', zh: '未知的格式', en: 'unknown layout' }],
    });
  }
  return { source: found, layout: chosen };
}

/** Receiving deliveries and looking at them. Working them off is `Intake`. */
export class Deliveries {
  constructor(
    private readonly db: Database,
    private readonly spool: Spool,
    private readonly tables: ReferenceTables,
  ) {}

  /**
   * Streams the file to the spool while hashing it and announces it. Nothing is parsed yet.
   * Throws ProblemError unknown-source, unknown-layout, manifest-invalid, manifest-mismatch, file-empty or file-too-large.
   */
  async receive(input: ReceiveDelivery): Promise<Received> {
    const { source, layout } = layoutOf(input.source, input.layout);
    const manifest = checkManifest(input.manifest ?? {}, this.tables);
    const file = await this.spool.take(input.body);
    try {
      if (file.bytes === 0)
        throw new ProblemError({ code: 'file-empty', status: 422, zh: '文件为空', en: 'the file is empty' });
      const sha256 = file.sha256.toString('hex');
      if (manifest.sha256 !== undefined && manifest.sha256.toLowerCase() !== sha256)
        throw new ProblemError({
          code: 'manifest-mismatch',
          status: 422,
          zh: '文件的SHA-256与清单不符',
          en: `the file's SHA-256 is ${sha256}, the manifest says ${manifest.sha256}`,
          errors: [{ field: 'sha256', code: 'manifest-mismatch', zh: 'SHA-256不符', en: 'SHA-256 differs' }],
        });
      return await this.announce(input, source, layout, manifest, file);
    } finally {
      await this.spool.drop(file); // a no-op once it has been kept
    }
  }

  private async announce(
    input: ReceiveDelivery,
    source: SourceDefinition,
    layout: Layout,
    manifest: DeliveryManifest,
    file: SpooledFile,
  ): Promise<Received> {
    const before = await findByFile(this.db, source.name, layout.name, file.sha256, statedOf(manifest));
    if (before) return this.again(before, file);
    const now = input.clock.now();
    const deliveryId = uuidv7({ msecs: now.getTime() });
    await this.spool.keep(file, deliveryId); // before the row: a row without its file could never be worked off
    const delivery: NewDelivery = {
      deliveryId,
      source: source.name,
      layout: layout.name,
      fileName: masked(storable(input.fileName), 'text'),
      sha256: file.sha256,
      bytes: file.bytes,
      clock: input.simulated ? 'simulated' : 'system',
      receivedAt: now,
      receivedBy: input.receivedBy,
      manifest,
      territory: manifest.coverage?.territory ?? layout.coverage.territory,
      population:
        manifest.coverage?.population ??
        (layout.coverage.territory.length === 0 ? 'listed' : layout.coverage.population),
      ...(input.watermark === undefined ? {} : { watermark: input.watermark() }),
    };
    for (;;) {
      if (await this.db.transaction((tx) => insertDelivery(tx, delivery))) return { deliveryId, noop: false };
      // Somebody delivered the same file in the meantime; once that one has been rejected, ours stands.
      const other = await findByFile(this.db, source.name, layout.name, file.sha256, statedOf(manifest));
      if (!other) continue;
      await this.spool.forget(deliveryId);
      return { deliveryId: other.deliveryId, noop: isFinished(other) };
    }
  }

  /** The file is known: finished deliveries are a no-op, unfinished ones go on, with this copy if theirs is gone. */
  private async again(before: DeliveryView, file: SpooledFile): Promise<Received> {
    const finished = isFinished(before);
    if (!finished && !(await this.spool.has(before.deliveryId))) await this.spool.keep(file, before.deliveryId);
    return { deliveryId: before.deliveryId, noop: finished };
  }

  /** Throws ProblemError delivery-unknown. */
  get(deliveryId: string): Promise<DeliveryView> {
    return findDelivery(this.db, deliveryId);
  }

  /** Newest first. */
  async list(query: { source?: string; state?: string; limit: number; cursor?: string }): Promise<Page<DeliveryView>> {
    const before = query.cursor === undefined ? undefined : deliveryCursor(query.cursor);
    const rows = await pageOfDeliveries(this.db, { ...query, limit: query.limit + 1, ...(before ? { before } : {}) });
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    const more = rows.length > query.limit && last;
    return { items, nextCursor: more ? `${last.receivedAt.toISOString()}_${last.deliveryId}` : null };
  }

  /** Rows in the order of the file. Throws ProblemError delivery-unknown. */
  async quarantine(deliveryId: string, query: { limit: number; cursor?: string }): Promise<Page<QuarantinedRow>> {
    await this.get(deliveryId);
    const after = query.cursor === undefined ? 0 : Number(query.cursor);
    if (!Number.isSafeInteger(after) || after < 0) throw cursorInvalid();
    const rows = await pageOfQuarantine(this.db, deliveryId, after, query.limit + 1);
    const items = rows.slice(0, query.limit);
    return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)!.rowNo) : null };
  }

  /** Removes files that no delivery waits for. Resolves to their number. */
  async tidySpool(now: Date): Promise<number> {
    return this.spool.tidy(now, async (deliveryId) => {
      const delivery = await findDelivery(this.db, deliveryId).catch(() => undefined);
      return delivery !== undefined && !['RECONCILED', 'REJECTED'].includes(delivery.state);
    });
  }

  /** Lets a held delivery through: it is worked off again, without gates. Throws ProblemError delivery-not-held. */
  async release(deliveryId: string, by: { person: string; reason: string }): Promise<void> {
    await this.get(deliveryId);
    if (!(await this.db.transaction((tx) => releaseHeld(tx, deliveryId, by.person, by.reason))))
      throw notHeld(deliveryId);
  }

  /** Refuses a held delivery for good. Throws ProblemError delivery-not-held. */
  async reject(deliveryId: string, by: { person: string; reason: string }): Promise<void> {
    const delivery = await this.get(deliveryId);
    if (delivery.state !== 'HOLD') throw notHeld(deliveryId);
    const problem = {
      code: 'rejected-by-person',
      status: 409,
      zh: `人工拒收：${by.reason}`,
      en: `rejected by a person: ${by.reason}`,
    };
    await rejectDelivery(this.db, deliveryId, problem, by);
    await this.spool.forget(deliveryId);
  }
}

const isFinished = (delivery: DeliveryView): boolean => delivery.state === 'RECONCILED' || delivery.state === 'HOLD';

const notHeld = (deliveryId: string): ProblemError =>
  new ProblemError({
    code: 'delivery-not-held',
    status: 409,
    zh: `交付批次 ${deliveryId} 不在暂扣状态`,
    en: `delivery ${deliveryId} is not on hold`,
  });

function deliveryCursor(cursor: string): { at: string; id: string } {
  const [at, id] = cursor.split('_');
  if (!at || !id || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(id)) throw cursorInvalid();
  return { at, id };
}
